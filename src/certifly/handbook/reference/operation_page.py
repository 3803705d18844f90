"""The page of one operation: what it is for, what it takes, what it answers, and how to call it.

The order is that of the published page: the call, its description and scope, its OpenAPI document, samples. Between
them stand, in tables, what the document says to programs.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.one_operation import as_yaml, document_of
from certifly.handbook.reference.schema_words import Field, Reader, Schema
from certifly.handbook.reference.tables import code, fence, one_line, table
from certifly.handbook.samples import samples_of
from certifly.web.phrases import phrase_of

EXAMPLES_ADDRESS = "http://localhost:8000"
"""What the examples of the document call the installation."""

REQUIRED = "**Required.**"

SHARED = {
    "Certificate": "/docs/reference/certificate",
    "TemplateDocument": "/docs/reference/template-document",
}
"""Schemas that many operations share, and where they are told once."""

_CODES = re.compile(r" *Codes: (`\w+`(?:, `\w+`)*)\.$")


@dataclass(frozen=True)
class Operation:
    """One call, as the OpenAPI document tells it."""

    path: str
    method: str
    told: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name, and the last part of its page's address."""
        return str(self.told["operationId"])

    @property
    def tag(self) -> str:
        """The section its page stands in."""
        return str(self.told["tags"][0])

    @property
    def page_path(self) -> str:
        """Where its page is, below /docs/."""
        return f"gateway-api/{self.tag}/{self.id}"


def operations_in(openapi: Mapping[str, Any]) -> list[Operation]:
    """Every operation of the document, in its order."""
    return [
        Operation(path, method, told)
        for path, methods in openapi["paths"].items()
        for method, told in methods.items()
    ]


def operation_page(operation: Operation, installation: Installation) -> Page:
    """The page of one operation of this installation."""
    title = operation.told["summary"]
    parts = _Parts(operation, installation)
    body = "\n".join(part for part in parts.all(title) if part)
    return Page(operation.page_path, title, parts.summary(), body)


def shared_address(reference: str) -> str | None:
    """Where a schema that many operations share, or a part of it, is told."""
    name, *part = reference.removeprefix("#/components/schemas/").split("/")
    address = SHARED.get(name)
    return f"{address}#{part[-1]}" if address and part else address


def codes_in(description: str) -> tuple[str, list[str]]:
    """The sentence of an error answer, and the codes that it may carry."""
    found = _CODES.search(description)
    if found is None:
        return description, []
    return description[: found.start()].strip(), re.findall(r"`(\w+)`", found[1])


def field_table(fields: list[Field], *, with_required: bool) -> str:
    """The rows of a body, with what is required, or of an answer, where nearly everything is always there."""
    rows = []
    for one in fields:
        meaning = one.meaning
        if with_required and one.is_required:
            meaning = f"{REQUIRED} {meaning}"
        elif not with_required and not one.is_required:
            meaning = f"{meaning} Not always there."
        rows.append([code(one.name), one.words, meaning])
    return table(["Field", "Type", "Meaning"], rows)


