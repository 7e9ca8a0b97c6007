"""A table whose columns reach from a tenth to a thousand, fed as it is."""

import keras
from keras import layers
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

x, y = load_wine(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)

model = keras.Sequential([
    keras.Input((13,)),
    layers.Dense(24, activation="softmax"),
    layers.Dense(24, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=40, batch_size=16, validation_data=(x_test, y_test))

# repair CNN106: ["layers.Dense(24, activation=\"softmax\")", "layers.Dense(24, activation=\"relu\")"]
# repair CNN501: ["x, y = load_wine(return_X_y=True)", "x, y = load_wine(return_X_y=True)\nx = (x - x.mean(axis=0)) / x.std(axis=0)"]
