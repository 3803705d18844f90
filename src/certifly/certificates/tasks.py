"""The jobs of certificates, as the worker runs them."""

from certifly.certificates.produce import produce
