"""The abstract interpreter: what Python itself does, over abstract values."""
