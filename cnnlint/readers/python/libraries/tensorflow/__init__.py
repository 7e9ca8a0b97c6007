"""TensorFlow, where it is more than a row of the API tables."""
