"""The syntax of ``var()`` (CSS Custom Properties): what is malformed counts as not written when a sheet is read.

A variable that is well written and missing is another case: its declaration has replaced weaker ones by then.
"""

from collections.abc import Sequence
from functools import lru_cache

from tinycss2 import parse_component_value_list

from certifly.rendering.svg.quantities import Token, is_error, significant, split_tokens


@lru_cache(maxsize=2_000)
def uses_variables(text: str) -> bool:
    """Tell whether a value has a ``var()``, also inside of other functions."""
    return (
        "(" in text
        and ("var(" in text.lower() or "\\" in text)
        and _has_variables(parse_component_value_list(text))
    )


def is_well_formed(name: str, tokens: Sequence[Token]) -> bool:
    """Tell whether a declaration is kept, as far as variables matter; all others are judged by their value."""
    if not name.startswith("--") and not _has_variables(tokens):
        return True
    return _is_declaration_value(tokens)


def _inner(token: Token) -> Sequence[Token]:
    found: Sequence[Token] = getattr(token, "arguments", None) or getattr(token, "content", None) or ()
    return found


def _is_variable(token: Token) -> bool:
    return token.type == "function" and bool(token.lower_name == "var")


def _has_variables(tokens: Sequence[Token]) -> bool:
    return any(_is_variable(token) or _has_variables(_inner(token)) for token in tokens)


def _is_declaration_value(tokens: Sequence[Token]) -> bool:
    return not any(token in ("!", ";") for token in tokens) and all(map(_is_part, tokens))


def _is_part(token: Token) -> bool:
    if is_error(token):
        return False
    if not _is_variable(token):
        return all(map(_is_part, _inner(token)))
    names = significant(split_tokens(token.arguments, ",")[0])
    place = next((place for place, part in enumerate(token.arguments) if part == ","), len(token.arguments))
    named = len(names) == 1 and names[0].type == "ident" and names[0].value.startswith("--")
    return named and names[0].value != "--" and _is_declaration_value(token.arguments[place + 1 :])
