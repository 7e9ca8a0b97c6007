"""A plane through points, with variables of one's own."""

import numpy as np
import tensorflow as tf

points = np.random.randn(500, 3).astype("float32")
heights = points @ np.array([[2.0], [-3.0], [1.0]], dtype="float32") + 0.5
w = tf.Variable(tf.random.normal((3, 1)))
b = tf.Variable(tf.zeros((1,)))
for step in range(200):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(points, w) + b - heights))
    dw, db = tape.gradient(loss, [w, b])
    w.assign_sub(0.05 * dw)
    b.assign_sub(0.05 * db)
