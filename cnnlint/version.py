"""The version, of which there is no other copy."""

__version__ = "0.1.0"
