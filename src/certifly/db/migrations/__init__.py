"""Numbered, linear migrations, safe while the previous release is still running."""
