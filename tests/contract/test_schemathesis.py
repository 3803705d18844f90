"""Every documented address answers as the document says, whatever it is asked: thousands of made-up requests.

Schemathesis reads /openapi.json of a running installation, makes valid and invalid requests of it (from the
examples, from every bound of every schema, at random, and one after the other), and holds each answer against
the document: status, media type, headers, schema; wrong data refused, missing tokens refused, other methods
refused. The requests are the same in every run.

It takes ``application/jwt`` for a kind of JSON, so the one answer of that type is not held against its schema.

One of its checks is off: ``positive_data_acceptance``. What a schema accepts may still break a rule that no
schema can say (a certificate of an unpublished template, a line without length); those are tested one by one.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cast import ADA, ADAS_ADDRESS
from tests.live import Caller, Installation

pytestmark = pytest.mark.long

EXAMPLES_PER_OPERATION = 15
SECONDS_MAX = 240

CONFIGURATION = """
color = false
continue-on-failure = true
suppress-health-check = ["all"]
warnings = false

[dictionaries]
templates.values = ["{template_id}"]
certificates.values = ["{certificate_id}", "{code}"]
codes.values = ["{code}"]
digests.values = ["{digest}"]
slugs.values = ["{slug}"]

[parameters]
"path.template_id" = {{ dictionary = "templates", probability = 0.8 }}
"path.certificate_id" = {{ dictionary = "certificates", probability = 0.8 }}
"path.code" = {{ dictionary = "codes", probability = 0.8 }}
"path.digest" = {{ dictionary = "digests", probability = 0.8 }}
"path.slug" = {{ dictionary = "slugs", probability = 0.8 }}

[auth.openapi.bearerAuth]
bearer = "{token}"

[generation]
deterministic = true
mode = "all"
max-examples = {examples}
database = "none"

[checks]
positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = "download-credential-jwt"
checks.response_schema_conformance.enabled = false
"""

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture(scope="module")
def tenant(live_sqlite: Installation) -> Caller:
    return live_sqlite.new_tenant()


@pytest.fixture(scope="module")
def belongings(tenant: Caller) -> dict[str, str]:
    """Real ids, so that requests get further than "not found"."""
    template_id = tenant.publish_template()
    issued = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)[
        "data"
    ]
    tenant.await_rendered(issued["id"])
    picture = tenant.http.post("/api/v1/assets", content=PICTURE).json()["data"]
    return {
        "template_id": str(template_id),
        "certificate_id": issued["id"],
        "code": issued["data"]["code"],
        "digest": picture["id"],
        "slug": tenant.slug,
    }


def judge(
    folder: Path, document: dict[str, Any], *arguments: str, **values: Any
) -> "subprocess.CompletedProcess[str]":
    """Let schemathesis loose in a process of its own: it keeps much of its state in modules."""
    described = folder / "openapi.json"
    described.write_text(json.dumps(document), encoding="utf-8")
    configuration = folder / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(**values), encoding="utf-8")
    program = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
    return subprocess.run(
        [
            sys.executable,
            "-c",
            program,
            "--config-file",
            str(configuration),
            "run",
            str(described),
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def test_every_answer_is_as_documented(
    live_sqlite: Installation, tenant: Caller, belongings: dict[str, str], tmp_path: Path
) -> None:
    document = tenant.http.get("/openapi.json").json()
    operations = sum(len(methods) for methods in document["paths"].values())

    # From a file: an address that it reads the document from is one that it does not test.
    done = judge(
        tmp_path,
        document,
        *("--url", live_sqlite.base_url),
        token=tenant.token,
        examples=EXAMPLES_PER_OPERATION,
        **belongings,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {operations}" in done.stdout, done.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅ {phase}", done.stdout), done.stdout
    made = re.search(r"(\d+) generated", done.stdout)
    assert made and int(made[1]) > 1000, done.stdout


@pytest.mark.parametrize(
    ("operation_id", "path", "lie"),
    [
        ("get-health", "/healthz", {"status": {"type": "integer"}}),
        ("get-me", "/api/v1/me", {"data": {"type": "null"}}),
    ],
)
def test_a_lie_in_the_document_would_be_noticed(
    live_sqlite: Installation,
    tenant: Caller,
    belongings: dict[str, str],
    tmp_path: Path,
    operation_id: str,
    path: str,
    lie: dict[str, Any],
) -> None:
    document = tenant.http.get("/openapi.json").json()
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"type": "object", "properties": lie}
    done = judge(
        tmp_path,
        document,
        *("--url", live_sqlite.base_url, "--include-operation-id", operation_id),
        token=tenant.token,
        examples=2,
        **belongings,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "Response violates schema" in done.stdout
