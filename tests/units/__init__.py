"""The shipped units under a live systemd: python -m tests.units, as root."""
