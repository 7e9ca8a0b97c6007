"""No activation in the first of two layers, on two circles."""

import keras
from keras import layers
from sklearn.datasets import make_circles

x_train, y_train = make_circles(600, noise=0.15, factor=0.4, random_state=0)
x_test, y_test = make_circles(400, noise=0.15, factor=0.4, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(16),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=50, batch_size=30, validation_data=(x_test, y_test))

# repair CNN103: ["layers.Dense(16),", "layers.Dense(16, activation=\"relu\"),"]
