"""A dense layer without an activation behind the inputs, on quantities that follow six others by curves."""

import keras
from keras import layers
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

x, y = make_friedman1(800, n_features=6, noise=0.5, random_state=0)
y = (y - y.mean()) / y.std()
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((6,)),
    layers.Dense(32),
    layers.Dense(32, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=60, batch_size=32, validation_data=(x_test, y_test))

# repair CNN103: ["    layers.Dense(32),", "    layers.Dense(32, activation=\"relu\"),"]
