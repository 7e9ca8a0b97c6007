"""What the calls of Keras and TensorFlow do to the graph."""
