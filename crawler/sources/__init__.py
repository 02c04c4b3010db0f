"""A source and the answer to a poll go in; its next state and its health come out (pure)."""
