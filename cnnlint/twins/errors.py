"""What can go wrong with a remedy."""

from __future__ import annotations


class RemedyError(ValueError):
    """An edit does not apply to this model; the message says which and why."""
