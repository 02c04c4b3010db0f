"""YAML goes in; checked values come out, or every problem with its place and remedy."""
