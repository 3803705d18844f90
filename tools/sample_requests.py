"""What the handbook's samples ask for: one request for every operation of the OpenAPI document, as its examples say.

A pure function of the document, so that a test without Node can see whether the committed samples were made from
today's. A request holds all that the code of a sample depends on, what is done with the answer too.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote, urlencode

from certifly.handbook.samples import PLACEHOLDER

TOKEN = "<token>"  # noqa: S105  (what the published page writes where a token belongs)

UPLOADS = {"application/pdf": "certificate.pdf", "image/png": "picture.png"}
"""What a sample sends where a call takes a file: the first that it takes, as the whole body. A form would be the other
way, and most of the nine languages have no writer of forms at hand."""

FILE_ANSWERS = {"application/pdf": "pdf", "image/png": "png", "image/svg+xml": "svg"}
"""Answers that are written to a file, with the ending of its name. All others are printed."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One request under its title, and what becomes of its answer."""

    operation_id: str
    title: str
    method: str
    target: str
    """Path and query below the installation's address."""
    headers: tuple[tuple[str, str], ...]
    body: Any
    """A JSON value; None: there is no body, or it is ``upload``."""
    has_json: bool
    upload: str | None
    """Name of the file that is the body."""
    answer: Literal["json", "text", "file"]
    answer_file: str | None
    """Name of the file that the answer is written to."""

    def digest(self) -> str:
        """Differs whenever anything of the request does."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def har(self, body: str | None, *, address: str = PLACEHOLDER) -> dict[str, Any]:
        """The request in the form the generator reads, with ``body`` for the real one."""
        headers = [{"name": name, "value": value} for name, value in self.headers]
        found: dict[str, Any] = {
            "method": self.method,
            "url": address + self.target,
            "headers": headers,
        }
        if body is not None:
            media_type = next(value for name, value in self.headers if name == "Content-Type")
            found["postData"] = {"mimeType": media_type, "text": body}
        return found


def requests_of(document: Mapping[str, Any]) -> list[SampleRequest]:
    """Every sample's request, in the document's order."""
    return [
        request
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for request in _requests(document, path, method, operation)
    ]


def _requests(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[SampleRequest]:
    parameters = [_resolve(document, found) for found in operation.get("parameters", [])]
    status = min(int(name) for name in operation["responses"] if name < "400")
    answered = _resolve(document, operation["responses"][str(status)]).get("content", {})
    headers = [("Authorization", f"Bearer {TOKEN}")] if operation["security"] else []
    if {"application/json", "text/html"} <= set(answered):
        headers.append(("Accept", "application/json"))  # people get a page, and programs say what they are
    content = operation.get("requestBody", {}).get("content", {})
    upload = next((media_type for media_type in UPLOADS if media_type in content), None)
    bodies: list[tuple[str, Any]] = [(f"{status} {HTTPStatus(status).phrase}", None)]
    if upload is not None:
        headers.append(("Content-Type", upload))
    elif content:
        headers.append(("Content-Type", "application/json"))
        bodies = _examples(content["application/json"], otherwise=bodies[0][0])

    answer, answer_file = _what_becomes_of(answered, path)
    for title, body in bodies:
        yield SampleRequest(
            operation_id=operation["operationId"],
            title=title,
            method=method.upper(),
            target=_target(path, parameters),
            headers=tuple(headers),
            body=body,
            has_json=bool(content) and upload is None,
            upload=UPLOADS[upload] if upload is not None else None,
            answer=answer,
            answer_file=answer_file,
        )


def _examples(content: Mapping[str, Any], *, otherwise: str) -> list[tuple[str, Any]]:
    if "example" in content:
        return [(otherwise, content["example"])]
    return [(example["summary"], example["value"]) for example in content["examples"].values()]


def _target(path: str, parameters: list[Mapping[str, Any]]) -> str:
    """The path and query with the parameters' examples; of those that may be left out, the ones with a default too."""
    query = []
    for parameter in parameters:
        if parameter["in"] == "path":
            value = quote(str(parameter["example"]), safe=":")
            path = path.replace("{" + parameter["name"] + "}", value)
        elif parameter["in"] == "query":
            value = parameter.get("example", parameter["schema"].get("default"))
            if value is not None:
                query.append((parameter["name"], value))
    return path + ("?" + urlencode(query) if query else "")


def _what_becomes_of(
    answered: Mapping[str, Any], path: str
) -> tuple[Literal["json", "text", "file"], str | None]:
    media_type = next(iter(answered), "")
    if media_type in FILE_ANSWERS:
        stem = "certificate" if "{code}" in path else "picture"
        return "file", f"{stem}.{FILE_ANSWERS[media_type]}"
    is_json = media_type == "application/json" or media_type.endswith("+json")
    return ("json" if is_json else "text"), None


def _resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node
