"""SVG pictures: read what was uploaded, and write what a browser shows of it in a form that the renderer draws alike.

``reading`` (XML), ``stylesheet``, ``selectors`` and ``cascade`` (CSS), ``drawing`` (what is painted), ``sanitise`` (the
entrance). What draws and is not on the allow list is refused by its name.
"""
