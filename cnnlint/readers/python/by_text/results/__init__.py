"""What the text shows of predictions, scores, and models that are saved."""
