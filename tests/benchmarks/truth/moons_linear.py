"""Two layers without an activation between, on two moons that no line parts."""

import keras
from keras import layers
from sklearn.datasets import make_moons

x_train, y_train = make_moons(600, noise=0.15, random_state=0)
x_test, y_test = make_moons(400, noise=0.15, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(16),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=60, batch_size=32, validation_data=(x_test, y_test))

# repair CNN103: ["layers.Dense(16)", "layers.Dense(16, activation=\"relu\")"]
