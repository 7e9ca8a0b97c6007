"""Adam at 0.5 on two moons."""

import keras
from keras import layers
from sklearn.datasets import make_moons

x_train, y_train = make_moons(600, noise=0.2, random_state=0)
x_test, y_test = make_moons(400, noise=0.2, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.5), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=60, batch_size=32, validation_data=(x_test, y_test))

# repair CNN505: ["Adam(0.5)", "Adam(0.001)"]
