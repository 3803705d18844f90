"""DOOR for readers: the handbook as pages and as Markdown, its search, and a place to try calls."""
