"""Is this genuine? From facts to a report of named checks."""
