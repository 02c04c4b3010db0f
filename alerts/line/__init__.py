"""Stored revisions and what waits go in; deliveries are queued, sent and recorded, a commit each."""
