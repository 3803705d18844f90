"""The public addresses of a certificate: in one place, since they are printed, mailed and answered."""

import uuid

from certifly.rendering.formats import PreviewName
from certifly.storage.blobs import DIGEST_PREFIX

VERSION_CHARACTERS = 16


def check_address(public_url: str, code: uuid.UUID) -> str:
    """Where anyone can check the certificate; this address stands in its QR code."""
    return f"{public_url}/check/{code}"


def public_url_of(check_url: str) -> str:
    """The public address that a certificate was issued under: what its check address begins with."""
    return check_url.rpartition("/check/")[0]


def download_address(public_url: str, code: uuid.UUID, suffix: str) -> str:
    """Where a file of the certificate is: ``.pdf``, ``.png``, ``.svg``, ``.json`` or ``.jwt``."""
    return f"{public_url}/download/{code}{suffix}"


def preview_address(public_url: str, code: uuid.UUID, name: PreviewName, pdf_digest: str) -> str:
    """Where a small picture of the certificate is. The address changes with the PDF, so what it leads to never does."""
    return f"{download_address(public_url, code, '')}/{name}?v={picture_version(pdf_digest)}"


def picture_version(pdf_digest: str) -> str:
    """What tells the pictures of one PDF from those of another."""
    return pdf_digest.removeprefix(DIGEST_PREFIX)[:VERSION_CHARACTERS]


def routes_of(public_url: str, code: uuid.UUID) -> dict[str, str]:
    """The ``routes`` of the published answer."""
    return {
        "check": check_address(public_url, code),
        "download_pdf": download_address(public_url, code, ".pdf"),
        "download_png": download_address(public_url, code, ".png"),
    }
