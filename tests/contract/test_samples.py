"""The handbook's samples: of every call, in every language, made from today's document, with this server's address."""

import json
import re
from typing import Any

import pytest

from certifly.handbook.samples import FOLDER, LANGUAGES, PLACEHOLDER, samples_of
from tools.sample_requests import SampleRequest, requests_of
from tools.samples import TARGETS, todays_document

HERE = "http://localhost:8000"


@pytest.fixture(scope="module")
def requests() -> list[SampleRequest]:
    return requests_of(todays_document())


def committed() -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def test_every_call_has_samples_made_from_todays_document(requests: list[SampleRequest]) -> None:
    wanted: dict[str, list[tuple[str, str]]] = {}
    for request in requests:
        wanted.setdefault(request.operation_id, []).append((request.title, request.digest()))

    found = {
        name: [(request["title"], request["request"]) for request in written]
        for name, written in committed().items()
    }
    different = sorted(name for name in wanted.keys() | found if wanted.get(name) != found.get(name))
    assert different == [], "Run: .venv/bin/python -m tools.samples"


def test_a_changed_example_is_noticed() -> None:
    document = todays_document()
    before = [request.digest() for request in requests_of(document)]
    content = document["paths"]["/api/v1/certificates"]["post"]["requestBody"]["content"]["application/json"]
    content["examples"]["without_email"]["value"]["data"]["Student Name"] = "Grace Hopper"

    changed = [
        (request.operation_id, request.title)
        for request, digest in zip(requests_of(document), before, strict=True)
        if request.digest() != digest
    ]

    assert changed == [("create-certificate", "201 Created (without email send)")]


def test_every_sample_is_there_in_every_language() -> None:
    assert list(TARGETS) == list(LANGUAGES)
    for name, written in committed().items():
        for request in written:
            assert list(request["code"]) == list(LANGUAGES), name


@pytest.mark.parametrize(
    "public_url",
    [
        HERE,
        "https://certificates.example.org",
        "https://example.org:8443/certifly/seven",
        "http://[2001:db8::1]:8000",
    ],
)
def test_every_sample_calls_this_installation(requests: list[SampleRequest], public_url: str) -> None:
    targets = {(request.operation_id, request.title): request.target for request in requests}

    for name in committed():
        for sample in samples_of(name, public_url=public_url):
            addresses = re.findall(r"https?://[^\"'\s]+", sample.code)
            assert addresses == [public_url + targets[name, sample.title]], (name, sample)
            assert PLACEHOLDER not in sample.code


def test_an_address_can_end_no_string() -> None:
    for sample in samples_of("get-me", public_url="https://example.org/o'b\"r$i`e\\n"):
        assert "https://example.org/o%27b%22r%24i%60e%5Cn/api/v1/me" in sample.code


def test_only_calls_that_need_a_token_show_one() -> None:
    for name, is_public in (("create-certificate", False), ("download-pdf", True), ("check-file", True)):
        for sample in samples_of(name, public_url=HERE):
            assert ("Bearer <token>" in sample.code) is not is_public, sample


def test_the_create_call_has_the_titles_of_the_published_page() -> None:
    samples = samples_of("create-certificate", public_url=HERE)

    assert [(sample.title, sample.language) for sample in samples] == [
        (title, language)
        for title in ("201 Created (send_email=true)", "201 Created (without email send)")
        for language in LANGUAGES
    ]


def test_what_is_no_call_has_no_samples() -> None:
    assert samples_of("no-such-call", public_url=HERE) == ()
