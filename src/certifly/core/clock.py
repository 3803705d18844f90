"""The moment, always aware and always UTC. Domains receive it as ``now``; only doors call ``utc_now``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC, with microseconds."""
    return datetime.now(UTC)


def isoformat(moment: datetime) -> str:
    """``2026-11-23T16:00:00.000000Z``: ISO 8601, UTC, always six digits, so that texts sort as times do."""
    assert moment.tzinfo is not None, "a naive time has no place on a time line"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
