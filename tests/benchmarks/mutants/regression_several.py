"""Two quantities at once."""

import numpy as np
import tensorflow as tf

features = np.random.uniform(-1, 1, size=(1000, 6))
targets = np.stack([3 * features[:, 0] + 1, 2 * features[:, 1] - 5], axis=1)
model = tf.keras.Sequential([
    tf.keras.layers.Input(shape=(6,)),
    tf.keras.layers.Dense(40, activation="relu"),
    tf.keras.layers.Dense(20, activation="relu"),
    tf.keras.layers.Dense(2),
])
model.compile(optimizer="adam", loss=tf.keras.losses.MeanSquaredError(), metrics=["mean_absolute_error"])
model.fit(features, targets, epochs=30, batch_size=32)
