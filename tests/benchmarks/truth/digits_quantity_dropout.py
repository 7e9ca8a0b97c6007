"""Four fifths dropped where a quantity is read off the digits of scikit-learn."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1) / 16
x_train, x_test, y_train, y_test = train_test_split(x, y / 9, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(8, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(48, activation="relu"),
    layers.Dropout(0.8),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=30, batch_size=32, validation_data=(x_test, y_test))

# repair CNN212: ["layers.Dropout(0.8)", "layers.Dropout(0.5)"]
