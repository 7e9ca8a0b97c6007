"""A face's age and whether it smiles."""

import keras
import numpy as np
from keras import layers

pictures = np.random.rand(500, 64, 64, 3)
ages = np.random.uniform(1.0, 90.0, size=(500, 1))
smiles = np.random.randint(0, 2, size=(500, 1))
inputs = keras.Input((64, 64, 3))
x = layers.Conv2D(32, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(64, 3, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(64, activation="relu")(x)
age = layers.Dense(1, name="age")(x)
smile = layers.Dense(1, activation="sigmoid", name="smile")(x)
model = keras.Model(inputs, [age, smile])
model.compile(optimizer="adam", loss={"age": "mse", "smile": "binary_crossentropy"},
              metrics={"age": ["mae"], "smile": ["accuracy"]})
model.fit(pictures, {"age": ages, "smile": smiles}, epochs=10, batch_size=16)
