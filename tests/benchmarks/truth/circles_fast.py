"""Adam at 0.3 on two circles."""

import keras
from keras import layers
from sklearn.datasets import make_circles

x_train, y_train = make_circles(500, noise=0.1, factor=0.6, random_state=0)
x_test, y_test = make_circles(400, noise=0.1, factor=0.6, random_state=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(24, activation="relu"),
    layers.Dense(24, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.3), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=80, batch_size=20, validation_data=(x_test, y_test))

# repair CNN505: ["Adam(0.3)", "Adam(0.001)"]
