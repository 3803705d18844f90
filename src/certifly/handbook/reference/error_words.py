"""What the reference says of error codes beyond the docstrings of their classes.

A class says what is wrong; here stands what its caller can do, and what of the codes that no class of ours stands
behind. A test holds the list against every code that can leave the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TO_DO: Mapping[str, str] = {
    "invalid": "Mend every fault that `errors` names, and send the request again. `message` is the first of them.",
    "picture_refused": "Send another picture, or the same one as the message says: a still PNG, JPEG or SVG, within "
    "the [limits](/docs/reference/limits#pictures).",
    "text_undrawable": "Shorten the text, or give it a larger box or another font in the template.",
    "text_unacceptable": "Send the text as proper Unicode, without decoration.",
    "render_failed": "Do what the message says, which names the cause. The same request fails again until then.",
    "bad_request": "Send a request of HTTP/1.1 as a client library does.",
    "body_cut_short": "Repeat the request. With an `Idempotency-Key` nothing can happen twice.",
    "header_repeated": "Send the header that the message names once.",
    "token_missing": "Send `Authorization: Bearer <token>`. An operator makes a token with "
    "[`certifly token create`](/docs/reference/commands#certifly-token-create).",
    "token_refused": "Check that the token is whole. If it is, ask the operator for another one. Do not repeat the "
    "request with the same token.",
    "scope_missing": "Use a token with the scope that the message names; `WWW-Authenticate` names it too. See "
    "[scopes](/docs/reference/scopes).",
    "not_found": "Check the id, code or address. What another tenant owns answers the same.",
    "method_not_allowed": "Use a method that the `Allow` header names.",
    "not_acceptable": "Send an `Accept` header with a media type that the call's page names, or none.",
    "body_too_slow": "Repeat the request over a line that carries it in time.",
    "head_too_slow": "Send request line and headers at once.",
    "certificate_revoked": "Nothing: a revocation is final. Issue a new certificate where one is due.",
    "certificate_replaced": "Do it with the certificate that replaced this one; the message names it.",
    "certificate_not_suspendable": "[Revoke it](/docs/gateway-api/certificates/revoke-certificate), which is final. To "
    'be able to suspend later ones, publish a version of the template with `"suspendable": true`.',
    "certificate_suspended": "[Lift the suspension](/docs/gateway-api/certificates/reinstate-certificate) first.",
    "certificate_erased": "Nothing: what was erased is gone. Issue a new certificate where one is due.",
    "certificate_failed": "Read `failure` of the certificate, mend what it names, and "
    "[produce the files again](/docs/gateway-api/certificates/render-certificate).",
    "credential_not_signed": "Ask again after `Retry-After` seconds.",
    "idempotency_key_in_use": "Repeat the request, with the same key and body, after a few seconds: it answers with "
    "what the first one created.",
    "template_archived": "Take the template out of the archive first: "
    "[change it](/docs/gateway-api/templates/update-template) with `archived: false`.",
    "template_not_published": "[Publish it](/docs/gateway-api/templates/publish-template) first.",
    "tenant_slug_taken": "Choose another slug.",
    "too_many_assets": "Use a picture that is there already: the same picture sent again counts once.",
    "too_many_emails": "Give the recipient the address of the check page, which leads to the files.",
    "too_many_templates": "Change a template that is no longer used, instead of creating one more.",
    "draft_changed": "Look at the draft with `GET`, then publish it again.",
    "too_many_versions": "Create a new template from the document of this one.",
    "body_too_large": "Send less: the message says how much is accepted. See [limits](/docs/reference/limits).",
    "content_encoding_unsupported": "Send the body as it is, without `Content-Encoding`.",
    "media_type_unsupported": "Send the `Content-Type` that the message names.",
    "host_unknown": "Call the server by its public address. Operators: see "
    "[`CERTIFLY_PUBLIC_URL`](/docs/reference/settings#certifly_public_url), and let a proxy pass on `Host`.",
    "origin_refused": "Call from a program, not from a page of another origin.",
    "too_many_at_once": "Send fewer of these requests at the same time; repeat this one after `Retry-After` seconds. "
    "Operators: name your proxy in [`CERTIFLY_TRUSTED_PROXIES`](/docs/reference/settings#certifly_trusted_proxies).",
    "too_many_requests": "Wait for `Retry-After` seconds, and call less often.",
    "head_too_large": "Send less in the address and the headers. What is long belongs into the body.",
    "internal_error": "Tell the operator the `request_id`: the log says more under it. Repeating may help.",
    "database_busy": "Repeat the request after `Retry-After` seconds.",
    "overloaded": "Repeat the request after `Retry-After` seconds.",
    "queue_full": "Repeat the request after `Retry-After` seconds; call with less at once.",
    "storage_unavailable": "Repeat the request after `Retry-After` seconds. Operators: "
    "[`certifly doctor`](/docs/reference/commands#certifly-doctor) says what is wrong with the files.",
    "not_ready": "Wait. Operators: [`certifly doctor`](/docs/reference/commands#certifly-doctor) says what is wrong.",
    "being_made": "Ask again after `Retry-After` seconds.",
    "error": "Go by the status of the answer.",
}
"""By code: what its caller can do."""


@dataclass(frozen=True, slots=True)
class Other:
    """A code without a class of ours behind it."""

    status: int
    meaning: str


OTHERS: Mapping[str, Other] = {
    "being_made": Other(202, "No error: the file is being made, and is not there yet."),
    "bad_request": Other(400, "What arrived is no request of HTTP/1.1."),
    "origin_refused": Other(403, "A page of another origin called the server for AI clients."),
    "method_not_allowed": Other(405, "The address does not take this method."),
    "not_acceptable": Other(406, "None of the media types that `Accept` names can be had here."),
    "head_too_slow": Other(408, "Request line and headers did not arrive in time."),
    "host_unknown": Other(
        421, "The server for AI clients was called by a name that is not this installation's."
    ),
    "head_too_large": Other(431, "Request line and headers are longer than a server should read."),
    "internal_error": Other(500, "Something unexpected happened: a defect of ours. Nothing was stored."),
    "storage_unavailable": Other(503, "The folder or bucket with the files cannot be used now."),
    "not_ready": Other(503, "The database does not answer."),
    "error": Other(0, "The answer has a status for which there is no word here."),
}

WHERE: Mapping[str, str] = {
    "bad_request": "any address, before it is looked at",
    "head_too_slow": "any address, before it is looked at",
    "head_too_large": "any address, before it is looked at",
    "method_not_allowed": "any address",
    "error": "no address that we know of",
    "host_unknown": "[the server for AI clients](/docs/reference/mcp)",
    "origin_refused": "[the server for AI clients](/docs/reference/mcp)",
    "tenant_slug_taken": "no call: only [`certifly tenant create`](/docs/reference/commands#certifly-tenant-create)",
    "text_undrawable": "no call as a code of its own: the create call tells it as `invalid`, at the field",
    "text_unacceptable": "no call as a code of its own: calls tell it as `invalid`, at the field",
}
"""Which answers carry a code that no operation of the OpenAPI document lists."""
