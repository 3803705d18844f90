"""Whatever is handed in, looking into it ends with facts, and judging those ends with a report."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certifly.credentials.bake import PNG_KEYWORD, bake_png, bake_svg
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from certifly.verification.facts import Facts, from_json, to_json
from certifly.verification.inspect import inspect
from certifly.verification.judge import judge
from certifly.verification.lookup import code_in
from certifly.verification.report import CheckName, Verdict
from tests.cast import TUESDAY
from tests.handed_in import CREDENTIAL, DOCUMENT, SMALL_PNG, SMALL_SVG, TOKEN, record
from tests.unit.credentials.badge import PUBLIC_URL

SMALL_PDF = (
    b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>/Names<</EmbeddedFiles<</Names[(a)4 0 R]"
    b">>>>>>\nendobj\n2 0 obj\n<</Type/Pages/Count 0/Kids[]>>\nendobj\n3 0 obj\n<</FT/Sig/T(S)/V<</Type/Sig/Filter"
    b"/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 9 9 9]/Contents<3000>>>>>\nendobj\n4 0 obj\n"
    b"<</Type/Filespec/EF<</F 5 0 R>>>>\nendobj\n5 0 obj\n<</Length 2>>\nstream\n{}\nendstream\nendobj\n"
)


def with_table(objects: bytes) -> bytes:
    """A PDF of these objects, with the table that says where they are."""
    places = [objects.index(b"%d 0 obj" % number) for number in range(1, 6)]
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return objects + table + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(objects)


FILES = [
    CREDENTIAL.encode(),
    TOKEN.encode(),
    bake_png(SMALL_PNG, CREDENTIAL),
    bake_svg(SMALL_SVG, CREDENTIAL),
    with_table(SMALL_PDF),
]
BEGINNINGS = [
    b"",
    b"%PDF-1.7\n",
    SMALL_PNG[:33],
    b'{"type":["VerifiableCredential"],',
    b"eyJ",
    b"<svg ",
    b"\xef\xbb\xbf{",
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "@context",
    "type",
    "id",
    "issuer",
    "credentialSubject",
    "proof",
    "name",
    "validUntil",
    "evidence",
    "@type",
]
INNER_NAMES = [
    *NAMES,
    "cryptosuite",
    "proofValue",
    "verificationMethod",
    "@id",
    "@graph",
    "@set",
    "achievement",
    "identifier",
]


def judged(content: bytes) -> Facts:
    facts = inspect(content)
    code_in(facts)
    for known in (None, record()) if code_in(facts) is not None else (None,):
        report = judge(facts, known, public_url=PUBLIC_URL, now=TUESDAY)
        assert [check.name for check in report.checks] == list(CheckName)
    assert from_json(to_json(facts)) == facts
    return facts


@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=400))
def test_any_bytes(beginning: bytes, rest: bytes) -> None:
    judged(beginning + rest)


@pytest.mark.parametrize("file", FILES, ids=["json", "jwt", "png", "svg", "pdf"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_piece_of_a_file_and_any_change_to_it(file: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(file)), label="changed from")
    end = data.draw(st.integers(start, min(len(file), start + 40)), label="to")
    other = data.draw(st.binary(max_size=40), label="into")
    changed = file[:start] + other + file[end:]

    judged(changed)
    judged(file[:start])


@settings(deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=4),
    inner=st.dictionaries(st.sampled_from(INNER_NAMES), json_values, max_size=4),
)
def test_any_credential(changes: dict[str, Any], inner: dict[str, Any]) -> None:
    for document in (
        {**DOCUMENT, **changes},
        {**DOCUMENT, "credentialSubject": inner},
        {**DOCUMENT, "proof": [*DOCUMENT["proof"], {**DOCUMENT["proof"][0], **inner}]},
        {"@context": [CREDENTIALS_V2, OPEN_BADGES, inner], "type": "VerifiableCredential", **changes},
    ):
        judged(json.dumps(document, allow_nan=False).encode())


@settings(deadline=None)
@given(changes=st.dictionaries(st.sampled_from(NAMES), json_values, min_size=1, max_size=3))
def test_a_changed_credential_is_never_valid(changes: dict[str, Any]) -> None:
    document = {**DOCUMENT, **changes}
    facts = inspect(json.dumps(document).encode())
    report = judge(facts, record() if code_in(facts) else None, public_url=PUBLIC_URL, now=TUESDAY)

    assert (report.verdict is Verdict.VALID) == (document == DOCUMENT)


@given(content=st.binary(max_size=200))
def test_any_text_of_a_picture(content: bytes) -> None:
    chunk = len(PNG_KEYWORD + content).to_bytes(4, "big") + b"iTXt" + PNG_KEYWORD + content + bytes(4)

    judged(SMALL_PNG[:33] + chunk + SMALL_PNG[33:])
