"""Numbers that people wrote into pages are those of the code."""

import pytest

from certifly.app.checkup.keys import ENDS_WITHIN
from certifly.certificates.shred import AGAIN_SECONDS
from certifly.credentials.import_seal import RSA_BITS_MAX, RSA_BITS_MIN
from certifly.credentials.status_list import LIST_SIZE
from certifly.db.database import READERS
from certifly.handbook.prose import FOLDER
from certifly.mcp.guard import ANONYMOUS_AT_ONCE_SHARE
from certifly.public.check_upload import CHECKS_SHARE
from certifly.public.waiting import WAIT_SECONDS
from certifly.tenants.tokens import BELIEVED_SECONDS
from certifly.verification.inspector import CPU_SECONDS, MEMORY_MB, PROCESSES_MAX, TIMEOUT_SECONDS
from certifly.worker.perform import BACK_OFF_SECONDS, RUNS_MAX
from certifly.worker.run import CONNECTIONS_MAX, DRAIN_SECONDS

WORDS = {1: "one", 2: "two", 5: "five", 6: "six", 8: "eight"}

CONNECTIONS_OF_A_WEB_PROCESS = 1 + READERS
CONNECTIONS_OF_A_SLOT = CONNECTIONS_OF_A_WEB_PROCESS + CONNECTIONS_MAX + 3
"""Besides: its lock, the ear for jobs, and the sweeper's look at another's lock."""
MINUTES_OF_A_JOB = round(sum(BACK_OFF_SECONDS[: RUNS_MAX - 1]) / 60)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "explanation/security-model",
            f"{MEMORY_MB} MB, {CPU_SECONDS} seconds of processor time and {TIMEOUT_SECONDS:.0f} by the clock",
        ),
        (
            "explanation/security-model",
            f"looks into {WORDS[PROCESSES_MAX]} files at the same time, {WORDS[CHECKS_SHARE]} for each network address",
        ),
        ("explanation/security-model", f"believes a token for {WORDS[int(BELIEVED_SECONDS)]} second"),
        ("guides/ai-clients", f"may have {ANONYMOUS_AT_ONCE_SHARE} messages answered at the same time"),
        ("explanation/life-of-a-certificate", f"for up to {WORDS[int(WAIT_SECONDS)]} seconds"),
        ("explanation/life-of-a-certificate", f"did not answer for {WORDS[MINUTES_OF_A_JOB]} minutes"),
        ("explanation/proofs", f"for some {WORDS[MINUTES_OF_A_JOB]} minutes"),
        ("explanation/glossary", f"a bit for each of {LIST_SIZE:,} certificates"),
        ("guides/verify", f"a bit for each of {LIST_SIZE:,} certificates"),
        ("guides/keys", f"tells of it {ENDS_WITHIN.days} days before"),
        ("guides/keys", f"RSA of {RSA_BITS_MIN} to {RSA_BITS_MAX} bits"),
        ("guides/upgrade", f"has {DRAIN_SECONDS:.0f} seconds for what it is doing"),
        ("guides/postgresql", f"web process opens at most {CONNECTIONS_OF_A_WEB_PROCESS} connections"),
        ("guides/postgresql", f"a worker slot at most {CONNECTIONS_OF_A_SLOT}"),
    ],
)
def test_a_number_in_a_page_is_that_of_the_code(page: str, words: str) -> None:
    text = " ".join((FOLDER / f"{page}.md").read_text(encoding="utf-8").split())

    assert words in text


def test_what_could_not_be_deleted_is_tried_again_every_hour() -> None:
    text = (FOLDER / "explanation" / "life-of-a-certificate.md").read_text(encoding="utf-8")

    assert AGAIN_SECONDS == 3600
    assert "tries again every hour" in text
