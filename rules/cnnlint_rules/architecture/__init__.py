"""2xx architecture."""
