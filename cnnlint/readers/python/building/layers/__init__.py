"""Keras's layers: how they are made, what they refuse, and what they do to tensors."""
