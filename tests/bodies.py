"""Bodies that programs send to the create call, good and bad, as bytes with a template's id to be filled in.

The create call's own tests look at each answer; what must hold of every body is held against all of them.
"""

import json
from typing import Any

from tests.cast import ADA, ADAS_ADDRESS

TEMPLATE_ID = "TEMPLATE_ID"

NO_TEMPLATE_IDS: list[Any] = [
    *(None, True, False, 0, -1, 1.0, 1.5, "", "one", "1.0", "0x1", "01", "１", 2**53, str(2**53)),
    *(10**300, [], {}, [1], "{{template_id}}"),
]
NO_DATA: list[Any] = [None, "Ada", 7, True, [ADA], [], {}]
NO_BOOLEANS: list[Any] = ["true", 1, 0, [], {}]
NO_ENDS: list[Any] = [
    *("tomorrow", "2026-11-23", "2001-01-01T00:00:00Z", "2500-01-01T00:00:00Z", 7, "", True)
]
NO_NAMES: list[Any] = [*("", "   ", "\u200b\u202e", "<b></b>", None, 7, True, [], {}, "a" + "\u0301" * 31)]

_OBJECT = """{
  "template_id": TEMPLATE_ID,
  "send_email": false,
  "data": {
    "Student Name": "John Doe"
  }
}"""
_ENCODED_TWICE = json.dumps(_OBJECT)

PUBLISHED = {
    "python (json= of a string)": _ENCODED_TWICE,
    "javascript (an object between bare quotes)": f'"{_OBJECT}"',
    "go": _ENCODED_TWICE,
    "ruby": _ENCODED_TWICE,
    "java": _ENCODED_TWICE,
    "php": _ENCODED_TWICE,
    "csharp": _ENCODED_TWICE,
    "swift (NSJSONSerialization of the object)": json.dumps(
        json.loads(_OBJECT.replace(TEMPLATE_ID, "0"))
    ).replace('"template_id": 0', f'"template_id": {TEMPLATE_ID}'),
    "the object itself": _OBJECT,
    "the object itself, with a byte order mark": "\ufeff" + _OBJECT,
}
"""Every sample of the published page, byte for byte as its language sends it."""


def asking(data: Any, **more: Any) -> str:
    """A body for the template with this data, and more keys."""
    return json.dumps({"template_id": 0, "data": data} | more).replace(
        '"template_id": 0', f'"template_id": {TEMPLATE_ID}', 1
    )


def of_template(value: Any) -> str:
    """A body with good data for this template id."""
    return json.dumps({"template_id": value, "data": {"Student Name": ADA}})


