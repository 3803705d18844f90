"""Signed statements: the credential, its proofs, the seal of the PDF, and the keys behind them."""
