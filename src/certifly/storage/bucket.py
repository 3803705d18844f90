"""Keep blobs in a bucket of any server that speaks S3, by obstore.

The address is ``s3://bucket/prefix?endpoint=https://…&region=…``. Credentials come from where every S3
program finds them (``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, or the role of the
machine); they are never part of the address, which may appear in messages. S3 answers a PUT after the
object is durable, and a single PUT is never seen half-written.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from certifly.storage.errors import StorageUnavailable

CONNECT_TIMEOUT = timedelta(seconds=5)
REQUEST_TIMEOUT = timedelta(seconds=30)
RETRIES_MAX = 3
RETRY_TIMEOUT = timedelta(seconds=45)

CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}

T = TypeVar("T")


class Bucket:
    """A folder of a bucket."""

    def __init__(
        self,
        name: str,
        prefix: str = "",
        *,
        endpoint: str | None = None,
        region: str | None = None,
    ) -> None:
        self._description = f"The bucket {name}" + (f" at {endpoint}" if endpoint else "")
        # Only the address of the operator's own choosing may be plain http: a server in the same machine or
        # network, or a test.
        is_plain = endpoint is not None and endpoint.startswith("http://")
        self._store = S3Store(
            name,
            prefix=prefix or None,
            config={
                "virtual_hosted_style_request": False,
                **({"endpoint": endpoint} if endpoint else {}),
                **({"region": region} if region else {}),
            },
            client_options={
                "allow_http": is_plain,
                "connect_timeout": CONNECT_TIMEOUT,
                "timeout": REQUEST_TIMEOUT,
            },
            retry_config={"max_retries": RETRIES_MAX, "retry_timeout": RETRY_TIMEOUT},
        )

    @property
    def description(self) -> str:
        return self._description

    def write(self, place: str, content: bytes) -> None:
        suffix = place[place.rindex("/") :].partition(".")[2]
        content_type = CONTENT_TYPES.get(f".{suffix}", "application/octet-stream")

        def put() -> None:
            # One PUT whatever the size: parts of a broken multipart upload would stay and cost money.
            obstore.put(
                self._store,
                place,
                content,
                attributes={"Content-Type": content_type},
                use_multipart=False,
            )

        self._spoken(put)

    def read(self, place: str) -> bytes | None:
        def read() -> bytes | None:
            try:
                return bytes(obstore.get(self._store, place).bytes())
            except FileNotFoundError:
                return None

        return self._spoken(read)

    def exists(self, place: str) -> bool:
        def exists() -> bool:
            try:
                obstore.head(self._store, place)
            except FileNotFoundError:
                return False
            return True

        return self._spoken(exists)

    def delete(self, place: str) -> None:
        # S3 answers the deletion of what is not there like any other.
        self._spoken(lambda: obstore.delete(self._store, place))

    def _spoken(self, act: Callable[[], T]) -> T:
        """Turn what the client library says into our words."""
        try:
            return act()
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise StorageUnavailable(
                f"{self._description} refuses us. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their rights."
            ) from error
        except FileNotFoundError as error:
            raise StorageUnavailable(f"{self._description} does not exist.") from error
        except BaseError as error:
            raise StorageUnavailable(
                f"{self._description} did not answer as S3 ({type(error).__name__})."
            ) from error
