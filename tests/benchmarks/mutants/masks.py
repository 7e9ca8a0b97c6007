"""A mask for each picture."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

pictures = np.random.rand(200, 64, 64, 3)
masks = np.random.randint(0, 2, size=(200, 64, 64, 1))
inputs = keras.Input((64, 64, 3))
down = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
x = layers.MaxPooling2D()(down)
x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
x = layers.UpSampling2D()(x)
x = layers.concatenate([x, down])
x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
outputs = layers.Conv2D(1, 1, activation="sigmoid")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(pictures, masks, epochs=10, batch_size=8)
