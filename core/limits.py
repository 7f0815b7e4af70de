"""Limits of a call."""

CALL_SECONDS = 30.0
"""Seconds a call may take, where neither the user nor a contract says otherwise."""
