"""Plain descent at 5 on a disease's progress in ten measurements."""

import keras
from keras import layers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
x_train = (x_train - mean) / deviation
x_test = (x_test - mean) / deviation

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.SGD(5.0), loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=40, batch_size=32, validation_data=(x_test, y_test))

# repair CNN505: ["SGD(5.0)", "SGD(0.01)"]
