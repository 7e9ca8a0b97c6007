"""What the text shows of training: calls of Keras, tapes, steps and sessions, and what is never read."""
