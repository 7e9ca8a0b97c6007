from tensorflow.keras import Model
from tensorflow.keras.applications import VGG16
from tensorflow.keras.layers import Dense, Flatten
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing.image import ImageDataGenerator

base = VGG16(weights="imagenet", include_top=False, input_shape=(224, 224, 3))
for layer in base.layers:
    layer.trainable = False
x = Flatten()(base.output)
x = Dense(256, activation="relu")(x)
out = Dense(1, activation="sigmoid")(x)
model = Model(base.input, out)
model.compile(optimizer=Adam(1.0), loss="categorical_crossentropy", metrics=["accuracy"])
images = ImageDataGenerator().flow_from_directory("train", target_size=(224, 224), class_mode="binary", batch_size=32)
model.fit(images, epochs=10)
