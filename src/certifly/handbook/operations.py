"""What the handbook's one call for programs says of itself in the OpenAPI document."""

from certifly.handbook.search import QUERY_CHARACTERS_MAX, RESULTS_DEFAULT, RESULTS_MAX
from certifly.web.operation import json_answer, public_operation, query_parameter
from certifly.web.schemas import ADDRESS, closed

_BASE = "http://localhost:8000"
_TEXT = {"type": "string"}
_VARY = {
    "Vary": {
        "description": "`Accept` decides between JSON and the page.",
        "required": True,
        "schema": _TEXT,
    }
}

SEARCH = public_operation(
    "search-handbook",
    "Search the handbook",
    parameters=[
        query_parameter(
            "q",
            "Words, an error code, the name of a setting, or the address of a call. Beginnings of words will do.",
            {"type": "string", "maxLength": QUERY_CHARACTERS_MAX},
        ),
        query_parameter(
            "limit",
            "Most places found.",
            {"type": "integer", "minimum": 1, "maximum": RESULTS_MAX, "default": RESULTS_DEFAULT},
        ),
    ],
    answers={
        200: json_answer(
            "The places found, the best first: a page for people, or by `Accept` as JSON.",
            closed(
                {
                    "data": {
                        "type": "array",
                        "items": closed(
                            {
                                "path": {**_TEXT, "description": "Of the page, below `/docs/`."},
                                "title": {**_TEXT, "description": "Of the page."},
                                "heading": {
                                    **_TEXT,
                                    "description": "Where on the page; empty: its beginning.",
                                },
                                "url": {**ADDRESS, "description": "The place, for people."},
                                "markdown_url": {**ADDRESS, "description": "The same page as Markdown."},
                                "excerpt": {**_TEXT, "description": "How the place begins."},
                            }
                        ),
                    },
                    "meta": closed(
                        {
                            "query": {**_TEXT, "description": "What was looked for."},
                            "found": {
                                "type": "integer",
                                "minimum": 0,
                                "description": "How many places are listed.",
                            },
                        }
                    ),
                }
            ),
            {
                "data": [
                    {
                        "path": "guides/email",
                        "title": "Set up e-mail",
                        "heading": "Bounces",
                        "url": f"{_BASE}/docs/guides/email#bounces",
                        "markdown_url": f"{_BASE}/docs/guides/email.md#bounces",
                        "excerpt": "A message that comes back is told to the certificate that it carried.",
                    }
                ],
                "meta": {"query": "bounces", "found": 1},
            },
            headers=_VARY,
        )
    },
    errors=(422, 500),
)
_ANSWER = SEARCH["openapi_extra"]["responses"]["200"]
_ANSWER["content"]["text/html"] = {"schema": _TEXT}
