"""Who issues: a tenant's identity (did:web), the chain of its seals, its status lists and its achievements.

These are the addresses that credentials name, so wallets and verifiers ask for them, from any origin. All of it is
public, and nothing personal is in it.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.credential_facts import achievement_facts
from certifly.core.ids import parse_id
from certifly.credentials import media_types
from certifly.credentials.achievement_credential import achievement_document
from certifly.credentials.did import did_document, issuer_profile
from certifly.credentials.public_keys import PublicKey, list_keys
from certifly.credentials.trust_bundle import authorities_pem
from certifly.db.tenant import Directory, TenantDB
from certifly.public.answers import ALWAYS, FOR_EVERY_ORIGIN, REVALIDATED, problem_response
from certifly.public.operations_of_credentials import (
    GET_ACHIEVEMENT,
    GET_ACHIEVEMENT_IMAGE,
    GET_CHAIN,
    GET_DID,
    GET_ISSUER,
)
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.templates.errors import VersionNotFound
from certifly.templates.models import Asset
from certifly.templates.queries import get_version
from certifly.tenants.models import Tenant
from certifly.tenants.tenants import find_tenant
from certifly.web.answers import encode
from certifly.web.parts import Parts

T = TypeVar("T")

router = APIRouter(tags=["issuers"])

HEADERS = {**ALWAYS, **REVALIDATED, **FOR_EVERY_ORIGIN}


@router.api_route("/t/{slug}", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/t/{slug}/profile.json", methods=["GET", "HEAD"], **GET_ISSUER)
async def get_issuer(request: Request, slug: str) -> Response:
    """The issuer as an Open Badges profile."""
    parts: Parts = request.app.state.parts
    tenant = await find_issuer(parts, slug)
    if tenant is None:
        return no_issuer(request)
    profile = issuer_profile(parts.settings.public_url, tenant.slug, tenant.name)
    return Response(encode(profile), 200, HEADERS, media_types.JSON_LD)


@router.api_route("/t/{slug}/did.json", methods=["GET", "HEAD"], **GET_DID)
async def get_did(request: Request, slug: str) -> Response:
    """The DID document: the keys that verify what this issuer has signed, those of before a rotation too."""
    parts: Parts = request.app.state.parts
    tenant = await find_issuer(parts, slug)
    if tenant is None:
        return no_issuer(request)
    keys = await _keys_of(parts, tenant)
    return Response(
        encode(did_document(parts.settings.public_url, tenant.slug, keys)),
        200,
        HEADERS,
        media_types.DID_DOCUMENT,
    )


@router.api_route("/t/{slug}/ca.pem", methods=["GET", "HEAD"], **GET_CHAIN)
async def get_chain(request: Request, slug: str) -> Response:
    """The certificates above the seals of this issuer's PDFs, to be trusted by those who trust the issuer."""
    parts: Parts = request.app.state.parts
    tenant = await find_issuer(parts, slug)
    if tenant is None:
        return no_issuer(request)
    return Response(authorities_pem(await _keys_of(parts, tenant)), 200, HEADERS, media_types.PEM_CHAIN)


@router.api_route(
    "/t/{slug}/achievements/{template_id}/{version}", methods=["GET", "HEAD"], **GET_ACHIEVEMENT
)
async def get_achievement(request: Request, slug: str, template_id: str, version: str) -> Response:
    """What certificates of this template version attest."""
    parts: Parts = request.app.state.parts
    public_url = parts.settings.public_url

    def work(db: TenantDB, tenant: Tenant) -> bytes:
        template, number = _parse(template_id, version)
        document = get_version(db, template, number).document
        facts = achievement_facts(document, template_id=template, version=number)
        return encode(
            achievement_document(
                facts,
                public_url=public_url,
                slug=tenant.slug,
                issuer_name=tenant.name,
                language=document.language,
            )
        )

    found = await _read(parts, slug, work)
    return no_issuer(request) if found is None else Response(found, 200, HEADERS, media_types.JSON_LD)


@router.api_route(
    "/t/{slug}/achievements/{template_id}/{version}/image", methods=["GET", "HEAD"], **GET_ACHIEVEMENT_IMAGE
)
async def get_achievement_image(request: Request, slug: str, template_id: str, version: str) -> Response:
    """The picture of the achievement."""
    parts: Parts = request.app.state.parts

    def work(db: TenantDB, tenant: Tenant) -> tuple[int, Asset] | None:
        document = get_version(db, *_parse(template_id, version)).document
        digest = document.achievement.image if document.achievement else None
        asset = db.get(Asset, digest) if digest is not None else None
        return None if asset is None else (tenant.id, asset)

    found = await _read(parts, slug, work)
    if found is None:
        return no_issuer(request)
    tenant_id, asset = found
    try:
        content = await asyncio.to_thread(parts.blobs.get, tenant_id, asset.digest)
    except (BlobMissing, BlobCorrupt):
        return no_issuer(request)
    headers = {
        **HEADERS,
        "ETag": f'"{asset.digest.removeprefix("sha256:")}"',
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return Response(content, 200, headers, asset.media_type)


async def find_issuer(parts: Parts, slug: str) -> Tenant | None:
    """The tenant of a slug."""

    def work(directory: Directory) -> Tenant | None:
        return find_tenant(directory, slug)

    return await asyncio.wrap_future(parts.database.read_directory(work))


async def _keys_of(parts: Parts, tenant: Tenant) -> list[PublicKey]:
    return await asyncio.wrap_future(parts.database.read(tenant.id, list_keys))


def no_issuer(request: Request) -> Response:
    """404, for all that is not there."""
    return problem_response(request, 404, "not_found", "No issuer has this address.")


async def _read(parts: Parts, slug: str, work: Callable[[TenantDB, Tenant], T]) -> T | None:
    tenant = await find_issuer(parts, slug)
    if tenant is None:
        return None
    try:
        return await asyncio.wrap_future(parts.database.read(tenant.id, lambda db: work(db, tenant)))
    except VersionNotFound:
        return None


def _parse(template_id: str, version: str) -> tuple[int, int]:
    """Raises VersionNotFound for what can be neither."""
    template, number = parse_id(template_id), parse_id(version)
    if template is None or number is None or number > 2**31 - 1:
        raise VersionNotFound(0, 0)
    return template, number
