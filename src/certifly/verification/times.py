"""Times as strangers write them."""

from datetime import UTC, datetime

TEXT_CHARACTERS_MAX = 40


def moment_of(text: str | None) -> datetime | None:
    """The moment, in UTC; one without a zone is taken as UTC. None for what is none."""
    if text is None or len(text) > TEXT_CHARACTERS_MAX:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
