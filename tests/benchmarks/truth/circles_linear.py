"""Two layers without an activation between, on circles that no line parts."""

import keras
from keras import layers
from sklearn.datasets import make_circles

x_train, y_train = make_circles(500, noise=0.1, factor=0.5, random_state=0)
x_test, y_test = make_circles(400, noise=0.1, factor=0.5, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(16),
    layers.Dense(8),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=80, batch_size=32, validation_data=(x_test, y_test))

# repair CNN103: ["    layers.Dense(16),", "    layers.Dense(16, activation=\"relu\"),"]
# repair CNN103: ["    layers.Dense(8),", "    layers.Dense(8, activation=\"relu\"),"]
