"""`python -m alerts` is the command `watchfloor`."""

from alerts.cli import main

main()
