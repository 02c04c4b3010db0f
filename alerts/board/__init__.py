"""A store, its rules and a browser's request go in; the watch board's pages, JSON and feeds come out over HTTP."""
