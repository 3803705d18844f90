"""What can be wrong with keys and what they sign."""

from datetime import datetime

from certifly.core.clock import isoformat
from certifly.core.errors import DomainError


class KeysSealedOtherwise(DomainError):
    """A stored private key does not open: the master key is another one, or the row was changed."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The stored key {key_id} cannot be opened. Set CERTIFLY_MASTER_KEY (without one, CERTIFLY_SECRET_KEY) "
            "to the value it was made with. If that is lost, withdraw the tenant's authority and secret "
            "(certifly keys retire): new keys follow, and its certificates are signed anew."
        )
        self.key_id = key_id


class SealEnded(DomainError):
    """The certificate of the seal has ended: readers would call invalid whatever it signs now."""

    def __init__(self, key_id: str, ended_at: datetime) -> None:
        super().__init__(
            f"The certificate of {key_id} ended on {isoformat(ended_at)}. Bring a new one: certifly keys import-seal, "
            "or go on with one of your own: certifly keys rotate --role seal."
        )
        self.key_id = key_id
        self.ended_at = ended_at


class TimeStampUnavailable(DomainError):
    """The time-stamp authority did not answer as it should. It may do so later; nothing was signed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The time-stamp authority gave no time stamp: {reason}. Nothing was signed.")
        self.reason = reason


class TimeStampAddressInvalid(DomainError):
    """CERTIFLY_TIMESTAMP_URL names nobody whom we can ask safely."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"CERTIFLY_TIMESTAMP_URL {reason} Write https://user:password@tsa.example.org/.")
