"""Text and links of articles go in; folded words, figures, dates and clean links come out (pure)."""
