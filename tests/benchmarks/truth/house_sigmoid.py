"""Three hidden layers of sigmoids on house prices."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential([
    keras.Input((13,)),
    layers.Dense(32, activation="sigmoid", name="a"),
    layers.Dense(32, activation="sigmoid", name="b"),
    layers.Dense(32, activation="sigmoid", name="c"),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=100, batch_size=32, validation_data=(x_test, y_test))

# repair CNN107: ["activation=\"sigmoid\"", "activation=\"relu\""]
