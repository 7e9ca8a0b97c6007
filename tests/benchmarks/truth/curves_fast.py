"""Adam at 0.3 on Friedman's first table."""

import keras
from keras import layers
from sklearn.datasets import make_friedman1

x_train, y_train = make_friedman1(600, noise=0.5, random_state=0)
x_test, y_test = make_friedman1(400, noise=0.5, random_state=1)

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(0.3), loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=80, batch_size=25, validation_data=(x_test, y_test))

# repair CNN505: ["Adam(0.3)", "Adam(0.001)"]
