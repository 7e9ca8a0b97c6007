"""A dense layer without an activation before the output, on quantities that follow eight others by curves."""

import keras
from keras import layers
from sklearn.datasets import make_friedman1
from sklearn.model_selection import train_test_split

x, y = make_friedman1(1500, n_features=8, noise=1.0, random_state=0)
y = (y - y.mean()) / y.std()
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mae"])
model.fit(x_train, y_train, epochs=50, batch_size=32, validation_data=(x_test, y_test))

# repair CNN103: ["layers.Dense(64),", "layers.Dense(64, activation=\"relu\"),"]
