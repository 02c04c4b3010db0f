"""A configuration and a state directory go in; the daemon, its control, replays and reports come out."""
