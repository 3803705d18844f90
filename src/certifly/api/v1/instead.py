"""Which call does what a client wanted, where an address does not take its method.

A certificate is never changed or deleted, so clients that send ``DELETE`` or ``PATCH`` learn of the calls that correct,
withdraw or erase it. Each sentence names calls of this API; a test sends every one of them.
"""

import re

from certifly.api.v1 import PREFIX

_ID = r"(?!validate\Z)[0-9A-Za-z-]{1,36}"
_SOME_ID = "{id}"

_CERTIFICATE = (
    "A certificate is never changed or deleted. To correct it, send POST {certificate}/replacement; to withdraw it, "
    "POST {certificate}/revocation (for good) or POST {certificate}/suspension (for a time); to erase the person "
    "from it, POST {certificate}/erasure."
)
_FINAL = (
    "What it does is final and cannot be changed. GET {certificate} shows the certificate, and "
    "GET {certificate}/history what happened to it."
)
_SUSPENSION = "GET {certificate} shows whether it is suspended."
_TEMPLATE = (
    "To change a template, send PATCH {template}, then POST {template}/publish. A template is never deleted, because "
    'certificates were issued from it; to stop issuing from it, send PATCH {template} with {{"archived": true}}.'
)
_PICTURE = (
    "A picture is never changed or deleted, because certificates show it. To use another one, send it with "
    f"POST {PREFIX}/assets and name its digest in the template."
)

_INSTEAD: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?P<certificate>{PREFIX}/certificates(?:/{_ID})?)"), _CERTIFICATE),
    (re.compile(rf"(?P<certificate>{PREFIX}/certificates/{_ID})/(?:revocation|replacement|erasure)"), _FINAL),
    (re.compile(rf"(?P<certificate>{PREFIX}/certificates/{_ID})/suspension"), _SUSPENSION),
    (re.compile(rf"(?P<template>{PREFIX}/templates(?:/{_ID})?)(?:/publish)?"), _TEMPLATE),
    (re.compile(rf"{PREFIX}/assets/[^/]{{1,100}}"), _PICTURE),
)


def instead_of(path: str) -> str | None:
    """The sentence that names the right calls for a path; None where the methods that it takes say all."""
    for pattern, sentence in _INSTEAD:
        found = pattern.fullmatch(path)
        if found is not None:
            # Of a whole list: the calls take one of its members.
            named = {
                name: f"{value}/{_SOME_ID}" if value.endswith(("/certificates", "/templates")) else value
                for name, value in found.groupdict().items()
            }
            return sentence.format(**named)
    return None
