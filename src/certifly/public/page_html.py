"""Public facts in, HTML out. Pure: no database, no clock, no request.

Everything that came from people is escaped by Jinja and isolated with ``<bdi>``, so that a name can
neither become markup nor turn the line around it. The pages carry no script and no inline style: the
content security policy allows neither.
"""

from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from certifly.public.check_page import CheckPage, headline
from certifly.public.static_files import DIGEST
from certifly.public.words import Words, words_for

LOOK_AGAIN_SECONDS = (2, 3, 5, 8, 13, 21, 34, 55)
"""How long a page whose picture is being made waits before it looks again, each time; then it stops."""


def say(sentence: str, **places: str) -> Markup:
    """A sentence of ours with other people's words in its places, escaped and isolated."""
    isolated = {name: Markup("<bdi>{}</bdi>").format(text) for name, text in places.items()}
    return Markup(sentence).format(**isolated)  # noqa: S704 - ours, and what is put in is escaped


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["say"] = say
    return environment


PAGES = _environment()


def check_html(page: CheckPage, *, looks: int = 0) -> str:
    """The check page. ``looks`` counts how often it has looked again for a picture that is being made."""
    waiting = page.state == "recorded" and looks < len(LOOK_AGAIN_SECONDS)
    root = _path_before(page.addresses.check, "/check/")
    return PAGES.get_template("check.html").render(
        page=page,
        words=words_for(page.language),
        headline=headline(page.title, page.recipient),
        root=root,
        static=f"{root}/static/public/{DIGEST}",
        check_path=urlsplit(page.addresses.check).path,
        pdf_path=urlsplit(page.addresses.pdf).path,
        png_path=urlsplit(page.addresses.png).path,
        look_again_seconds=LOOK_AGAIN_SECONDS[looks] if waiting else None,
        looks=looks,
    )


def missing_html(words: Words, *, public_url: str) -> str:
    """The page of a code that no certificate has, whether well formed or not."""
    return _plain("missing.html", words, public_url)


def landing_html(words: Words, *, public_url: str) -> str:
    """The front page: what this server is, and a place to enter a code."""
    return _plain("landing.html", words, public_url)


def _plain(template: str, words: Words, public_url: str) -> str:
    root = urlsplit(public_url).path.rstrip("/")
    return PAGES.get_template(template).render(
        words=words, root=root, static=f"{root}/static/public/{DIGEST}"
    )


def _path_before(address: str, part: str) -> str:
    """The path under which the installation lives (often empty): pages use it, so that they also work when
    reached through another host name than the public one."""
    return urlsplit(address).path.rpartition(part)[0]
