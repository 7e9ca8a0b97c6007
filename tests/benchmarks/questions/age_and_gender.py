from tensorflow.keras import Input, Model, layers

inputs = Input(shape=(48, 48, 1))
x = layers.Conv2D(32, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(64, 3, activation="relu")(x)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dense(64, activation="relu")(x)
gender = layers.Dense(1, activation="softmax", name="gender")(x)
age = layers.Dense(1, activation="relu", name="age")(x)
model = Model(inputs, [gender, age])
model.compile(
    optimizer="adam",
    loss={"gender": "binary_crossentropy", "age": "mse"},
    metrics={"gender": "accuracy", "age": "mae"},
)
