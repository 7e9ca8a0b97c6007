"""Readers: each turns one kind of file into the model graph."""
