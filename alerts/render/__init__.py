"""An alert, digest or notice goes in; the message in the form of the target's service comes out (pure)."""
