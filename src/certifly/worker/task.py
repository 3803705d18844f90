"""What the worker must know of a task: what to run, and whom to tell when it cannot be done.

Both are plain functions of a domain: ``run(context, tenant_id, *ids, attempt=...)`` and
``failed(context, tenant_id, *ids, attempt=..., reason=...)``. Either may be called again after it has
finished, so they look at their rows first. ``run`` decides every outcome the domain knows of; an exception
that escapes it is a defect or a passing trouble, and is the worker's affair.
"""

from collections.abc import Callable
from typing import Any, NamedTuple


class Task(NamedTuple):
    """The two functions of a task."""

    run: Callable[..., Any]
    failed: Callable[..., Any]
