"""What a token may do. A scope is ``resource.action``; a token without it gets a 403 that names it."""

from certifly.core.errors import Invalid

SCOPES = {
    "certificates.read": "See certificates and their e-mails.",
    "certificates.write": "Issue certificates, produce them again, send their e-mails again.",
    "certificates.revoke": "Revoke and suspend certificates, and erase the person from them.",
    "templates.read": "See templates and pictures, and preview them.",
    "templates.write": "Create, change and publish templates, and upload pictures.",
}


def check_scopes(scopes: list[str]) -> list[str]:
    """The scopes in their standard order, each once. Raises Invalid for none, and for an unknown one."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        what = f"Unknown scope {', '.join(unknown)}." if unknown else "A token needs at least one scope."
        raise Invalid({"scopes": [f"{what} There are: {', '.join(SCOPES)}."]})
    return [scope for scope in SCOPES if scope in scopes]
