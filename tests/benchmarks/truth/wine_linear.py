"""Two layers without an activation between, on wines that planes part."""

import keras
from keras import layers
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

x, y = load_wine(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential([
    keras.Input((13,)),
    layers.Dense(24),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=40, batch_size=16, validation_data=(x_test, y_test))

# repair CNN103: ["    layers.Dense(24),", "    layers.Dense(24, activation=\"relu\"),"]
