"""Every error a domain can raise has an HTTP status and a stable code, so that no caller meets a 500 for it."""

import importlib
import pkgutil
import re

import certifly
from certifly.core.errors import DomainError
from certifly.web.errors import STATUS

NEVER_MEETS_A_CALLER = {
    "certifly.app.migrate.DatabaseNewer": "stops the start, before any door is open",
    "certifly.app.migrate.NotMigrated": "stops the start, before any door is open",
    "certifly.app.trouble.DatabaseUnusable": "stops the start",
    "certifly.app.trouble.FilesUnusable": "stops the start",
    "certifly.app.trouble.FontsFolderUnusable": "stops the start",
    "certifly.app.trouble.RightsMissing": "stops the start",
    "certifly.cli.mcp.TokenUnusable": "stops the start",
    "certifly.cli.outbox.MessageNotReady": "ends a command",
    "certifly.cli.processes.CannotListen": "stops the start",
    "certifly.core.settings.SettingsInvalid": "stops the start",
    "certifly.credentials.errors.KeysSealedOtherwise": "the operator's affair: a caller meets a 500 without it",
    "certifly.credentials.errors.SealEnded": "ends a job, which has no caller",
    "certifly.credentials.errors.TimeStampAddressInvalid": "stops the start",
    "certifly.credentials.errors.TimeStampUnavailable": "puts a job off, which has no caller",
    "certifly.delivery.email.server.MailAddressInvalid": "stops the start",
    "certifly.handbook.export.FolderNotEmpty": "ends a command",
    "certifly.handbook.export.FolderUnusable": "ends a command",
    "certifly.mcp.remote.ServerAddressInvalid": "stops the start",
    "certifly.storage.errors.FilesAddressInvalid": "stops the start",
    "certifly.jobs.migrate.SQLiteTooOld": "stops the start",
    "certifly.worker.slot.SlotLost": "ends a worker, which has no caller",
    "certifly.worker.slot.SlotTaken": "ends a worker, which has no caller",
}


def name_of(kind: type[DomainError]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def domain_errors() -> set[type[DomainError]]:
    """Every subclass, in whatever module it is defined."""
    for module in pkgutil.walk_packages(certifly.__path__, "certifly."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
    found: set[type[DomainError]] = set()
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kinds = [kind for kind in waiting.pop().__subclasses__() if kind.__module__.startswith("certifly.")]
        found.update(kinds)
        waiting.extend(kinds)
    return found


def test_every_error_of_a_domain_has_a_status_and_a_code() -> None:
    answered = {kind for kind in domain_errors() if any(parent in STATUS for parent in kind.__mro__)}
    unanswered = {name_of(kind) for kind in domain_errors() - answered}

    assert unanswered == set(NEVER_MEETS_A_CALLER)


def test_every_answer_is_about_the_caller_or_asks_to_come_back() -> None:
    assert {status for status, _ in STATUS.values()} <= {
        400,
        401,
        403,
        404,
        406,
        408,
        409,
        413,
        415,
        422,
        429,
        503,
    }


def test_codes_are_words_that_programs_can_rely_on() -> None:
    codes = [code for _, code in STATUS.values()]

    assert [code for code in codes if not re.fullmatch(r"[a-z]+(_[a-z]+)*", code)] == []
