"""Designs: documents, their published versions, their pictures, and the data that fits them."""
