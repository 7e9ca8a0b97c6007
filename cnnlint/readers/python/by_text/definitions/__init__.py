"""What the text shows of a program's own classes and functions."""
