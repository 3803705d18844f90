"""Look into a file that anyone may have made: bytes in, facts out.

Pure, and it never raises but for want of memory: a file that cannot be read, or asks for too much, is a fact too.
It runs in a process of its own (``inspector.py``), so that what no bound foresees can be ended from outside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from certifly.credentials.bake import PNG_SIGNATURE
from certifly.verification.errors import BeyondLimits, CannotInspect, Unreadable
from certifly.verification.facts import CredentialFound, Facts
from certifly.verification.pictures import texts_in_png, texts_in_svg
from certifly.verification.read_credential import read_credential
from certifly.verification.report import FileKind

UPLOAD_BYTES_MAX = 20 * 1024 * 1024
"""Largest file that is checked."""

CREDENTIALS_MAX = 4
"""Of one file. More are not looked at, and the file is not judged."""

_JPEG_SIGNATURE = b"\xff\xd8\xff"
_OTHER_PICTURES = (b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
"""How GIF, TIFF and BMP begin."""
_ISO_PICTURES = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
"""The brands of HEIC and AVIF."""
_PDF_MARK = b"%PDF-"
_PDF_MARK_WITHIN_BYTES = 1024


def inspect(content: bytes, *, timestamp_roots: Sequence[bytes] = ()) -> Facts:
    """The facts of a file. Time stamps are confirmed under ``timestamp_roots`` (DER)."""
    facts = outline(content)
    try:
        if facts.kind == FileKind.PDF:
            return _look_into_pdf(content, facts, timestamp_roots)
        return _LOOK[facts.kind](content, facts)
    except CannotInspect as error:
        return replace(facts, trouble=error.trouble, detail=error.detail)


def outline(content: bytes) -> Facts:
    """What is known of a file before anybody looks into it."""
    digest = "sha256:" + sha256(content).hexdigest()
    return Facts(kind=kind_of(content), size_bytes=len(content), digest=digest)


def kind_of(content: bytes) -> FileKind:
    """What kind of file these bytes begin."""
    if content.startswith(PNG_SIGNATURE):
        return FileKind.PNG
    if content.startswith(_JPEG_SIGNATURE):
        return FileKind.JPEG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileKind.WEBP
    if content.startswith(_OTHER_PICTURES) or (content[4:8] == b"ftyp" and content[8:12] in _ISO_PICTURES):
        return FileKind.OTHER_PICTURE
    if _PDF_MARK in content[:_PDF_MARK_WITHIN_BYTES]:
        return FileKind.PDF
    beginning = content[:_PDF_MARK_WITHIN_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning.startswith(b"{"):
        return FileKind.JSON
    if beginning.startswith(b"eyJ"):
        return FileKind.JWT
    if beginning.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return FileKind.SVG
    return FileKind.UNKNOWN


def _look_into_pdf(content: bytes, facts: Facts, timestamp_roots: Sequence[bytes]) -> Facts:
    # Here and not above: it takes half a second to load, which no other kind of file needs.
    from certifly.verification.pdf_facts import pdf_facts

    found = pdf_facts(content, timestamp_roots=timestamp_roots)
    facts = replace(facts, seals=found.seals, attachments=found.attachments, revisions=found.revisions)
    credentials = [credential for text in found.texts if (credential := _attached(text)) is not None]
    if not facts.seals and not credentials:
        from certifly.rendering.qr_reading import qr_texts_on_first_page

        facts = replace(facts, qr_texts=qr_texts_on_first_page(content))
    return _with_credentials(facts, credentials)


def _look_into_png(content: bytes, facts: Facts) -> Facts:
    baked = [_baked(text) for text in texts_in_png(content)]
    return _with_credentials(facts, baked) if baked else _look_into_picture(content, facts)


def _look_into_picture(content: bytes, facts: Facts) -> Facts:
    """A picture without a proof: all it can hold is a QR code."""
    from certifly.rendering import qr_reading

    try:
        return replace(facts, qr_texts=qr_reading.qr_texts_in_picture(content))
    except qr_reading.PictureTooLarge:
        raise BeyondLimits(
            f"a picture without a proof, of more than {qr_reading.PIXELS_MAX} pixels"
        ) from None
    except qr_reading.PictureUnreadable:
        if facts.kind == FileKind.PNG:
            return facts  # its chunks were read, and hold nothing
        raise Unreadable("a picture that is damaged or incomplete") from None


def _look_into_svg(content: bytes, facts: Facts) -> Facts:
    texts = texts_in_svg(content)
    if texts is None:
        return replace(facts, kind=FileKind.UNKNOWN)
    return _with_credentials(facts, [_baked(text) for text in texts])


def _look_into_text(content: bytes, facts: Facts) -> Facts:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("a text that is not UTF-8") from None
    credential = read_credential(text)
    return _with_credentials(facts, [credential] if credential is not None else [])


def _look_no_further(_: bytes, facts: Facts) -> Facts:
    return facts


_LOOK: Mapping[FileKind, Callable[[bytes, Facts], Facts]] = {
    FileKind.PNG: _look_into_png,
    FileKind.JPEG: _look_into_picture,
    FileKind.WEBP: _look_into_picture,
    FileKind.OTHER_PICTURE: _look_no_further,
    FileKind.SVG: _look_into_svg,
    FileKind.JSON: _look_into_text,
    FileKind.JWT: _look_into_text,
    FileKind.UNKNOWN: _look_no_further,
}


def _attached(text: str) -> CredentialFound | None:
    """The credential that is attached to a PDF. The PDF's own signatures count, whatever is wrong with this."""
    try:
        return read_credential(text)
    except CannotInspect as error:
        return CredentialFound(form="other", text=text, detail=error.detail)


def _baked(text: str) -> CredentialFound:
    """What is baked is a credential by its place, also when we cannot tell what kind."""
    return read_credential(text) or CredentialFound(form="other", text=text)


def _with_credentials(facts: Facts, credentials: list[CredentialFound]) -> Facts:
    if len(credentials) > CREDENTIALS_MAX:
        raise BeyondLimits(f"more than {CREDENTIALS_MAX} credentials in one file")
    return replace(facts, credentials=credentials)
