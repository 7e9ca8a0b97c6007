"""Nine tenths dropped where a quantity is read off a picture."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255
x_test = x_test.reshape(-1, 28, 28, 1).astype("float32") / 255
y_train = y_train / 9
y_test = y_test / 9

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    layers.Conv2D(8, 5, strides=3, activation="relu"),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dropout(0.9),
    layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN212: ["layers.Dropout(0.9)", "layers.Dropout(0.5)"]
