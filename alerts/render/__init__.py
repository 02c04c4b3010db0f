"""Alerts, digests and notices as messages. Pure; `form_of` in form.py is the way in."""
