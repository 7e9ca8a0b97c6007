"""Classes and functions of the program's own that are models, layers, cells or activations."""
