"""Look at every part of an installation, and say what is set, reachable, missing and failed: ``doctor``."""
