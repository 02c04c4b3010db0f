"""rules.yaml and articles go in; the checked rules and what each of them matches come out (pure)."""
