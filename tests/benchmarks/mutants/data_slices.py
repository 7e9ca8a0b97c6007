"""Arrays as a pipeline with a function mapped over it."""

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()


def prepare(image, label):
    return tf.cast(image, tf.float32) / 255.0, tf.one_hot(tf.squeeze(label), 10)


train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).map(prepare).shuffle(1000).batch(64)
test = tf.data.Dataset.from_tensor_slices((x_test, y_test)).map(prepare).batch(64)
inputs = keras.Input((32, 32, 3))
x = layers.Conv2D(32, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(64, 3, activation="relu")(x)
x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
x = layers.Dense(128, activation="relu")(x)
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=5, validation_data=test)
model.evaluate(test)
