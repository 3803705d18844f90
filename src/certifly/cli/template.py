"""``template``: designs that come as files, and travel from one installation to another."""

from typing import IO, TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell

if TYPE_CHECKING:
    from certifly.core.settings import Settings
    from certifly.db.tenant import TenantDB
    from certifly.templates.document import TemplateDocument
    from certifly.tenants.models import Tenant


@click.group()
def template() -> None:
    """Designs that certificates are issued from."""


@template.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--tenant", "slug", required=True, help="Slug of the tenant that will own it.")
@click.option(
    "--publish", "is_published", is_flag=True, help="Publish it, so that certificates can be issued."
)
@json_option
def import_file(file: IO[bytes], slug: str, is_published: bool, as_json: bool) -> None:
    """Add a template from FILE, a JSON document (- reads standard input).

    It is the document that POST /api/v1/templates takes, and that GET /api/v1/templates/ID answers as
    data.data.document. Pictures it names must have been uploaded before.
    """
    from certifly.app.environment import load_settings
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import open_database
    from certifly.tenants.tenants import get_tenant

    settings = load_settings()
    require_migrated(settings)
    document = read_document(file, settings)
    database = open_database(settings)
    try:
        owner = database.read_directory(lambda directory: get_tenant(directory, slug)).result()
        if is_published:
            read_qr_codes(document, owner, settings)
        stored = database.write(
            owner.id, lambda db: store(db, document, owner, settings, is_published=is_published)
        ).result()
    finally:
        database.close()
    tell(stored, as_json=as_json)


def read_document(file: IO[bytes], settings: "Settings") -> "TemplateDocument":
    """The document in a file, judged as strictly as the API judges one. Raises Invalid."""
    from certifly.core.errors import Invalid
    from certifly.templates.document import parse_document
    from certifly.templates.draft import DOCUMENT_BYTES_MAX
    from certifly.web.decoding import decode_object

    raw = file.read(DOCUMENT_BYTES_MAX + 1)
    if len(raw) > DOCUMENT_BYTES_MAX:
        raise Invalid(
            {file.name: [f"A template has at most {DOCUMENT_BYTES_MAX} bytes; this file has more."]}
        )
    return parse_document(decode_object(raw, lenient=False), fonts_dir=settings.fonts_dir)


def read_qr_codes(document: "TemplateDocument", owner: "Tenant", settings: "Settings") -> None:
    """Raise Invalid when phones cannot read a QR code of the design. Draws it, so it comes before any transaction."""
    import uuid

    from certifly.app.wiring import open_renderers
    from certifly.certificates.routes import check_address
    from certifly.core.clock import utc_now
    from certifly.storage.blobs import open_store
    from certifly.templates.qr_codes import LARGEST_CODE, refuse_unreadable_codes

    with open_renderers(settings) as renderers:
        refuse_unreadable_codes(
            document,
            tenant_id=owner.id,
            renderers=renderers,
            blobs=open_store(settings.files_url),
            check_url=check_address(settings.public_url, uuid.UUID(LARGEST_CODE)),
            issuer_name=owner.name,
            now=utc_now(),
            fonts_dir=settings.fonts_dir,
        )


def store(
    db: "TenantDB", document: "TemplateDocument", owner: "Tenant", settings: "Settings", *, is_published: bool
) -> Facts:
    """Make the draft, and publish it if that is wanted: both or neither."""
    import uuid

    from certifly.certificates.routes import check_address
    from certifly.core.clock import utc_now
    from certifly.templates.draft import create_template
    from certifly.templates.drawable import EXAMPLE_CODE
    from certifly.templates.publish import publish

    now = utc_now()
    template = create_template(db, document, now=now, fonts_dir=settings.fonts_dir)
    if is_published:
        publish(
            db,
            template,
            issuer_name=owner.name,
            check_url=check_address(settings.public_url, uuid.UUID(EXAMPLE_CODE)),
            now=now,
            fonts_dir=settings.fonts_dir,
        )
    return {
        "id": str(template.id),
        "tenant": owner.slug,
        "name": template.name,
        "status": template.status,
        "version": template.published_version,
    }
