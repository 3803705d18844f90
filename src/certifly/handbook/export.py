"""The handbook as files, for any plain web server at the public address.

Each page is ``docs/<path>/index.html`` and ``docs/<path>.md``; search runs in the browser over the same index. What a
server would say in headers (the content security policy) is said in each page. A marker lists what was written: an
export that was interrupted is told by it, and a folder of somebody else's is never written into.
"""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

from certifly.core.errors import DomainError
from certifly.handbook import static_files
from certifly.handbook.answers import PAGE_POLICY, TRY_POLICY
from certifly.handbook.contents import Handbook
from certifly.handbook.llms import llms_full_txt, llms_txt
from certifly.handbook.page_html import missing_html, search_html, try_html
from certifly.web.answers import encode

MARKER = ".certifly-handbook"
"""Lists the files of a finished export, so that the next one removes them and nothing else."""
UNFINISHED = ".certifly-handbook-unfinished"


class FolderNotEmpty(DomainError):
    """The folder holds something that is no earlier export."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty, and holds no earlier export. Name another folder.")


class FolderUnusable(DomainError):
    """The folder cannot be made or written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder} cannot be written: {reason}.")


def export(handbook: Handbook, folder: Path) -> list[str]:
    """Write the whole site into ``folder`` and return the names of its files.

    Raises FolderNotEmpty, FolderUnusable. Interrupted, it leaves a folder that says so and that the next export
    finishes.
    """
    try:
        return _write(handbook, folder)
    except OSError as error:
        raise FolderUnusable(folder, error.strerror or type(error).__name__) from error


def _write(handbook: Handbook, folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    earlier = _earlier(folder)
    files = dict(_files(handbook))
    _refuse_links(folder, {MARKER, UNFINISHED, *earlier, *files})
    # From here on the folder says that it is not finished, and which files may be found in it.
    (folder / UNFINISHED).write_text(json.dumps(sorted({*earlier, *files})), encoding="utf-8")
    (folder / MARKER).unlink(missing_ok=True)
    for name in earlier:
        if name not in files:
            _remove(folder, name)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / UNFINISHED).write_text(json.dumps(sorted(files)), encoding="utf-8")
    (folder / UNFINISHED).rename(folder / MARKER)
    return list(files)


def _earlier(folder: Path) -> list[str]:
    """The files of an export that is there already, finished or not. Raises FolderNotEmpty."""
    for marker in (folder / UNFINISHED, folder / MARKER):
        if marker.is_file():
            return _names_in(marker)
    if any(folder.iterdir()):
        raise FolderNotEmpty(folder)
    return []


def _names_in(marker: Path) -> list[str]:
    """The names in a marker. One that was cut short, or that others wrote, names nothing."""
    try:
        names = json.loads(marker.read_bytes())
    except (ValueError, RecursionError):
        return []
    inside = (name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
    return [name for name in inside if not {"", "..", "."} & set(name.split("/")) and "\0" not in name]


def _refuse_links(folder: Path, names: Collection[str]) -> None:
    """What is written or removed must lie in the folder itself: whoever may write there could lay a link to a file
    that only we may. Raises FolderUnusable."""
    places = {place for name in names for place in (Path(name), *Path(name).parents)} - {Path()}
    for place in sorted(places):
        if (folder / place).is_symlink():
            raise FolderUnusable(folder, f"{place} in it is a link")


def _remove(folder: Path, name: str) -> None:
    path = folder / name
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _files(handbook: Handbook) -> Iterator[tuple[str, bytes]]:
    installation = handbook.installation
    for path, page in handbook.pages.items():
        yield f"docs/{path}/index.html".replace("//", "/"), _with_policy(handbook.html(page), PAGE_POLICY)
        yield page.markdown_address.lstrip("/"), handbook.markdown(page).encode()
        if not path:
            yield "docs/index.md", handbook.markdown(page).encode()
    search = search_html("", [], handbook.sections, installation, is_static=True)
    yield "docs/search/index.html", _with_policy(search, PAGE_POLICY)
    yield "docs/search-index.json", handbook.search.as_json(root=installation.root)
    yield "docs/try/index.html", _with_policy(try_html(handbook.sections, installation), TRY_POLICY)
    yield "404.html", _with_policy(missing_html(handbook.sections, installation), PAGE_POLICY)
    yield "llms.txt", llms_txt(handbook).encode()
    yield "llms-full.txt", llms_full_txt(handbook).encode()
    yield "openapi.json", encode(installation.openapi)
    for name, file in static_files.files().items():
        yield f"static/handbook/{static_files.digest()}/{name}", file.content


def _with_policy(html: bytes, policy: str) -> bytes:
    """The page with the policy that a server would send with it. Who may frame it cannot be said in a page."""
    said = policy.rpartition("; frame-ancestors")[0]
    start = b'<meta charset="utf-8">\n'
    assert start in html
    return html.replace(
        start, start + f'<meta http-equiv="Content-Security-Policy" content="{said}">\n'.encode(), 1
    )
