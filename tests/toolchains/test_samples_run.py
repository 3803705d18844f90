"""The handbook's samples, run by their own languages against a running installation, through a wire that remembers.

Two things are seen in each language: that what is committed runs as it is, with nothing put in but the token, the
address and the code of a certificate; and that no value can break a sample, whatever characters it holds.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from certifly.handbook.samples import PLACEHOLDER, samples_of
from certifly.web.schemas import EXAMPLE_CODE
from tests.live import Installation
from tests.recording import Exchange, Recording, recording
from tests.toolchains.programs import RUNNABLE, run
from tools.sample_requests import TOKEN, SampleRequest, requests_of
from tools.samples import generate, todays_document

pytestmark = pytest.mark.toolchains

DIFFICULT: dict[str, Any] = {
    "Student Name": "Ada Lovelace",
    "Apostrophe's name": "O'Brien's '' ''' ''''",
    'Quoted "name"': '"Ada" said “yes”, """ and "" and \'"\'',
    "Back\\slash": "C:\\new\\table \\u0041 \\x41 \\' \\\" \\\\ \\#{1} \\(1) \\#(1) \\",
    "Dollar $HOME": "$HOME ${HOME} $(id) `id` $_ $1 $$ ${y} {$y}",
    "Percent %s": "100% %s %d %20 %n %% %(x)s",
    "Hash # and #$0": '#{1+1} #$0 #@x #(1+1) #"""# ## # \\"#',
    "Brackets": "{{template_id}} {0} {x} [x] @x !x !! ~ ^ | & ; * ? <- <= =>",
    "Words": "EOF JSON null nil None true undefined NaN",
    "Ünïcode": "Ünïcødé Ελληνικά Кириллица עברית العربية हिन्दी ไทย 中文 日本語 한국어",
    "Emoji": "😀 👩‍🎓 🎉 🇬🇧 𝔘",
    "Number": 87.5,
    "Zeros": "0087.50",
}
"""What goes out and comes back as it is."""

LINES = {
    "Lines": 'first\nsecond\r\nthird\tfourth\nEOF\nJSON\n"""\n\'\n`\n',
    "Separators": "first\u2028second\u2029third\u0085fourth",
}
"""What arrives as it was sent, and is then put on one line by the product."""

ON_ONE_LINE = {
    "Lines": 'first second third fourth EOF JSON """ \' `',
    "Separators": "first second third fourth",
}

BODY: dict[str, Any] = {"template_id": 1, "data": DIFFICULT | LINES, "send_email": False, "expires_at": None}


@pytest.fixture(scope="module")
def difficult() -> dict[str, str]:
    """A sample with every difficult value, in each language."""
    request = SampleRequest(
        operation_id="create-certificate",
        title="Difficult",
        method="POST",
        target="/api/v1/certificates",
        headers=(("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json")),
        body=BODY,
        has_json=True,
        upload=None,
        answer="json",
        answer_file=None,
    )
    [codes] = generate([request])
    return codes


@pytest.fixture(scope="module")
def wire(live_sqlite: Installation) -> Iterator[Recording]:
    """Stands between the samples and the installation."""
    address = urlsplit(live_sqlite.base_url)
    assert address.hostname and address.port
    with recording((address.hostname, address.port)) as heard:
        yield heard


@pytest.mark.parametrize("language", RUNNABLE)
def test_every_value_arrives_as_it_was_meant(
    language: str, difficult: dict[str, str], live_sqlite: Installation, wire: Recording, tmp_path: Path
) -> None:
    tenant = live_sqlite.new_tenant()
    names = [name for name in BODY["data"] if name != "Student Name"]
    fields = [{"name": name, "type": "number" if name == "Number" else "text"} for name in names]
    assert tenant.publish_template(extra_fields=fields, recipient={"name": "Student Name"}) == 1
    code = difficult[language].replace(PLACEHOLDER, wire.base_url).replace(TOKEN, tenant.token)

    run(language, code, tmp_path)

    heard = wire.take()
    assert heard.status == 201, heard.answer
    assert json.loads(heard.body) == BODY
    created = json.loads(heard.answer)["data"]
    assert created["data"]["data"] == DIFFICULT | ON_ONE_LINE
    stored = tenant.http.get(f"/api/v1/certificates/{created['id']}").json()["data"]["data"]
    assert stored["data"] == DIFFICULT | ON_ONE_LINE


@pytest.fixture(scope="module")
def examples() -> dict[tuple[str, str], Any]:
    """The body that each committed sample with JSON in it is meant to send, by operation and title."""
    return {
        (request.operation_id, request.title): request.body
        for request in requests_of(todays_document())
        if request.has_json
    }


@pytest.mark.parametrize("language", RUNNABLE)
def test_what_is_committed_runs_as_it_is(
    language: str,
    examples: dict[tuple[str, str], Any],
    live_sqlite: Installation,
    wire: Recording,
    tmp_path: Path,
) -> None:
    tenant = live_sqlite.new_tenant()

    def call(operation_id: str, title: str, *, code: str = EXAMPLE_CODE) -> Exchange:
        """Run a sample; it must send its example, be answered as its title says, and print or keep the answer."""
        [sample] = [
            found
            for found in samples_of(operation_id, public_url=wire.base_url)
            if found.language == language and found.title == title
        ]
        own = sample.code.replace(TOKEN, tenant.token).replace(EXAMPLE_CODE, code)
        printed = run(language, own, tmp_path)
        heard = wire.take()
        assert heard.status == int(title[:3]), heard.answer
        if (operation_id, title) in examples:
            assert json.loads(heard.body) == examples[operation_id, title]
        if operation_id != "download-pdf":
            assert "data" in printed
        return heard

    call("create-template", "201 Created")
    call("publish-template", "200 OK")
    sent = json.loads(call("create-certificate", "201 Created (send_email=true)").answer)
    silent = json.loads(call("create-certificate", "201 Created (without email send)").answer)
    listed = call("list-certificates", "200 OK")

    assert sent["meta"]["email_delivery"]["recipient"] == "ada@example.org"
    assert silent["meta"] == []
    assert listed.target == "/api/v1/certificates?limit=20"
    assert [one["id"] for one in json.loads(listed.answer)["data"]] == ["2", "1"]

    code = sent["data"]["data"]["code"]
    tenant.await_rendered("1")
    downloaded = call("download-pdf", "200 OK", code=code)
    checked = call("check-file", "200 OK")
    revoked = call("revoke-certificate", "200 OK", code=code)

    assert downloaded.answer.startswith(b"%PDF-")
    assert (tmp_path / "certificate.pdf").read_bytes() == downloaded.answer == checked.body
    assert json.loads(checked.answer)["data"]["data"]["verdict"] == "valid"
    assert json.loads(revoked.answer)["data"]["data"]["status"] == "revoked"
