"""From bytes to a tree with positions, or a clear problem."""
