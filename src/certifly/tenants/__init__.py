"""Who issues: tenants, their tokens, and what a token may do."""
