"""What the text of a program shows by itself, whatever is known of the values in it."""