_GOOD = {
    "the name alone": asking({"Student Name": ADA}),
    "every kind of value": asking(
        {
            "Student Name": ADA,
            "Course": "Notes on the Analytical Engine",
            "Date": "2026-11-23",
            "Score": 87.5,
            "Link": "https://example.org/a?b=c#d",
            "Email": ADAS_ADDRESS,
        },
        send_email=True,
    ),
    "a number as text": asking({"Student Name": ADA, "Score": "87.50"}),
    "what is to be cleaned": asking(
        {"Student Name": "  <b>Ada</b> <!-- the first --><i>Lovelace</i>\n", "Course": "\u202eEngines\u0000"}
    ),
    "accents apart": asking({"Student Name": "Jose\u0301"}),
    "what counts as not sent": asking({"Student Name": ADA, "Course": None, "Date": " ", "Link": ""}),
    "a name in two scripts": asking({"Student Name": "محمد 李小龙"}),
    "an e-mail without an address": asking({"Student Name": ADA}, send_email=True),
    "no e-mail, said by null": asking({"Student Name": ADA}, send_email=None),
    "an end": asking({"Student Name": ADA}, expires_at="2099-01-31T12:00:00+01:00"),
    "an end that is null": asking({"Student Name": ADA}, expires_at=None),
}
_BAD_FIELDS = {
    "nothing": "",
    "an empty object": "{}",
    "no data": json.dumps({"template_id": 1}),
    "no template": json.dumps({"data": {"Student Name": ADA}}),
    "an unknown template": of_template(999_999),
    "an unknown template, and more faults": json.dumps(
        {"template_id": 999_999, "data": [1], "send_email": 1, "x": 1}
    ),
    **{f"template_id {value!r}"[:40]: of_template(value) for value in NO_TEMPLATE_IDS},
    **{f"data {value!r}": asking(value) for value in NO_DATA},
    **{f"send_email {value!r}": asking({"Student Name": ADA}, send_email=value) for value in NO_BOOLEANS},
    **{f"expires_at {value!r}": asking({"Student Name": ADA}, expires_at=value) for value in NO_ENDS},
    "keys that nobody knows": asking({"Student Name": ADA}, send_emial=True, nonsense=1),
    "faults of every field at once": asking(
        {
            "Studnet Name": ADA,
            "Course": 7,
            "Date": "yesterday",
            "Score": "1e9",
            "Link": "x",
            "Email": "nowhere",
        },
        send_emial=True,
        send_email="yes",
        expires_at="never",
    ),
}
_BAD_DATA = {
    **{f"a name {value!r}"[:40]: asking({"Student Name": value}) for value in NO_NAMES},
    "a name that is too long": asking({"Student Name": "i" * 121}),
    "a name that finds no room": asking({"Student Name": "W" * 118}),
    "a name that no font has": asking({"Student Name": "Ada \U000119a0"}),
    "a wrong value beside one that no font has": asking({"Student Name": "Ada \U000119a0", "Date": "x"}),
    "half a character": asking({"Student Name": "Ada \ud800"}),
    "half a character in a key": asking({"Student Name": ADA, "\ud800": "x"}),
    **{
        f"a day {value!r}": asking({"Student Name": ADA, "Date": value})
        for value in ("2026-02-30", "23.11.2026", "2026-11-23T00:00:00Z", 20261123)
    },
    **{
        f"a number {value!r}": asking({"Student Name": ADA, "Score": value})
        for value in ("1,5", "01", "1e9", 1e308, 10**15, 0.1234567890123456, "NaN", False)
    },
    **{
        f"an address {value!r}": asking({"Student Name": ADA, "Email": value}, send_email=True)
        for value in ("nowhere", "a@b", "Ada <ada@example.org>", "a@b.example, c@d.example")
    },
    "ten thousand keys": asking({f"k{number}": 1 for number in range(10_000)}),
}
_NO_OBJECT = {
    "a key twice": '{"template_id": 1, "template_id": 2, "data": {}}',
    "a label twice": '{"template_id": 1, "data": {"Student Name": "a", "Student Name": "b"}}',
    "not a number": '{"template_id": 1, "data": {"Student Name": NaN}}',
    "a number without end": '{"template_id": 1, "data": {"Student Name": 1e999}}',
    "single quotes": "{'template_id': 1}",
    "a list": "[]",
    "null": "null",
    "seven": "7",
    "encoded three times": json.dumps(json.dumps(json.dumps({}))),
    "brackets without end": "[" * 100_000,
    "nested too deeply": '{"data":' * 60 + "1" + "}" * 60,
    "digits without end": "1" * 5000,
    "a placeholder between bare quotes": '"{"template_id": {{template_id}}, "data": {}}"',
    "a placeholder": '{"template_id": {{template_id}}, "data": {}}',
    **{
        f"an id without quotes {value!r}": f'{{"template_id": {value}, "data": {{}}}}'
        for value in ("0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", "12e45678-5c39", "tmpl_123", "007", "NaN", "")
    },
}

GOOD = {name: body.encode() for name, body in (PUBLISHED | _GOOD).items()}
BAD = {name: body.encode() for name, body in (_BAD_FIELDS | _BAD_DATA | _NO_OBJECT).items()} | {
    "another encoding": b"\xff\xfe{}",
    "too many bytes": b" " * (256 * 1024 + 1),
}


def filled_in(body: bytes, template_id: int) -> bytes:
    """The body for this template."""
    return body.replace(TEMPLATE_ID.encode(), str(template_id).encode())
