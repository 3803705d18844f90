"""Bounds that more than one area obeys. A bound used in one file only lives in that file."""

REQUEST_BODY_BYTES_MAX = 256 * 1024
"""Largest JSON body of an API call; documents and pictures name their own limit."""

DATA_KEYS_MAX = 200
"""Most values one certificate can carry."""

IDS_MAX = 2**53 - 1
"""Largest id that every JSON reader keeps exact."""

PAGE_DEFAULT = 20
PAGE_MAX = 100
"""Items of a list answer."""

WRITE_QUEUE_MAX = 512
"""Units of work that may wait for the writer of one process before callers are told to come back."""

WRITE_GROUP_MAX = 32
"""Units of work committed together."""

DATABASE_WAIT_SECONDS = 10.0
"""How long a write waits for another process before it gives up."""
