from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Conv2D, Dense, Flatten, MaxPooling2D

picture = Input(shape=(64, 64, 3))
x = Conv2D(16, 3, activation="relu")(picture)
x = MaxPooling2D()(x)
x = Conv2D(32, 3, activation="relu")(x)
x = MaxPooling2D()(x)
x = Flatten()(x)
numbers = Input(shape=(12,))
h = Dense(16, activation="softmax")(numbers)
both = Concatenate()([x, h])
both = Dense(64, activation="relu")(both)
out = Dense(4, activation="relu")(both)
model = Model(inputs=[picture, numbers], outputs=out)
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
