"""5xx data and training."""
