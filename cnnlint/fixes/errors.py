"""Why there is no fix."""

from __future__ import annotations


class NoFix(Exception):
    """The remedy has no precise and minimal form in this text; the message says why."""
