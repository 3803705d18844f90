"""Search the handbook: one index, read alike by this file and by ``static/search.js``.

The index holds for each word the passages it stands in and how much it says about each, worked out here once, as
whole numbers. So both searches only add and compare, and find the same in the same order (a test holds them side
by side). It is small enough to be sent to a browser, which then asks nobody anything.
"""

import json
import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certifly.handbook.page import Section
from certifly.handbook.passages import Passage, passages_of

INDEX_BYTES_MAX = 300_000
QUERY_CHARACTERS_MAX = 200
QUERY_WORDS_MAX = 12
RESULTS_DEFAULT = 10
RESULTS_MAX = 50
PER_PAGE_MAX = 2
"""Passages of one page among the results: a long page must not fill the list."""

WORD_CHARACTERS_MIN = 2
SHORTENED_MIN = 3
"""A word that is nowhere is shortened until some word begins with it, but not below this."""
SHORTENED_SHARE_MIN = 0.6

EXACT = 10
BEGINNING = 7
"""What a word counts that is the one asked for, and one that begins with it (then by the share that is asked for)."""
MATCHES_POWER = 3
"""What holds every word of a query comes before what says much of one."""
NAMED = 2
"""How much more a page counts whose title is the query."""

_WEIGHTS = {
    # what a word counts there; the share of that which it counts however long the whole is
    "title": (16.0, 0.5),
    "heading": (9.0, 0.5),
    "call": (14.0, 0.0),
    "address": (3.0, 1.0),
    "summary": (4.0, 1.0),
    "around": (2.0, 1.0),
}
"""What is short says more by each word: a title that is the one word asked for comes before longer ones, and a call
before those whose addresses go on behind its own."""
ALSO_CALLED = {
    "gateway-api/certificates/create-certificate": "issue",
    "gateway-api/certificates/erase-certificate": "delete",
    "gateway-api/emails/send-certificate-email": "resend",
}
"""What people look for under another word than the title's, by the path of the page."""
_USUAL_WORDS = 2
_SATURATION = 10.0
_SCALE = 30.0

