"""Dropout before a batch normalisation, on irises."""

import keras
from keras import layers
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

x, y = load_iris(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(32, activation="relu"),
    layers.Dropout(0.3),
    layers.BatchNormalization(),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=60, batch_size=16, validation_data=(x_test, y_test))

# repair CNN406: ["    layers.Dropout(0.3),\n    layers.BatchNormalization(),\n", "    layers.BatchNormalization(),\n    layers.Dropout(0.3),\n"]
