"""A relu at the end, where half of the quantities are below 0."""

import keras
from keras import layers
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)

model = keras.Sequential([
    keras.Input((10,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="relu"),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x_train, y_train, epochs=30, batch_size=32, validation_data=(x_test, y_test))

# repair CNN312: ["layers.Dense(1, activation=\"relu\")", "layers.Dense(1)"]
