"""3xx loss, labels, metrics."""
