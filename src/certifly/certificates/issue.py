"""Issue certificates: from a request to a row and its work, in one commit.

``prepare`` decides everything that can be refused, from a published version, without the database: it runs
before the writer is troubled. ``issue`` stores what was prepared. A certificate keeps its template version,
its texts and their sizes for ever: what was checked before the 201 is what is drawn after it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from certifly.certificates.errors import TemplateChanged
from certifly.certificates.models import RECORDED, Certificate, CertificateCode
from certifly.certificates.request import IssueRequest
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import Email
from certifly.delivery.email.queue import Prospect, foresee, queue_email
from certifly.jobs.announce import announce_later
from certifly.rendering.fit import TextProblem, TextProblems, fit
from certifly.rendering.placeholders import BUILT_IN
from certifly.templates.fields import DataInvalid, check_data
from certifly.templates.queries import PublishedTemplate, is_current
from certifly.templates.validity import expiry_of
from certifly.templates.values import drawing_values

TEMPLATE_FAULT = "There is no published template with this id. Publish one, or see GET /api/v1/templates."
EXPIRED_FAULT = "expires_at must be a moment in the future."
LIFETIME_MAX = timedelta(days=36_525)
"""A hundred years. What shall hold for longer is better issued without an end."""
LIFETIME_FAULT = "expires_at must be within 100 years. Leave it out for a certificate that does not expire."
PRODUCE = "certificates.produce"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives a certificate, as far as its data says."""

    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class PreparedCertificate:
    """A certificate that nothing stands against, ready to be stored."""

    code: uuid.UUID
    template: PublishedTemplate
    data: dict[str, Any]
    drawing: dict[str, Any]
    check_url: str
    issuer_name: str
    send_email: bool
    created_at: datetime
    expires_at: datetime | None = None


def prepare(
    request: IssueRequest,
    faults: Mapping[str, list[str]],
    template: PublishedTemplate | None,
    *,
    code: uuid.UUID,
    check_url: str,
    issuer_name: str,
    fonts_dir: Path | None,
    now: datetime,
) -> PreparedCertificate:
    """Hold a request against its template. Raises Invalid with every fault of the request at once.

    ``faults`` are those its own fields already have. ``template`` is None when the tenant has no published
    one of that id; that another tenant has it makes no difference.
    """
    faults = {field: list(messages) for field, messages in faults.items()}
    if template is None:
        faults.setdefault("template_id", [TEMPLATE_FAULT])
        raise Invalid(_in_order(faults))

    document = template.document
    clean: Mapping[str, Any] = {}
    try:
        if request.data is not None:
            clean = check_data(document, request.data, kept=request.kept)
    except DataInvalid as error:
        faults |= error.errors
        clean = error.clean  # whether these can be drawn is told in the same answer
    except Invalid as error:
        faults |= error.errors
    asked_until = request.expires_at
    if asked_until is not None and (fault := _lifetime_fault(asked_until, now)) is not None:
        faults["expires_at"] = [fault]
        asked_until = None
    expires_at = asked_until or expiry_of(document, now)
    values = drawing_values(
        document,
        clean,
        code=str(code),
        issued_at=now,
        check_url=check_url,
        issuer_name=issuer_name,
        expires_at=expires_at,
    )
    try:
        fitting = fit(document.layout, values, language=document.language, fonts_dir=fonts_dir)
    except TextProblems as error:
        for problem in error.problems:
            _blame(problem, faults)
        raise Invalid(_in_order(faults)) from None
    if faults:
        raise Invalid(_in_order(faults))

    return PreparedCertificate(
        code=code,
        template=template,
        data=dict(clean),
        drawing={"values": values, "fitting": fitting.to_json()},
        check_url=check_url,
        issuer_name=issuer_name,
        send_email=request.send_email,
        created_at=now,
        expires_at=expires_at,
    )


def issue(
    db: TenantDB, prepared: PreparedCertificate, *, mail_configured: bool, replaces_id: int | None = None
) -> tuple[Certificate, Email | None]:
    """Store a prepared certificate, with its work and, if asked for, its e-mail.

    One that replaces another keeps that one's template version, whatever became of the template. Otherwise raises
    TemplateChanged when another version was published, or the template archived, since it was prepared.
    """
    template = prepared.template
    if replaces_id is None and not is_current(db, template):
        raise TemplateChanged

    values: dict[str, Any] = {
        "id": db.next_id("certificates"),
        "code": prepared.code,
        "template_id": template.template_id,
        "template_version": template.version,
        "data": prepared.data,
        "drawing": prepared.drawing,
        "check_url": prepared.check_url,
        "issuer_name": prepared.issuer_name,
        "created_at": prepared.created_at,
        "updated_at": prepared.created_at,
        "state": RECORDED,
        "edition": 1,
        "expires_at": prepared.expires_at,
        "replaces_id": replaces_id,
    }
    db.insert(Certificate, **values)
    certificate = Certificate(tenant_id=db.tenant_id, **values)
    db.register(CertificateCode, code=certificate.code, certificate_id=certificate.id)

    announce_later(db, PRODUCE, certificate.id)
    email = None
    if prepared.send_email:
        email = queue_email(
            db,
            certificate_id=certificate.id,
            recipient=recipient_of(prepared).email,
            email_field=template.document.recipient.email,
            mail_configured=mail_configured,
            now=prepared.created_at,
        )
    return certificate, email


def foresee_email(prepared: PreparedCertificate, *, mail_configured: bool) -> Prospect | None:
    """What would become of the e-mail if ``prepared`` were issued now; None when none is asked for."""
    if not prepared.send_email:
        return None
    return foresee(
        recipient=recipient_of(prepared).email,
        email_field=prepared.template.document.recipient.email,
        mail_configured=mail_configured,
    )


def recipient_of(prepared: PreparedCertificate) -> Recipient:
    """Whose certificate it is: name and address as the data has them, None where it or the template has none."""
    named = prepared.template.document.recipient
    return Recipient(
        name=prepared.data.get(named.name) if named.name else None,
        email=prepared.data.get(named.email) if named.email else None,
    )


def _lifetime_fault(expires_at: datetime, now: datetime) -> str | None:
    if expires_at <= now:
        return EXPIRED_FAULT
    return LIFETIME_FAULT if expires_at > now + LIFETIME_MAX else None


def _blame(problem: TextProblem, faults: dict[str, list[str]]) -> None:
    """Report a text that cannot be drawn on the fields it came from."""
    labels = [f"data.{name}" for name in problem.names if name not in BUILT_IN]
    # The template's own words, or the issuer's name, do not fit: nothing in the data can mend that.
    for field in labels or ["template_id"]:
        messages = faults.setdefault(field, [])
        if problem.message not in messages:
            messages.append(problem.message)


def _in_order(faults: dict[str, list[str]]) -> dict[str, list[str]]:
    """The template first, then the data, then the rest: the first is the one a client shows."""
    rank = {"template_id": 0, "data": 1}
    return dict(sorted(faults.items(), key=lambda item: rank.get(item[0].partition(".")[0], 2)))
