"""A source or an address goes in; what the server answered comes out, read in a child process."""
