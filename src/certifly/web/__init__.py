"""What the doors that speak HTTP share: who calls, decoding, error answers, idempotency, paging."""
