"""Pages that a program writes: every call, error, setting, command and limit, from what the code says of itself.

Nothing here is typed in a second time: words come from docstrings, descriptions and help texts, numbers from the
constants. What lies above or beside the handbook is described by ``tools/`` in the JSON files here, which tests
hold against the code.
"""
