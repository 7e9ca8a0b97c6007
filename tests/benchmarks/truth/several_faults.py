"""Seven faults in one small model."""

import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32")
x_test = x_test.reshape(-1, 784).astype("float32") / 255

model = keras.Sequential([
    keras.Input((784,)),
    layers.Dense(64, activation="softmax"),
    layers.Dropout(0.8),
    layers.BatchNormalization(),
    layers.Dense(32),
    layers.Dense(10, activation="relu"),
    layers.Softmax(),
])
model.compile(optimizer=keras.optimizers.Adam(0.2), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, batch_size=32, validation_data=(x_test, y_test))

# repair CNN106: ["64, activation=\"softmax\"", "64, activation=\"relu\""]
# repair CNN212: ["Dropout(0.8)", "Dropout(0.2)"]
# repair CNN406: ["layers.BatchNormalization(),\n    layers.Dense(32)", "layers.Dense(32)", "    layers.Dropout(", "    layers.BatchNormalization(),\n    layers.Dropout("]
# repair CNN103: ["layers.Dense(32)", "layers.Dense(32, activation=\"relu\")"]
# repair CNN101: ["layers.Dense(10, activation=\"relu\")", "layers.Dense(10)"]
# repair CNN505: ["Adam(0.2)", "Adam(0.001)"]
# repair CNN501: ["x_train = x_train.reshape(-1, 784).astype(\"float32\")", "x_train = x_train.reshape(-1, 784).astype(\"float32\") / 255"]
