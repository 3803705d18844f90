"""Public facts in, HTML out. Pure: no database, no clock, no request.

Everything that came from people is escaped by Jinja and isolated with ``<bdi>``, so that a name can
neither become markup nor turn the line around it. The pages carry no inline script and no inline style: the
content security policy allows neither. The check page loads one script and works without it.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from certifly.public.check_page import CheckPage, headline
from certifly.public.reader import LANGUAGE_PARAMETER, Reader
from certifly.public.report_words import Speaker, path_of, say
from certifly.public.static_files import DIGEST
from certifly.public.words import LANGUAGES, ErrorKind
from certifly.rendering.formats import PREVIEWS, PreviewName

LOOK_AGAIN_SECONDS = (2, 3, 5, 8, 13, 21, 34, 55)
"""How long a page whose picture is being made waits before it looks again, each time; then it stops."""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    menu = sorted(LANGUAGES.values(), key=lambda words: words.tag)
    environment.filters["srcset"] = srcset
    environment.globals |= {
        "say": say,
        "path_of": path_of,
        "menu": menu,
        "language_parameter": LANGUAGE_PARAMETER,
    }
    return environment


def srcset(previews: Mapping[PreviewName, str], suffix: str, pixels: int) -> str:
    """The addresses of the previews of one format, each with its width, for a page drawn this many pixels wide."""
    widths = {
        min(preview.width, pixels): path_of(previews[name])
        for name, preview in sorted(PREVIEWS.items(), key=lambda each: -each[1].width)
        if preview.suffix == suffix
    }
    return ", ".join(f"{address} {width}w" for width, address in sorted(widths.items()))


PAGES = _environment()


def check_html(page: CheckPage, reader: Reader, *, looks: int = 0) -> str:
    """The check page: our own words in the language of its reader, the certificate's in its own.

    ``looks`` counts how often it has looked again for a picture that is being made.
    """
    is_to_come = page.state == "recorded" or (page.state == "rendered" and not page.is_preview_made)
    waiting = is_to_come and looks < len(LOOK_AGAIN_SECONDS)
    root = _path_before(page.addresses.check, "/check/")
    words = reader.words
    speaker = Speaker(words=words, language=page.language, timezone=page.timezone)
    title = page.title or words.a_certificate.format(issuer=page.issuer)
    return PAGES.get_template("check.html").render(
        page=page,
        reader=reader,
        words=words,
        speaker=speaker,
        verdict=speaker.verdict(page.report),
        checks=speaker.checks(page.report),
        title=title,
        headline=headline(title, page.recipient),
        root=root,
        static=f"{root}/static/public/{DIGEST}",
        check_path=path_of(page.addresses.check),
        look_again_seconds=LOOK_AGAIN_SECONDS[looks] if waiting else None,
        looks=looks,
    )


def missing_html(reader: Reader, *, public_url: str) -> str:
    """The page of a code that no certificate has, whether well formed or not."""
    return plain_page("missing.html", reader, public_url)


def landing_html(reader: Reader, *, public_url: str) -> str:
    """The front page: what this server is, and a place to enter a code."""
    return plain_page("landing.html", reader, public_url)


def error_html(
    reader: Reader, *, public_url: str, kind: ErrorKind, status: int, request_number: str | None = None
) -> str:
    """The page of an error, with the ways on. ``request_number`` is shown when the operator will need it."""
    values = {"kind": kind, "status": status, "request_number": request_number}
    return plain_page("error.html", reader, public_url, **values)


def plain_page(template: str, reader: Reader, public_url: str, **values: object) -> str:
    """A page that belongs to no certificate, in the language of its reader."""
    root = urlsplit(public_url).path.rstrip("/")
    return PAGES.get_template(template).render(
        reader=reader, words=reader.words, root=root, static=f"{root}/static/public/{DIGEST}", **values
    )


def _path_before(address: str, part: str) -> str:
    """The path under which the installation lives (often empty): pages use it, so that they also work when
    reached through another host name than the public one."""
    return urlsplit(address).path.rpartition(part)[0]
