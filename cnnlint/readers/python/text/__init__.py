"""From bytes to a libcst tree with positions, or a clear problem."""
