"""Addresses at which the holder of a certificate can show it elsewhere.

They are links and no more: a page of ours asks nobody anything.
"""

from datetime import date
from urllib.parse import urlencode

LINKEDIN = "https://www.linkedin.com/profile/add"


def linkedin_address(
    *, name: str, issuer: str, issued_on: date, expires_on: date | None, address: str, code: str
) -> str:
    """The form by which one adds a certification to a LinkedIn profile, filled in ("Add to profile" links).

    ``name`` is that of the achievement: whose it is, the profile says.
    """
    parameters: dict[str, str | int] = {
        "startTask": "CERTIFICATION_NAME",
        "name": name,
        "organizationName": issuer,
        "issueYear": issued_on.year,
        "issueMonth": issued_on.month,
    }
    if expires_on is not None:
        parameters |= {"expirationYear": expires_on.year, "expirationMonth": expires_on.month}
    return f"{LINKEDIN}?{urlencode(parameters | {'certUrl': address, 'certId': code})}"
