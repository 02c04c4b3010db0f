"""The time goes in; what is due is polled, and each poll's articles and state are stored together."""
