"""A job becomes a PDF or an SVG: the typesetter, in this process.

One ``Engine`` belongs to one thread of one process: the compiler inside cannot be shared. A compile
cannot be interrupted either, so whoever draws for strangers does it in a child process (``pool.py``).
Same job, same bytes, in every process: the only clock is the job's.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import typst

from certifly.rendering.creator import name_creator
from certifly.rendering.drawing import drawing_of
from certifly.rendering.errors import RenderFailed
from certifly.rendering.fonts import font_book
from certifly.rendering.job import RenderJob

PDF_STANDARDS: "list[typst.PDFStandard]" = ["a-3b", "ua-1"]

_PROGRAM = Path(__file__).parent / "program.typ"


class Engine:
    """Draws jobs one after the other. ``root`` is a folder of this engine's own, for program and assets."""

    def __init__(self, root: Path, fonts_dir: Path | None = None) -> None:
        self._root = root
        (root / "assets").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_PROGRAM, root / _PROGRAM.name)
        self._compiler = typst.Compiler(
            root / _PROGRAM.name,
            root=root,
            font_paths=font_book(fonts_dir).engine_fonts,
            ignore_system_fonts=True,
            package_path=root / "no-packages",
            package_cache_path=root / "no-packages",
        )

    def pdf(self, job: RenderJob) -> bytes:
        """PDF/A-3b and PDF/UA-1. Raises RenderFailed."""
        return name_creator(self._compile(job, "pdf", PDF_STANDARDS))

    def svg(self, job: RenderJob) -> str:
        """The same page for screens; text is drawn as paths. Raises RenderFailed."""
        return self._compile(job, "svg", []).decode()

    def _compile(
        self, job: RenderJob, format: "typst.OutputFormat", standards: "list[typst.PDFStandard]"
    ) -> bytes:
        paths = {name: self._store(name, content) for name, content in job.assets.items()}
        inputs = {"job": json.dumps(drawing_of(job, paths), ensure_ascii=False)}
        timestamp = int(job.created_at.timestamp())
        try:
            made: Any = self._compiler.compile(
                format=format, sys_inputs=inputs, pdf_standards=standards, timestamp=timestamp
            )
        except typst.TypstError as error:
            raise RenderFailed(error.message) from error
        return bytes(made)

    def _store(self, name: str, content: bytes) -> str:
        """Put an asset where the compiler can read it, under a name of ours; its path inside the root."""
        path = f"assets/{name.removeprefix('sha256:')}.{_suffix(content)}"
        target = self._root / path
        if not target.exists():
            target.write_bytes(content)
        return "/" + path


def _suffix(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "png"
    return "jpg" if content.startswith(b"\xff\xd8") else "svg"
