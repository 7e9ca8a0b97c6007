"""What the text shows of losses and other formulas that a program writes out itself."""
