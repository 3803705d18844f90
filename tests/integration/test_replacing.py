"""A correction is a new certificate of the same version, in the place of the old one, which stays and leads to it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from certifly.certificates.errors import (
    CertificateErased,
    CertificateReplaced,
    CertificateRevoked,
    CertificateSuspended,
)
from certifly.certificates.history import REPLACED, REPLACES
from certifly.certificates.issue import EXPIRED_FAULT as NOT_IN_THE_FUTURE
from certifly.certificates.issue import PRODUCE
from certifly.certificates.mail_again import mail_again
from certifly.certificates.models import Certificate
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.replace import (
    EXPIRED_FAULT,
    NO_CHANGE_FAULT,
    UNSENT_REASON,
    read_replacement,
    replace,
    unchanged,
)
from certifly.certificates.standing import standing_of
from certifly.core.errors import Invalid
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import HELD, SKIPPED, Email
from certifly.templates.draft import change_template
from certifly.templates.publish import publish
from certifly.templates.queries import get_template
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, TUESDAY, template_document
from tests.certificates_at_hand import Certificates
from tests.issued import PUBLIC_URL

WEDNESDAY = TUESDAY + timedelta(days=1)
BLINK = timedelta(microseconds=1)
KING = {"Student Name": "Ada King"}


def faults_of(
    certificates: Certificates, certificate_id: int, changes: Any, **options: Any
) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        certificates.prepare_replacement(certificate_id, changes, **{"now": TUESDAY} | options)
    return refusal.value.errors


def test_both_certificates_say_so(certificates: Certificates) -> None:
    old_id = certificates.issue()

    new_id = certificates.replace(old_id, KING, reason="Her name has changed.", now=TUESDAY)

    old, new = certificates.look(old_id), certificates.look(new_id)
    assert (old.successor_id, old.replaced_at, old.updated_at, old.replaces_id) == (
        new_id,
        TUESDAY,
        TUESDAY,
        None,
    )
    assert (new.replaces_id, new.successor_id, new.replaced_at) == (old_id, None, None)
    assert standing_of(old, TUESDAY) == "replaced"
    assert standing_of(new, TUESDAY) == "recorded"
    assert old.data == {"Student Name": ADA}, "nothing of an issued certificate is changed"
    assert (new.data, new.created_at) == (KING, TUESDAY)
    assert new.drawing["values"]["Student Name"] == "Ada King"
    assert old.code != new.code
    for certificate_id, kind, other_id in ((old_id, REPLACED, new_id), (new_id, REPLACES, old_id)):
        [event] = certificates.history(certificate_id)[1:]
        assert (event.kind, event.actor, event.other_id) == (kind, "registry", other_id)
        assert event.reason == "Her name has changed."
    assert certificates.jobs(PRODUCE) == [(old_id,), (new_id,)]


def test_what_is_not_sent_stays_and_null_takes_a_value_out(certificates: Certificates) -> None:
    old_id = certificates.issue(address=ADAS_ADDRESS)
    first = certificates.replace(old_id, {"Course": "Analytical Engines"}, now=TUESDAY)
    second = certificates.replace(first, {"Email": None, "Date": "2026-11-23", "Course": ""}, now=TUESDAY)

    assert certificates.look(first).data == {
        "Student Name": ADA,
        "Course": "Analytical Engines",
        "Email": ADAS_ADDRESS,
    }
    assert certificates.look(second).data == {"Student Name": ADA, "Date": "2026-11-23"}


def test_it_keeps_the_version_whatever_became_of_the_template(certificates: Certificates) -> None:
    old_id = certificates.issue()

    def move_on(db: TenantDB) -> None:
        template = get_template(db, 1)
        labels = [*template_document()["labels"], {"name": "Grade", "type": "text", "required": True}]
        change_template(db, template, {"labels": labels}, now=MONDAY)
        publish(db, template, issuer_name="Lovelace", check_url=f"{PUBLIC_URL}/check/x", now=MONDAY)
        change_template(db, template, {"archived": True}, now=MONDAY)

    certificates.write(move_on)

    new_id = certificates.replace(old_id, KING, now=TUESDAY)

    assert certificates.look(new_id).template_version == 1


@pytest.mark.parametrize(
    "changes",
    [{}, {"Student Name": ADA}, {"Student Name": f" {ADA} "}, {"Course": None}, {"Course": " "}],
    ids=["none", "same", "same when cleaned", "null for none", "blank for none"],
)
def test_at_least_one_value_must_change(certificates: Certificates, changes: dict[str, Any]) -> None:
    old_id = certificates.issue()

    assert faults_of(certificates, old_id, changes) == {"data": [NO_CHANGE_FAULT]}


def test_the_corrected_data_is_judged_as_that_of_every_certificate(certificates: Certificates) -> None:
    old_id = certificates.issue()

    faults = faults_of(certificates, old_id, {"Student Name": None, "Date": "Monday", "Curse": "x"})

    assert list(faults) == ["data.Student Name", "data.Date", "data.Curse"]
    assert "required" in faults["data.Student Name"][0]
    assert "Did you mean Course?" in faults["data.Curse"][0]
    assert list(faults_of(certificates, old_id, {"Student Name": "Ada \U00013000"})) == ["data.Student Name"]


def test_a_name_that_looks_the_same_is_the_same() -> None:
    composed, apart = "Pr\u00e9nom", "Pre\u0301nom"

    assert unchanged({composed: "Ada", "Course": "x"}, {apart: "Augusta"}) == {"Course": "x"}
    long = "e\u0301" * 500
    assert unchanged({"\u00e9" * 500: "Ada"}, {long: "x"}) != {}, (
        "what is too long to be a name is not worked on"
    )


def test_a_value_that_stays_is_not_decoded_a_second_time(certificates: Certificates) -> None:
    first = certificates.replace(
        certificates.issue(), {"Course": "Use &amp;lt;b&amp;gt; in HTML"}, now=TUESDAY
    )

    second = certificates.replace(first, KING, now=TUESDAY)

    assert certificates.look(second).data == KING | {"Course": "Use &lt;b&gt; in HTML"}


def test_every_value_that_stays_is_the_same_and_one_that_is_sent_is_cleaned(
    certificates: Certificates,
) -> None:
    first = certificates.replace(certificates.issue(), {"Course": "Maths &amp;amp; logic"}, now=TUESDAY)

    with pytest.raises(Invalid) as refusal:
        certificates.prepare_replacement(first, {"Course": "Maths &amp;amp; logic"}, now=TUESDAY)

    assert refusal.value.errors == {"data": [NO_CHANGE_FAULT]}


def test_it_expires_when_the_old_one_does(certificates: Certificates) -> None:
    old_id = certificates.issue()
    certificates.set(old_id, expires_at=WEDNESDAY)

    same = certificates.prepare_replacement(old_id, KING, now=TUESDAY)
    other = certificates.prepare_replacement(old_id, KING, expires_at=WEDNESDAY + BLINK, now=TUESDAY)

    assert (same.expires_at, other.expires_at) == (WEDNESDAY, WEDNESDAY + BLINK)


def test_a_new_expiry_is_a_change_of_its_own(certificates: Certificates) -> None:
    old_id = certificates.issue()
    certificates.set(old_id, expires_at=WEDNESDAY)

    new_id = certificates.replace(old_id, {}, expires_at=WEDNESDAY + BLINK, now=TUESDAY)

    assert certificates.look(new_id).expires_at == WEDNESDAY + BLINK
    assert certificates.look(new_id).data == certificates.look(old_id).data


def test_of_an_expired_certificate_a_new_expiry_is_asked_for(certificates: Certificates) -> None:
    old_id = certificates.issue()
    certificates.set(old_id, expires_at=TUESDAY)

    assert certificates.prepare_replacement(old_id, KING, now=TUESDAY - BLINK).expires_at == TUESDAY
    assert faults_of(certificates, old_id, KING) == {"expires_at": [EXPIRED_FAULT]}
    assert faults_of(certificates, old_id, KING, expires_at=TUESDAY) == {"expires_at": [NOT_IN_THE_FUTURE]}
    assert (
        certificates.prepare_replacement(old_id, KING, expires_at=WEDNESDAY, now=TUESDAY).expires_at
        == WEDNESDAY
    )


@pytest.mark.parametrize(
    ("values", "error", "remedy"),
    [
        ({"revoked_at": MONDAY}, CertificateRevoked, "Issue a new certificate instead"),
        ({"successor_id": 7, "replaced_at": MONDAY}, CertificateReplaced, "on certificate 7 instead"),
        ({"suspended_at": MONDAY}, CertificateSuspended, "DELETE /api/v1/certificates/1/suspension"),
        ({"erased_at": MONDAY}, CertificateErased, "issue a new certificate"),
    ],
)
def test_one_that_does_not_hold_is_not_corrected(
    certificates: Certificates, values: dict[str, Any], error: type[Exception], remedy: str
) -> None:
    old_id = certificates.issue()
    prepared = certificates.prepare_replacement(old_id, KING, now=TUESDAY)
    certificates.set(old_id, **values)  # between the look at it and the commit

    def work(db: TenantDB, row: Certificate) -> None:
        replace(db, row, prepared, reason=None, actor=None, mail_configured=False, now=TUESDAY)

    with pytest.raises(error, match=remedy):
        certificates.change(old_id, work)
    assert certificates.read(lambda db: len(db.find(Certificate))) == 1


def test_a_chain_of_corrections_leads_to_the_last(certificates: Certificates) -> None:
    first = certificates.issue()
    second = certificates.replace(first, KING, now=TUESDAY)
    third = certificates.replace(second, {"Student Name": "Ada Byron"}, now=WEDNESDAY)

    with pytest.raises(CertificateReplaced) as refusal:
        certificates.replace(first, {"Student Name": "Ada"}, now=WEDNESDAY)

    assert refusal.value.successor_id == second
    assert certificates.look(second).successor_id == third
    assert [one.kind for one in certificates.history(second)] == ["issued", REPLACES, REPLACED]


def test_mail_of_the_old_one_stays_here_and_the_new_one_may_be_mailed(certificates: Certificates) -> None:
    old_id = certificates.issue(address=ADAS_ADDRESS)

    new_id = certificates.replace(old_id, KING, send_email=True, now=TUESDAY)

    emails = certificates.read(lambda db: {email.certificate_id: email for email in db.find(Email)})
    assert (emails[old_id].status, emails[old_id].reason) == (SKIPPED, UNSENT_REASON)
    assert (emails[new_id].status, emails[new_id].recipient) == (HELD, ADAS_ADDRESS)
    with pytest.raises(CertificateReplaced):
        certificates.change(
            old_id, lambda db, row: mail_again(db, row, to=None, mail_configured=True, now=TUESDAY)
        )


def test_of_two_corrections_at_once_the_second_finds_it_replaced(
    database_url: str, certificates: Certificates
) -> None:
    old_id = certificates.issue()
    others = [Database(database_url) for _ in range(2)]
    prepared = [
        certificates.prepare_replacement(old_id, {"Student Name": f"Ada {number}"}, now=TUESDAY)
        for number in range(6)
    ]
    start = threading.Barrier(len(prepared))

    def call(number: int) -> bool:
        def work(db: TenantDB) -> None:
            row = get_certificate_to_change(db, str(old_id))
            replace(db, row, prepared[number], reason=None, actor=None, mail_configured=False, now=TUESDAY)

        start.wait()
        try:
            others[number % 2].write(certificates.tenant_id, work).result()
        except CertificateReplaced:
            return False
        return True

    with ThreadPoolExecutor(len(prepared)) as pool:
        outcomes = list(pool.map(call, range(len(prepared))))
    for other in others:
        other.close()

    assert outcomes.count(True) == 1
    rows = certificates.read(lambda db: db.find(Certificate, order_by=[Certificate.id]))
    assert [row.replaces_id for row in rows] == [None, old_id]
    assert rows[0].successor_id == rows[1].id


def test_every_fault_of_a_request_is_told_at_once() -> None:
    asked, faults = read_replacement(
        {"data": "Ada", "reason": 1, "send_email": "yes", "expires_at": "tomorrow", "dat": {}}
    )

    assert list(faults) == ["data", "reason", "send_email", "expires_at", "dat"]
    assert "Did you mean data?" in faults["dat"][0]
    assert (asked.changes, asked.reason, asked.send_email, asked.expires_at) == (None, None, False, None)


def test_data_is_asked_for_and_may_be_the_empty_map_of_php() -> None:
    assert list(read_replacement({})[1]) == ["data"]
    asked, faults = read_replacement({"data": [], "expires_at": "2027-11-23T00:00:00Z"})
    assert (asked.changes, faults) == ({}, {})
    assert asked.expires_at == datetime.fromisoformat("2027-11-23T00:00:00+00:00")


def test_faults_of_the_request_and_of_its_data_are_told_together(certificates: Certificates) -> None:
    from certifly.certificates.replace import ReplacementRequest, prepare_replacement

    old_id = certificates.issue()
    ready = certificates.prepare_replacement(old_id, KING, now=TUESDAY)

    with pytest.raises(Invalid) as refusal:
        prepare_replacement(
            certificates.look(old_id),
            ready.template,
            ReplacementRequest({"Date": "Monday"}, None, False, None),
            {"reason": ["reason must be text in double quotes."]},
            code=ready.code,
            check_url=ready.check_url,
            issuer_name="Lovelace Academy",
            fonts_dir=None,
            now=TUESDAY,
        )
    assert list(refusal.value.errors) == ["data.Date", "reason"]
