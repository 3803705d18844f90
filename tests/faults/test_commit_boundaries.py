"""Processes killed right before and right after every commit they make for one certificate."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.site import (
    SERVE,
    WORK,
    Site,
    await_settled,
    issue,
    make_site,
    message_ids,
    read_ledger,
    wait_until,
)
from tests.live import Caller
from tests.mail_server import RunningServer, mail_server

pytestmark = pytest.mark.faults

ISSUING = {
    "issued": "certificate_codes+certificates+counters+emails+idempotency_records+workflow_input+workflow_status 1",
}
PRODUCING_AND_MAILING = {
    "production claimed": "workflow_status 1",
    "produced": "certificates+editions+emails+workflow_input+workflow_status 1",
    "production finished": "workflow_output+workflow_status 1",
    "sending claimed": "workflow_status 2",
    "attempt begun": "email_attempts+emails 1",
    "mail accepted": "email_attempts+emails 2",
    "sending finished": "workflow_output+workflow_status 2",
}
STARTING = {
    "first queue": "queues 1",
    "second queue": "queues 2",
    "version": "application_versions 1",
}
RECIPIENT = "ada-1@example.org"


@pytest.fixture
def post() -> Iterator[RunningServer]:
    """A mail server that takes everything."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Caller, int]:
    """An installation with a tenant and a template; copy it, do not use it."""
    site = make_site(tmp_path_factory.mktemp("prepared"), mail_port=1)
    with site.calling() as caller, site.running(SERVE) as web:
        site.await_web(web)
        template_id = caller.publish_template()
        stop(web)
    return site, caller, template_id


@pytest.fixture(scope="module")
def issued(prepared: tuple[Site, Caller, int], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same with a certificate that no worker has seen yet; copy it, do not use it."""
    original, caller, template_id = prepared
    site = original.copy(tmp_path_factory.mktemp("issued") / "site", mail_port=1)
    with site.calling(caller) as caller, site.running(SERVE) as web:
        site.await_web(web)
        assert issue(caller, template_id, 1).status_code == 201
        stop(web)
    return site


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process in good order, so that its database can be copied."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) is not None


def assert_all_is_well(site: Site, tenant_id: int, post: RunningServer) -> None:
    """One certificate, rendered, signed once, its one file there, and mailed under one Message-ID."""
    await_settled(site, tenant_id, emails=1)
    ledger = read_ledger(site, tenant_id)
    assert (len(ledger.certificates), ledger.lost_files) == (1, [])
    assert [edition.number for edition in ledger.editions] == [1]
    assert ledger.key_ids == {"proof-1", "token-1", "seal-1", "authority-1", "secret-1"}
    assert len(list((site.folder / "files").rglob("*.pdf"))) == 1, "never two PDFs under one code"
    messages = message_ids(post.inbox)
    assert list(messages) == [RECIPIENT]
    assert len(messages[RECIPIENT]) == 1, "a repeat must carry the Message-ID of the first"


def test_the_commits_of_the_whole_way_are_those_that_are_tried(
    prepared: tuple[Site, Caller, int], tmp_path: Path, post: RunningServer
) -> None:
    original, caller, template_id = prepared
    site = original.copy(tmp_path / "site", mail_port=post.controller.port)
    web_commits, worker_commits = tmp_path / "web", tmp_path / "worker"

    with (
        site.calling(caller) as caller,
        site.running(SERVE, commits=web_commits) as web,
        site.running(WORK, commits=worker_commits) as worker,
    ):
        site.await_web(web)
        assert issue(caller, template_id, 1).status_code == 201
        assert_all_is_well(site, caller.tenant_id, post)
        stop(worker)

    assert web_commits.read_text().splitlines() == list(ISSUING.values())
    assert sorted(worker_commits.read_text().splitlines()) == sorted(
        (STARTING | PRODUCING_AND_MAILING).values()
    )


@pytest.mark.parametrize("commit", ISSUING)
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_web_process_killed_at_a_commit_of_issuing_neither_loses_nor_doubles(
    side: str, commit: str, prepared: tuple[Site, Caller, int], tmp_path: Path, post: RunningServer
) -> None:
    original, caller, template_id = prepared
    site = original.copy(tmp_path / "site", mail_port=post.controller.port)

    with site.calling(caller) as caller, site.running(SERVE, fault_at=f"{side} {ISSUING[commit]}") as web:
        site.await_web(web)
        with pytest.raises(httpx.TransportError):
            issue(caller, template_id, 1)
        assert web.wait(10) == -signal.SIGKILL
    with site.calling(caller) as caller, site.running(SERVE) as web, site.running(WORK):
        site.await_web(web)
        again = issue(caller, template_id, 1)

        assert again.status_code == 201
        assert again.headers.get("Idempotent-Replayed") == ("true" if side == "after" else None)
        assert_all_is_well(site, caller.tenant_id, post)


@pytest.mark.parametrize("commit", ["version", *PRODUCING_AND_MAILING])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_worker_killed_at_a_commit_of_producing_or_mailing_loses_nothing(
    side: str,
    commit: str,
    prepared: tuple[Site, Caller, int],
    issued: Site,
    tmp_path: Path,
    post: RunningServer,
) -> None:
    _, caller, _ = prepared
    site = issued.copy(tmp_path / "site", mail_port=post.controller.port)

    label = (STARTING | PRODUCING_AND_MAILING)[commit]
    with site.running(WORK, fault_at=f"{side} {label}") as worker:
        wait_until(lambda: worker.poll() is not None, f"the worker did not come to {label}")
        assert worker.returncode == -signal.SIGKILL
    with site.running(WORK):
        assert_all_is_well(site, caller.tenant_id, post)
