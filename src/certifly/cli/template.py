"""``template``: designs that come as files, and travel from one installation to another."""

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell

if TYPE_CHECKING:
    from certifly.core.settings import Settings
    from certifly.db.database import Database
    from certifly.db.tenant import TenantDB
    from certifly.templates.assets import StoredPicture
    from certifly.templates.design_files import DesignFiles
    from certifly.templates.document import TemplateDocument
    from certifly.tenants.models import Tenant

STANDARD_INPUT = "-"


@click.group()
def template() -> None:
    """Designs that certificates are issued from."""


@template.command("import")
@click.argument("source")
@click.option("--tenant", "slug", required=True, help="Slug of the tenant that will own it.")
@click.option(
    "--publish", "is_published", is_flag=True, help="Publish it, so that certificates can be issued."
)
@json_option
def import_source(source: str, slug: str, is_published: bool, as_json: bool) -> None:
    """Add a template from SOURCE: a file, a folder, a starter, or - for standard input.

    A file holds the JSON document that POST /api/v1/templates takes. Where it names a picture by file ("asset":
    "logo.png"), that file is uploaded from the folder of the document. A folder holds such a document, document.json,
    and its pictures. The starter certificate-of-completion comes with Certifly.
    """
    from certifly.app.environment import load_settings
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import open_database
    from certifly.tenants.tenants import get_tenant

    settings = load_settings()
    require_migrated(settings)
    design = read_design(source)
    require_sound(design, settings)
    database = open_database(settings)
    try:
        owner = database.read_directory(lambda directory: get_tenant(directory, slug)).result()
        stored = add_template(database, owner, design, settings, is_published=is_published)
    finally:
        database.close()
    tell(stored, as_json=as_json)


def read_design(source: str) -> "DesignFiles":
    """The design that SOURCE names. Raises Invalid, and BadParameter where there is nothing of that name."""
    from certifly.templates.design_files import DesignFiles, find_document, read_pictures
    from certifly.templates.starters import STARTERS, read_starter

    if source == STANDARD_INPUT:
        return DesignFiles(_decode(sys.stdin.buffer, "standard input"), {})
    path = Path(source)
    if not path.exists():
        if source in STARTERS:
            return read_starter(source)
        raise click.BadParameter(
            f"There is no file or folder {source}, and no starter of that name. Starters: {', '.join(STARTERS)}.",
            param_hint="SOURCE",
        )
    try:
        document = find_document(path) if path.is_dir() else path
        with document.open("rb") as file:
            return read_pictures(_decode(file, str(document)), document.parent)
    except OSError as error:
        raise click.BadParameter(f"{source} cannot be read: {error.strerror}.", param_hint="SOURCE") from None


def _decode(file: IO[bytes], name: str) -> dict[str, object]:
    from certifly.core.errors import Invalid
    from certifly.templates.draft import DOCUMENT_BYTES_MAX
    from certifly.web.decoding import decode_object

    raw = file.read(DOCUMENT_BYTES_MAX + 1)
    if len(raw) > DOCUMENT_BYTES_MAX:
        raise Invalid({name: [f"A template has at most {DOCUMENT_BYTES_MAX} bytes; this file has more."]})
    return decode_object(raw, lenient=False)


def require_sound(design: "DesignFiles", settings: "Settings") -> None:
    """Judge the document as strictly as the API does, before any picture is stored. Raises Invalid."""
    from certifly.templates.document import parse_document

    stand_in = "sha256:" + "0" * 64
    parse_document(
        design.with_pictures(dict.fromkeys(design.pictures, stand_in)), fonts_dir=settings.fonts_dir
    )


def add_template(
    database: "Database",
    owner: "Tenant",
    design: "DesignFiles",
    settings: "Settings",
    *,
    is_published: bool,
) -> Facts:
    """Store the pictures of a sound design, then make the template. Raises Invalid, naming the file or the place."""
    from certifly.storage.blobs import open_store
    from certifly.templates.assets import store_pictures
    from certifly.templates.document import parse_document

    pictures = store_pictures(open_store(settings.files_url), owner.id, design.pictures)
    digests = {name: picture.digest for name, picture in pictures.items()}
    document = parse_document(design.with_pictures(digests), fonts_dir=settings.fonts_dir)
    if is_published:
        read_qr_codes(document, owner, settings)
    return database.write(
        owner.id,
        lambda db: store(db, document, list(pictures.values()), owner, settings, is_published=is_published),
    ).result()


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
    db: "TenantDB",
    document: "TemplateDocument",
    pictures: "list[StoredPicture]",
    owner: "Tenant",
    settings: "Settings",
    *,
    is_published: bool,
) -> Facts:
    """Record the pictures, make the draft, and publish it if that is wanted: all or nothing."""
    import uuid

    from certifly.certificates.routes import check_address
    from certifly.core.clock import utc_now
    from certifly.templates.assets import record_asset
    from certifly.templates.draft import create_template
    from certifly.templates.drawable import EXAMPLE_CODE
    from certifly.templates.publish import publish

    now = utc_now()
    for picture in pictures:
        record_asset(db, picture, now=now)
        db.flush()
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