class _Parts:
    """The parts of the page, in the order of reading."""

    def __init__(self, operation: Operation, installation: Installation) -> None:
        self._operation = operation
        self._installation = installation
        self._read = Reader(installation.openapi, shared_address)

    def summary(self) -> str:
        """The first sentence of the description."""
        first = one_line(self._operation.told["description"].split("\n\n")[0].split("\n- ")[0])
        return first.replace("`", "")

    def all(self, title: str) -> Iterator[str]:
        """Everything, from the title to the samples."""
        yield f"# {title}\n"
        yield self._head()
        yield self._description()
        yield from self._request()
        yield from self._answers()
        yield from self._errors()
        yield self._document()
        yield from self._samples()

    def _head(self) -> str:
        call = f"{self._operation.method.upper()} {self._installation.public_url}{self._operation.path}"
        types = list(self._content_of_the_request())
        # Two blanks at the end of a line keep its break.
        return f"{call}  \nContent-Type: {types[0]}\n" if len(types) == 1 else f"{call}\n"

    def _description(self) -> str:
        text = self._local(self._operation.told["description"].replace("``", "`").strip())
        if not self._needs_a_token():
            text += "\n\nScope: none. Anyone may call it, without a token."
        elif "Scope: " not in text:
            text += "\n\nScope: none beyond a valid token."
        reference = f"{self._installation.public_url}/docs/{self._operation.page_path}"
        return f"{text}\n\nReference: {reference}\n"

    def _request(self) -> Iterator[str]:
        parameters = [self._read.resolve(found) for found in self._operation.told.get("parameters", [])]
        body = self._operation.told.get("requestBody")
        if not parameters and not body and not self._needs_a_token():
            return
        yield "## Request\n"
        by_place = {"path": "Path parameters", "query": "Query parameters", "header": "Headers"}
        for place, heading in by_place.items():
            rows = [self._parameter_row(found) for found in parameters if found["in"] == place]
            if place == "header" and self._needs_a_token():
                meaning = "Your token: `Bearer <token>`. See [scopes](/docs/reference/scopes)."
                rows.insert(0, ["`Authorization`", "text", f"{REQUIRED} {meaning}"])
            if rows:
                yield f"### {heading}\n"
                yield table(["Name", "Type", "Meaning"], rows)
        if body:
            yield from self._body(body)

    def _parameter_row(self, parameter: Schema) -> list[str]:
        schema = parameter["schema"]
        meaning = one_line(parameter["description"])
        if "default" in schema:
            meaning += f" Default: {code(str(schema['default']))}."
        if "example" in parameter:
            meaning += f" Example: {code(str(parameter['example']))}."
        if parameter.get("required"):
            meaning = f"{REQUIRED} {meaning}"
        return [code(parameter["name"]), self._read.words(schema), meaning]

    def _body(self, body: Schema) -> Iterator[str]:
        yield "### Body\n"
        if not body.get("required"):
            yield "The body may be left out.\n"
        content = body["content"]
        if told := content.get("application/json"):
            yield from self._json_schema(told["schema"])
        files = [media_type for media_type, told in content.items() if not told.get("schema")]
        if files:
            yield "The file itself, as the whole body, with one of these content types:\n"
            yield "\n".join(f"- {code(media_type)}" for media_type in files) + "\n"
        if form := content.get("multipart/form-data"):
            yield "Or a form (`multipart/form-data`) with one file:\n" if files else "A form:\n"
            yield field_table(self._read.fields(form["schema"]), with_required=True)
        if told:
            yield "As `application/json`, for example:\n" if files else ""
            yield from self._examples(told)

    def _json_schema(self, schema: Schema) -> Iterator[str]:
        fields = self._read.fields(schema)
        if "$ref" in schema and (address := shared_address(schema["$ref"])):
            yield f"JSON: [a template document]({address}).\n"
        elif fields:
            text = one_line(self._read.resolve(schema).get("description", ""))
            yield f"{text}\n" if text else ""
            yield field_table(fields, with_required=True)
        elif schema:
            yield f"JSON: {self._read.words(schema)}.\n"

    def _answers(self) -> Iterator[str]:
        yield "## Answers\n"
        for status, answer in self._told_answers():
            if int(status) < 400:
                yield from self._answer(status, answer)

    def _answer(self, status: str, answer: Schema) -> Iterator[str]:
        yield f"### {status} {phrase_of(int(status))}\n"
        yield f"{one_line(answer['description'])}\n"
        headers = {
            name: self._read.resolve(header)
            for name, header in answer.get("headers", {}).items()
            if name != "X-Request-Id"
        }
        yield table(
            ["Header", "Meaning"],
            ([code(name), one_line(header["description"])] for name, header in headers.items()),
        )
        content = answer.get("content", {})
        json_told = content.get("application/json")
        others = [media_type for media_type in content if media_type != "application/json"]
        if others:
            named = ", ".join(code(media_type) for media_type in others)
            yield f"{'Also as' if json_told else 'Content type:'} {named}.\n"
        if json_told:
            yield from self._examples(json_told)
            yield field_table(self._read.fields(json_told["schema"]), with_required=False)

    def _examples(self, told: Schema) -> Iterator[str]:
        if "example" in told:
            yield self._json(told["example"])
        for name, example in told.get("examples", {}).items():
            title = example.get("summary") or ("" if name == "usual" else name.replace("_", " ").capitalize())
            yield f"{title}:\n" if title else ""
            yield self._json(example["value"])

    def _errors(self) -> Iterator[str]:
        rows = []
        for status, answer in self._told_answers():
            if int(status) >= 400:
                sentence, codes = codes_in(one_line(answer["description"]))
                linked = ", ".join(f"[{code(name)}](/docs/reference/errors#{name})" for name in codes)
                rows.append([status, linked, sentence])
        yield "## Errors\n"
        yield "Every error has [one shape](/docs/reference/errors), whatever its status.\n"
        yield table(["Status", "Codes", "When"], rows)
        if "422" in self._operation.told["responses"]:
            answer = self._read.resolve(self._operation.told["responses"]["422"])
            yield "Every fault is told at once, each at its place in `errors`:\n"
            yield self._json(answer["content"]["application/json"]["example"])

    def _document(self) -> str:
        document = document_of(
            self._installation.openapi,
            self._operation.path,
            self._operation.method,
            public_url=self._installation.public_url,
        )
        return "## OpenAPI Specification\n\n" + fence(self._local(as_yaml(document)), "yaml")

    def _samples(self) -> Iterator[str]:
        samples = samples_of(self._operation.id, public_url=self._installation.public_url)
        if samples:
            yield "## SDK Code Examples\n"
        for sample in samples:
            yield fence(sample.code, sample.language, sample.title)

    def _told_answers(self) -> Iterator[tuple[str, Schema]]:
        for status, answer in self._operation.told["responses"].items():
            yield status, self._read.resolve(answer)

    def _content_of_the_request(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = self._operation.told.get("requestBody", {}).get("content", {})
        return content

    def _needs_a_token(self) -> bool:
        return bool(self._operation.told.get("security"))

    def _json(self, value: Any) -> str:
        return fence(self._local(json.dumps(value, indent=2, ensure_ascii=False)), "json")

    def _local(self, text: str) -> str:
        """The text with the address of this installation where the document's examples have theirs."""
        return text.replace(EXAMPLES_ADDRESS, self._installation.public_url)
