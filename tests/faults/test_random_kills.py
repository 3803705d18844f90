"""Web and worker killed at random instants, while certificates are issued all the time.

FAULT_INSTANTS says how often (``./dev faults``: 100), FAULT_SEED which instants.
"""

import os
import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from certifly.delivery.email.models import SENT
from tests.faults.site import (
    SERVE,
    WORK,
    Site,
    await_settled,
    issue,
    kill,
    make_site,
    message_ids,
    read_ledger,
)
from tests.live import Caller
from tests.mail_server import mail_server

pytestmark = pytest.mark.faults

INSTANTS = int(os.environ.get("FAULT_INSTANTS", "6"))
SEED = int(os.environ.get("FAULT_SEED", "1843"))
BETWEEN_SECONDS_MAX = 3.0
"""A process needs about one second to start: some die young, some in the middle of their work."""
CALLERS = 2
PAUSE_SECONDS = 0.05
"""Between two calls of a caller, so that the work fits between two kills."""


class Issuing:
    """Callers that issue one certificate after the other, and repeat each request until it has its 201."""

    def __init__(self, caller: Caller, template_id: int) -> None:
        self._caller = caller
        self._template_id = template_id
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.codes: dict[int, str] = {}
        """The code that each number was answered with."""
        self.surprises: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(first,)) for first in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let every request that is under way have its answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), f"a request never got its 201: {self.surprises}"

    def _run(self, first: int) -> None:
        number = first
        while not self._stop.is_set():
            code = self._issue(number)
            with self._lock:
                self.codes[number] = code
            number += CALLERS
            time.sleep(PAUSE_SECONDS)

    def _issue(self, number: int) -> str:
        while True:
            try:
                answer = issue(self._caller, self._template_id, number)
            except httpx.TransportError:
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.status_code == 201:
                return str(answer.json()["data"]["data"]["code"])
            if answer.status_code != 503:  # busy: the caller is told to come back
                self.surprises.append(f"{answer.status_code} {answer.text}")
            time.sleep(PAUSE_SECONDS)


def kill_while_issuing(site: Site, caller: Caller, chance: random.Random) -> Issuing:
    """Kill and start again at every instant; return when all work has settled."""
    commands = {"web": SERVE, "worker": WORK}
    processes = {name: site.start(command) for name, command in commands.items()}
    try:
        site.await_web(processes["web"])
        issuing = Issuing(caller, caller.publish_template())
        for _ in range(INSTANTS):
            time.sleep(chance.uniform(0, BETWEEN_SECONDS_MAX))
            victims = chance.choice([["web"], ["worker"], ["worker"], ["web", "worker"]])
            for victim in victims:
                kill(processes[victim])
            for victim in victims:
                processes[victim] = site.start(commands[victim])
        issuing.end()
        await_settled(site, caller.tenant_id, emails=len(issuing.codes))
    finally:
        for process in processes.values():
            kill(process)
    return issuing


def test_every_acknowledged_certificate_is_rendered_and_mailed_whatever_was_killed(tmp_path: Path) -> None:
    with mail_server() as post:
        site = make_site(tmp_path, mail_port=post.controller.port)
        with site.calling() as caller:
            issuing = kill_while_issuing(site, caller, random.Random(SEED))
        ledger = read_ledger(site, caller.tenant_id)
        messages = message_ids(post.inbox)

    assert issuing.surprises == []
    assert len(issuing.codes) >= INSTANTS
    issued = sorted(str(certificate.code) for certificate in ledger.certificates)
    assert issued == sorted(issuing.codes.values())
    assert ledger.lost_files == []
    assert sorted(edition.certificate_id for edition in ledger.editions) == sorted(
        certificate.id for certificate in ledger.certificates
    )
    pdfs = list((site.folder / "files").rglob("*.pdf"))
    assert len(pdfs) == len(ledger.certificates), "a run that was killed makes the same file again"
    assert {email.status for email in ledger.emails} == {SENT}
    assert sorted(messages) == sorted(f"ada-{number}@example.org" for number in issuing.codes)
    assert {len(ids) for ids in messages.values()} == {1}, "a repeat must carry the Message-ID of the first"
    assert len({next(iter(ids)) for ids in messages.values()}) == len(messages), "Message-IDs are distinct"
