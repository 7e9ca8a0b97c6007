"""Ways to break a program, by what they break."""
