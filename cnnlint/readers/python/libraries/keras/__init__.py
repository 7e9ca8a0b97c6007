"""Keras and what is built on it, where they are more than layers."""
