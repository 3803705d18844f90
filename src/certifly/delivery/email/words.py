"""What our e-mails say, in the languages they speak, from one file each in ``languages/``.

Every file has the same keys and keeps the ``{places}`` of each sentence. A language we do not speak falls
back to English; the certificate's own title is never translated.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "he"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. ``{name}`` is the recipient, ``{issuer}`` the tenant."""

    language: str
    greeting: str
    greeting_nobody: str
    issued: str
    check: str
    button: str
    code: str
    why: str

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, for the message as a whole."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def _read_languages() -> Mapping[str, Words]:
    wanted = {field.name for field in fields(Words)} - {"language"}
    found: dict[str, Words] = {}
    for path in sorted((Path(__file__).parent / "languages").glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        assert set(texts) == wanted, f"{path.name} lacks or invents words: {set(texts) ^ wanted}"
        found[path.stem] = Words(language=path.stem, **texts)
    return found


LANGUAGES = _read_languages()


def words_for(language: str) -> Words:
    """Our words for a certificate written in ``language`` (``de``, ``pt-BR``); English otherwise."""
    return LANGUAGES.get(language.replace("_", "-").partition("-")[0].lower(), LANGUAGES[FALLBACK])
