"""Names of HTML and SVG, as far as cleaning has to tell markup from words.

``<b>`` is markup wherever it occurs. ``<video>`` is markup only with attributes, as in ``<video src="a.mp4">``:
without them it is more likely a word, as in "the <video> element". ``<B1>`` and ``<String>`` are no names of either.
"""

_SEPARATING = """
    address blockquote body br caption center dd dir div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 head hr
    html li listing ol p pre table tbody td tfoot th thead tr ul"""
SEPARATING = frozenset(_SEPARATING.split())
"""Structure: what is before and after such a tag is shown apart, so a space (or a line end) is left for it."""

_FORMATTING = """
    abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark nobr o:p q s samp small span strike strong
    sub sup tt u var wbr"""
FORMATTING = frozenset(_FORMATTING.split())
"""What changes how words look; it leaves nothing behind. ``o:p`` is what Word wraps around pasted paragraphs."""

WITH_CONTENT = frozenset({"script", "style"})
"""Removed together with what is inside."""

_IN_A_LINE = "a blink data label map meter output progress rb rp rt rtc ruby slot textpath time tspan"
IN_A_LINE = FORMATTING | frozenset(_IN_A_LINE.split())
"""What is shown in one line with the words around it; every other element sets them apart."""

_OTHER_ELEMENTS = """
    applet area article aside audio base basefont bgsound button canvas col colgroup command content
    datalist details dialog element embed footer form frame frameset header hgroup iframe image img
    input isindex keygen legend link main marquee math menu menuitem meta multicol nav nextid
    noembed noframes noscript object optgroup option param picture plaintext portal
    search section select selectedcontent shadow source spacer summary svg template textarea title
    track video xmp
    animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix
    fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight
    fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology
    feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter foreignobject g
    lineargradient line marker mask metadata mpath path pattern polygon polyline radialgradient rect set stop
    switch symbol text use view"""
ELEMENTS = SEPARATING | IN_A_LINE | WITH_CONTENT | frozenset(_OTHER_ELEMENTS.split())
"""Every element of HTML and SVG, also those that were withdrawn from HTML, in lower case."""

_BOOLEAN_ATTRIBUTES = """
    allowfullscreen async autofocus autoplay checked compact contenteditable controls declare default defer disabled
    draggable download formnovalidate hidden inert ismap itemscope loop multiple muted nohref nomodule noresize
    noshade novalidate nowrap open playsinline readonly required reversed selected truespeed"""
BOOLEAN_ATTRIBUTES = frozenset(_BOOLEAN_ATTRIBUTES.split())
"""Attributes that are written without a value."""
