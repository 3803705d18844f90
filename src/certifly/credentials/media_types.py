"""What credentials, and what is needed to check them, call themselves on the web."""

from typing import Final

CREDENTIAL: Final = "application/vc+ld+json"
"""As Open Badges 3.0 writes it; Verifiable Credentials 2.0 came to write ``application/vc``."""
JWT: Final = "application/jwt"
VC_JWT: Final = "application/vc+jwt"
"""Some ask for a JWT by this name, which Verifiable Credentials 2.0 gave it."""
JSON_LD: Final = "application/ld+json"
DID_DOCUMENT: Final = "application/did+ld+json"
PEM_CHAIN: Final = "application/x-pem-file"
