"""The database: tables' common ground, the tenant's door to its rows, and the writer that commits for many."""
