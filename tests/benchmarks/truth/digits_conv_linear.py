"""Two convolutions without an activation, an average taken behind each, on small digits."""

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1) / 16.0
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(12, 3, padding="same", name="a"),
    layers.AveragePooling2D(2),
    layers.Conv2D(24, 3, padding="same", name="b"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=40, batch_size=32, validation_data=(x_test, y_test))

# repair CNN102: ["name=\"a\"", "name=\"a\", activation=\"relu\""]
# repair CNN102: ["name=\"b\"", "name=\"b\", activation=\"relu\""]