_STOP_WORDS = (
    "a an and are as at be but by can do does for from has have how i if in is it its me my not of on or so that the "
    "their them then there these this to was we what when where which who why will with you your"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""They stand everywhere and say nothing."""


@dataclass(frozen=True, slots=True)
class Found:
    """One result."""

    path: str
    title: str
    heading: str
    address: str
    """From the root of the installation, with the anchor."""
    markdown_address: str
    section: str
    excerpt: str


class SearchIndex:
    """The words of a handbook."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._passages: list[Passage] = []
        self._sections: list[str] = []
        for section in sections:
            for page in section.pages:
                for passage in passages_of(page):
                    self._passages.append(passage)
                    self._sections.append(section.title)
        self._names = [[] if passage.heading else _name(passage.page.title) for passage in self._passages]
        postings = _weigh(self._passages)
        self._terms = sorted(postings)
        self._postings = [postings[term] for term in self._terms]

    def search(self, query: str, *, limit: int = RESULTS_DEFAULT) -> list[Found]:
        """The best passages for ``query``, best first, at most ``limit``."""
        scores: Counter[int] = Counter()
        matches: Counter[int] = Counter()
        words = query_words(query)
        for word in words:
            best: dict[int, int] = {}
            for position, factor in self._matching(word):
                for place, weight in self._postings[position]:
                    best[place] = max(best.get(place, 0), weight * factor)
            for place, score in best.items():
                scores[place] += score
                matches[place] += 1
        asked = _name(query)
        for place in scores:
            scores[place] *= matches[place] ** MATCHES_POWER * (NAMED if self._names[place] == asked else 1)
        ranked = sorted(scores, key=lambda place: (-scores[place], place))
        return [self._found(place) for place in self._thinned(ranked)[:limit]]

    def as_json(self, *, root: str) -> bytes:
        """The index for a browser."""
        pages: dict[str, int] = {}
        listed: list[list[str]] = []
        entries: list[list[Any]] = []
        for passage, section in zip(self._passages, self._sections, strict=True):
            page = passage.page
            if page.path not in pages:
                pages[page.path] = len(listed)
                listed.append([root + page.address, page.title, section])
            entries.append([pages[page.path], passage.heading, passage.anchor, passage.excerpt])
        content = {
            "pages": listed,
            "entries": entries,
            "terms": " ".join(self._terms),
            "postings": [_packed(places) for places in self._postings],
            "stop_words": _STOP_WORDS,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    def _matching(self, word: str) -> Iterator[tuple[int, int]]:
        """The words of the index that ``word`` finds, by their position, and what each counts."""
        shortest = max(SHORTENED_MIN, math.ceil(len(word) * SHORTENED_SHARE_MIN))
        while not (found := self._beginning_with(word)) and len(word) > shortest:
            word = word[:-1]
        for position in found:
            term = self._terms[position]
            factor = EXACT if term == word else BEGINNING * len(word) // len(term)
            if factor:
                yield position, factor

    def _beginning_with(self, word: str) -> range:
        first = last = bisect_left(self._terms, word)
        while last < len(self._terms) and self._terms[last].startswith(word):
            last += 1
        return range(first, last)

    def _thinned(self, places: Sequence[int]) -> list[int]:
        seen: Counter[str] = Counter()
        kept = []
        for place in places:
            path = self._passages[place].page.path
            seen[path] += 1
            if seen[path] <= PER_PAGE_MAX:
                kept.append(place)
        return kept

    def _found(self, place: int) -> Found:
        passage = self._passages[place]
        page = passage.page
        anchor = f"#{passage.anchor}" if passage.anchor else ""
        return Found(
            path=page.path,
            title=page.title,
            heading=passage.heading,
            address=page.address + anchor,
            markdown_address=page.markdown_address + anchor,
            section=self._sections[place],
            excerpt=passage.excerpt,
        )


def query_words(query: str) -> list[str]:
    """The words of a query that are looked for, each once."""
    found = [stem(word) for word in re.findall(r"\w+", folded(query[:QUERY_CHARACTERS_MAX]))]
    return list(dict.fromkeys(filter(_counts, found)))[:QUERY_WORDS_MAX]


def _name(text: str) -> list[str]:
    """The words of a title, or of a query that may be one: what is written with a hyphen is also written without."""
    return query_words(text.replace("-", ""))


def text_words(text: str) -> Iterator[str]:
    """The words of a text that it is found by. Compounds are found by their parts, and written as one."""
    for compound in re.findall(r"\w+(?:-\w+)*", folded(text)):
        parts = re.split(r"[-_]", compound)
        whole = [compound.replace("-", "")] if len(parts) > 1 else []
        for word in (*parts, *whole):
            if _counts(stemmed := stem(word)):
                yield stemmed


def folded(text: str) -> str:
    """The text without the differences that nobody types: case, accents, forms of a letter."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))


def stem(word: str) -> str:
    """The word without the ending of an English plural. Names with an underscore stay."""
    if "_" in word or len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith("sses") else word[:-1]


def _counts(word: str) -> bool:
    return len(word) >= WORD_CHARACTERS_MIN and word not in STOP_WORDS


def _weigh(passages: Sequence[Passage]) -> dict[str, list[tuple[int, int]]]:
    """For each word the passages it stands in, and how much it says about each, from 1 up."""
    told: dict[str, dict[int, float]] = defaultdict(dict)
    texts = [list(text_words(passage.text)) for passage in passages]
    usual = max(1.0, sum(map(len, texts)) / len(texts)) if texts else 1.0
    for place, (passage, words) in enumerate(zip(passages, texts, strict=True)):
        for field, said in _fields(passage).items():
            counted = Counter(text_words(said))
            most, share = _WEIGHTS[field]
            weight = most * (share + (1 - share) * _USUAL_WORDS / max(1, len(counted)))
            for word, times in counted.items():
                told[word][place] = told[word].get(place, 0.0) + weight * (1 + math.log(times))
        long = 0.5 + 0.5 * len(words) / usual
        for word, times in Counter(words).items():
            told[word][place] = told[word].get(place, 0.0) + (1 + math.log(times)) / long

    weighed: dict[str, list[tuple[int, int]]] = {}
    for word, places in told.items():
        rarity = math.log(1 + len(passages) / len(places))
        weights = (
            (place, round(_SCALE * rarity * amount / (amount + _SATURATION)))
            for place, amount in sorted(places.items())
        )
        if kept := [(place, weight) for place, weight in weights if weight > 0]:
            weighed[word] = kept
    return weighed


def _fields(passage: Passage) -> Mapping[str, str]:
    """What stands out in a passage, by why."""
    if passage.heading:
        return {"heading": passage.heading, "around": passage.page.title}
    page = passage.page
    return {
        "title": f"{page.title} {ALSO_CALLED.get(page.path, '')}",
        "summary": page.summary,
        "address": page.path.replace("/", " "),
        "call": passage.call,
    }


def _packed(places: Sequence[tuple[int, int]]) -> list[int]:
    """Steps from passage to passage, each followed by the weight: shorter in figures than the places."""
    packed = []
    before = 0
    for place, weight in places:
        packed += [place - before, weight]
        before = place
    return packed
