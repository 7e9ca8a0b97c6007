"""Dropout of 0.8 beside many units, on scikit-learn's digits: hundreds of them are left."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x = x / 16
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(1024, activation="relu"),
    layers.Dropout(0.8),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, batch_size=32, validation_data=(x_test, y_test))

# repair CNN212: ["Dropout(0.8)", "Dropout(0.5)"]
