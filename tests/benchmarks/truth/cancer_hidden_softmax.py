"""A softmax between two dense layers, on measurements of tumours."""

import keras
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

x, y = load_breast_cancer(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential([
    keras.Input((30,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="softmax"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=30, batch_size=32, validation_data=(x_test, y_test))

# repair CNN106: ["activation=\"softmax\"", "activation=\"relu\""]
