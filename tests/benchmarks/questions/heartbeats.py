from tensorflow.keras import Sequential
from tensorflow.keras.layers import Conv1D, Dense, Flatten, MaxPooling1D

model = Sequential()
model.add(Conv1D(16, 5, input_shape=(187, 1)))
model.add(Conv1D(32, 5))
model.add(MaxPooling1D(2))
model.add(Flatten())
model.add(Dense(5))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
