"""What the reader knows of libraries: their functions, and what a call of each does. What is not listed is unknown."""
