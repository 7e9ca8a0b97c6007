"""Pictures of a folder as a pipeline, scaled in the model."""

import tensorflow as tf
from tensorflow.keras import layers

train = tf.keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="training", seed=1,
                                                    image_size=(180, 180), batch_size=32, label_mode="categorical")
valid = tf.keras.utils.image_dataset_from_directory("flowers", validation_split=0.2, subset="validation", seed=1,
                                                    image_size=(180, 180), batch_size=32, label_mode="categorical")
model = tf.keras.Sequential([
    layers.Input((180, 180, 3)),
    layers.Rescaling(1.0 / 255),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(64, activation="relu"),
    layers.Dense(5, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=valid, epochs=10)
