"""What a tool is: a name, words for a model that has never seen the product, and one question to the API.

Nothing here knows the protocol, so that the tools can be listed and tried without loading it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from certifly.mcp.arguments import Argument
from certifly.mcp.asking import API

Arguments = Mapping[str, Any]


class Effect(Enum):
    """What calling a tool does, for clients that ask a person before some of it."""

    READS = "reads"
    """Changes nothing."""
    ADDS = "adds"
    """Makes something new; what is there stays. Twice makes two."""
    ADDS_ONCE = "adds once"
    """The same, but twice with the same arguments makes one."""
    CHANGES = "changes"
    """Changes what is there. Twice with the same arguments is the same as once."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answers: a sentence or more, and the facts for programs."""

    text: str
    facts: Mapping[str, Any] | None = None
    """None where the text is all there is."""

    @property
    def whole_text(self) -> str:
        """The text with the facts below it: many clients show a model the text alone."""
        if self.facts is None:
            return self.text
        return f"{self.text}\n\n{json.dumps(self.facts, ensure_ascii=False, indent=1)}"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    title: str
    description: str
    run: Callable[[API, Arguments], Awaitable[Told]]
    arguments: tuple[Argument, ...] = ()
    needs_token: bool = True
    scope: str | None = None
    """What the token must hold; None where any token will do, or none is needed."""
    effect: Effect = Effect.READS
    reaches_people: bool = False
    """Whether somebody outside may hear of it: an e-mail goes."""
    output: Mapping[str, Any] | None = None
    """The JSON Schema of its facts; None for a tool that answers in text alone."""

    @property
    def whole_description(self) -> str:
        """The description, with whose token it needs at its end."""
        if not self.needs_token:
            return f"{self.description}\n\nNeeds no token."
        needs = (
            f"Needs a token with the scope {self.scope}." if self.scope else "Needs a token, of any scope."
        )
        return f"{self.description}\n\n{needs}"
