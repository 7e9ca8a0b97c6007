"""Models: how they are made, of layers and of each other, and what programs ask of them."""
