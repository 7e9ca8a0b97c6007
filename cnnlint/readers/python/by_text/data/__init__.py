"""What the text shows of samples: how they are parted, ordered, batched and prepared."""
