"""7xx use of the API."""
