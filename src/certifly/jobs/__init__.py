"""Durable jobs: what happens after the commit, promised in the same commit. Stands on DBOS, in our database."""
