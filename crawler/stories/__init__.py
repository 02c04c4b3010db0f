"""A new article and its candidates go in; its story and thread, and why, come out (pure)."""
