"""Certifly: a self-hosted certificate issuance gateway."""

__version__ = "0.1.0"
