"""Values go in and come out of the database: decisions, deliveries, digests, silences (SQL)."""
