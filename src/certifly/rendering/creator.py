"""The program that a PDF names as its creator: Certifly, in place of the typesetter inside it.

Typst writes its own name into the Info dictionary (``/Creator``) and the XMP metadata (``xmp:CreatorTool``), and has
no setting for it. Both values are replaced by a shorter one, filled up with white space outside the value: no byte
offset in the file changes. No version is named: the same inputs give the same bytes in every release.
"""

import re

CREATOR = b"Certifly"

_TRAILER = re.compile(rb"trailer\n<<[^>]*/Info ([0-9]+) 0 R[^>]*>>\nstartxref\n([0-9]+)\n%%EOF\s*\Z")
_IN_INFO = re.compile(
    rb"/Creator\((Typst [0-9.]+\))/ModDate\(D:[0-9Z]+\)/CreationDate\(D:[0-9Z]+\)>>\nendobj\n\Z"
)
_IN_XMP = re.compile(rb"<xmp:CreatorTool>(Typst [0-9.]+</xmp:CreatorTool>)")

TRAILER_BYTES_MAX = 1000
XREF_ENTRY_BYTES = 20


def name_creator(pdf: bytes) -> bytes:
    """A PDF that Typst has just written, with our name as its creator; every object stays at its offset.

    The Info dictionary is found by the cross-reference table (ISO 32000-1, 7.5.4) and read from its end, because a
    title may hold any text, this one included.
    """
    trailer = _TRAILER.search(pdf, max(0, len(pdf) - TRAILER_BYTES_MAX))
    assert trailer is not None, "Typst ends a file with a classic trailer"
    info, xref = int(trailer[1]), int(trailer[2])
    begins, xmp_begins, xmp_ends = (_offset(pdf, xref, number) for number in (info, info + 1, info + 2))

    in_info = _IN_INFO.search(pdf, begins, xmp_begins)
    in_xmp = _IN_XMP.search(pdf, xmp_begins, xmp_ends)
    assert in_info is not None, "Typst names itself in the Info dictionary"
    assert in_xmp is not None, "Typst names itself in the XMP metadata, the object after the Info dictionary"
    named = bytearray(pdf)
    for found, closing in ((in_info, b")"), (in_xmp, b"</xmp:CreatorTool>")):
        named[slice(*found.span(1))] = (CREATOR + closing).ljust(len(found[1]))
    return bytes(named)


def _offset(pdf: bytes, xref: int, number: int) -> int:
    """Where an object begins, by the cross-reference table: ``xref\\n0 26\\n``, then an entry for each object."""
    entries = pdf.index(b"\n", pdf.index(b"\n", xref) + 1) + 1
    place = entries + number * XREF_ENTRY_BYTES
    return int(pdf[place : place + 10])
