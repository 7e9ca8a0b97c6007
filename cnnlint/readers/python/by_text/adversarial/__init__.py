"""What the text shows of a generator and of what judges it."""
