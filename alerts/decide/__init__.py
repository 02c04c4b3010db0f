"""Matches, what was told and the time go in; what to tell whom, when and why comes out (pure)."""
