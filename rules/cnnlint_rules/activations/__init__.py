"""1xx activations."""
