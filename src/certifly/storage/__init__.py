"""Keeps bytes (PDFs, pictures) by the digest of their content, on disk or in a bucket."""
