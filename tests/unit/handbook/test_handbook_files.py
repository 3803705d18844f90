"""The files of the pages: complete, ours or said whose, small, and asking nobody else."""

import re
from hashlib import sha256

import pytest

from certifly.handbook.served import Served
from certifly.handbook.static_files import FOLDER, digest_of, files

SWAGGER_UI = FOLDER / "swagger-ui"
OURS = [name for name in files() if name.endswith((".js", ".css")) and "/" not in name]


def test_every_file_a_style_sheet_names_is_served() -> None:
    css = files()["handbook.css"].content.decode()

    named = set(re.findall(r'url\("([^"]+)"\)', css))
    assert named and named <= set(files())
    assert css.count("url(") == len(re.findall(r'url\("[^"]+"\)', css))
    assert "@import" not in css


def test_every_module_a_script_imports_is_served() -> None:
    imported = set()
    for name in OURS:
        imported |= set(re.findall(r'from "\./([^"]+)"', files()[name].content.decode()))

    assert {"search.js", "tabs.js"} <= imported <= set(files())


@pytest.mark.parametrize("name", OURS)
def test_no_file_of_ours_names_another_origin(name: str) -> None:
    assert "://" not in files()[name].content.decode()


@pytest.mark.parametrize("name", [name for name in OURS if name.endswith(".js")])
def test_no_script_of_ours_writes_markup_or_styles(name: str) -> None:
    script = files()[name].content.decode()

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\.style\b", script)


@pytest.mark.parametrize(
    "others",
    [
        {"a.js": b"one", "b.js": b"three"},
        {"a.js": b"one", "c.js": b"two"},
        {"a.js": b"one"},
        {"a.js": b"oneb.js 3 two"},
    ],
    ids=["content", "name", "fewer", "run together"],
)
def test_the_address_changes_with_the_files(others: dict[str, bytes]) -> None:
    def address_of(contents: dict[str, bytes]) -> str:
        return digest_of({name: Served.of(content, "text/javascript") for name, content in contents.items()})

    address = address_of({"a.js": b"one", "b.js": b"two"})

    assert address == address_of({"a.js": b"one", "b.js": b"two"}) != address_of(others)
    assert re.fullmatch(r"[0-9a-f]{16}", address)


@pytest.mark.parametrize("font", ["eb-garamond", "inter"])
def test_the_fonts_come_with_their_licence(font: str) -> None:
    assert b"SIL OPEN FONT LICENSE" in files()[f"{font}-licence.txt"].content.upper()


def test_a_phone_on_a_slow_line_is_not_kept_waiting() -> None:
    names = [
        name for name in files() if "/" not in name and not name.startswith("try") and ".txt" not in name
    ]
    first_view = sum(len(files()[name].packed or files()[name].content) for name in names)

    assert first_view < 120_000


def test_swagger_ui_is_what_its_package_holds() -> None:
    told = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", (SWAGGER_UI / "README.md").read_text()))
    found = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in SWAGGER_UI.iterdir()
        if path.name != "README.md"
    }

    assert found == told
