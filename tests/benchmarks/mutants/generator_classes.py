"""Several kinds of leaves by a generator of pictures."""

import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from tensorflow.keras.preprocessing.image import ImageDataGenerator

datagen = ImageDataGenerator(rescale=1.0 / 255, rotation_range=20, validation_split=0.2)
train = datagen.flow_from_directory("leaves", target_size=(128, 128), batch_size=32, class_mode="categorical",
                                    subset="training")
valid = datagen.flow_from_directory("leaves", target_size=(128, 128), batch_size=32, class_mode="categorical",
                                    subset="validation")
image = Input(shape=(128, 128, 3))
x = Conv2D(32, 3, activation="relu")(image)
x = MaxPooling2D()(x)
x = Conv2D(64, 3, activation="relu")(x)
x = MaxPooling2D()(x)
x = Flatten()(x)
x = Dense(128, activation="relu")(x)
answer = Dense(6, activation="softmax")(x)
model = tf.keras.Model(image, answer)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(train, epochs=12, validation_data=valid)
