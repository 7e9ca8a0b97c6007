"""A model graph as a model of Keras: its layers, weights, losses, and smaller copies of it."""
