"""Dropout before the pooling, on the digits of scikit-learn."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1) / 16
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Dropout(0.4),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=25, batch_size=32, validation_data=(x_test, y_test))

# select CNN211
# repair CNN211: ["    layers.Dropout(0.4),\n    layers.MaxPooling2D(2)", "    layers.MaxPooling2D(2),\n    layers.Dropout(0.4)"]
