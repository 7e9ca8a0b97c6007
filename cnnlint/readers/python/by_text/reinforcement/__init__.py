"""What the text shows of agents that learn from rewards."""
