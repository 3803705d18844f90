"""What can be wrong with a caller."""

from certifly.core.errors import DomainError


class TokenMissing(DomainError):
    """The call carries no bearer token."""

    def __init__(self) -> None:
        super().__init__('Send a token: "Authorization: Bearer <token>".')


class TokenRefused(DomainError):
    """The token is unknown, expired or revoked; which of these is not told to a stranger."""

    def __init__(self) -> None:
        super().__init__(
            "This token is not valid. It may be mistyped, expired or revoked; ask your operator for another."
        )


class ScopeMissing(DomainError):
    """The token is valid, but may not do this."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This token lacks the scope {scope}. Use a token that has it.")
        self.scope = scope


class TenantSlugTaken(DomainError):
    """Another tenant has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is already a tenant {slug}. Choose another slug.")
        self.slug = slug
