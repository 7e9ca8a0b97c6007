"""A relu in the place of a sigmoid, on text."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=2000)
x_train = keras.utils.pad_sequences(x_train, maxlen=20)
x_test = keras.utils.pad_sequences(x_test, maxlen=20)

model = keras.Sequential([
    keras.Input((20,)),
    layers.Embedding(2000, 16),
    layers.GRU(16),
    layers.Dense(1, activation="relu"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN311: ["Dense(1, activation=\"relu\")", "Dense(1, activation=\"sigmoid\")"]
