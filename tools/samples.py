"""Write the handbook's samples anew, from the OpenAPI document: ``python -m tools.samples``.

``--check`` writes nothing and tells whether the committed ones are those that would be written. The code comes from a
generator (npm's @readme/httpsnippet, pinned with its digests in ``tools/snippets``), and is put right where it is wrong
by ``tools/sample_mending.py``. One file holds the samples of one operation, line by line, so that a change can be read.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from certifly.app.asgi import create_app
from certifly.core.settings import Settings
from certifly.handbook.samples import FOLDER, LANGUAGES, PLACEHOLDER
from tools import npm
from tools.sample_mending import FILE_STAND_IN, STAND_IN, mend
from tools.sample_requests import SampleRequest, requests_of

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "tools" / "snippets"
INSTALLED = ROOT / ".cache" / "snippets"
PROGRAM = SOURCE / "generate.mjs"
WRITE_COMMAND = "python -m tools.samples"

TARGETS = {
    "python": ("python", "requests"),
    "javascript": ("javascript", "fetch"),
    "go": ("go", "native"),
    "ruby": ("ruby", "native"),
    "java": ("java", "nethttp"),
    "php": ("php", "curl"),
    "csharp": ("csharp", "httpclient"),
    "swift": ("swift", "urlsession"),
    "shell": ("shell", "curl"),
}
"""The generator's names for each language, and for the client that needs nothing but the language; Python's requests
is the one exception, being what everyone has."""


def todays_document() -> dict[str, Any]:
    """The OpenAPI document of this code."""
    settings = Settings(database_url="sqlite:///nowhere.db", secret_key="k" * 32)
    found: dict[str, Any] = json.loads(create_app(settings).state.openapi)
    return found


def generate(requests: Sequence[SampleRequest], *, address: str = PLACEHOLDER) -> list[dict[str, str]]:
    """The code of each request in each language, mended."""
    node = shutil.which("node")
    if node is None or not npm.are_installed(SOURCE, INSTALLED):
        raise SystemExit(f"The generator is not there. Install Node and npm, then run {WRITE_COMMAND}.")
    asked = [
        {"har": request.har(_stand_in(request), address=address), "target": target, "client": client}
        for request in requests
        for target, client in TARGETS.values()
    ]
    # A program in a file finds the packages beside it; one that is handed over, those of the folder it runs in.
    done = subprocess.run(
        [node, "--input-type=module", "--eval", PROGRAM.read_text(encoding="utf-8")],
        cwd=INSTALLED,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    codes = iter(json.loads(done.stdout))
    return [{language: mend(next(codes), language, request) for language in TARGETS} for request in requests]


def files_of(document: dict[str, Any]) -> dict[str, str]:
    """The samples' files as they should be, by name."""
    requests = requests_of(document)
    by_operation: dict[str, list[dict[str, Any]]] = {}
    for request, codes in zip(requests, generate(requests), strict=True):
        by_operation.setdefault(request.operation_id, []).append(
            {
                "title": request.title,
                "request": request.digest(),
                "code": {language: codes[language].split("\n") for language in LANGUAGES},
            }
        )
    return {
        f"{operation_id}.json": json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        for operation_id, found in by_operation.items()
    }


def differences(wanted: dict[str, str], folder: Path = FOLDER) -> list[str]:
    """The files that are not as they should be: missing, left over, or other than they would be written."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def main(arguments: Sequence[str]) -> int:
    """Write the files, or tell how they differ; 1 when they do."""
    if not npm.install("the packages that write samples", SOURCE, INSTALLED):
        return 1
    wanted = files_of(todays_document())
    different = differences(wanted)
    if "--check" in arguments:
        print(
            "\n".join(
                f"samples/{name} is not what would be written. Run {WRITE_COMMAND}." for name in different
            )
            or f"The samples of {len(wanted)} operations are those of today's document."
        )
        return 1 if different else 0
    FOLDER.mkdir(exist_ok=True)
    for name in different:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"Wrote {len(different)} of {len(wanted)} files.")
    return 0


def _stand_in(request: SampleRequest) -> str | None:
    return FILE_STAND_IN if request.upload else STAND_IN if request.has_json else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
