from keras.layers import GRU, BatchNormalization, Dense, Dropout
from keras.models import Sequential
from keras.optimizers import Adam

model = Sequential()
model.add(GRU(64, input_shape=(128, 9)))
model.add(Dropout(0.9))
model.add(BatchNormalization())
model.add(Dense(6, activation="relu"))
model.add(Dense(6, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer=Adam(learning_rate=0.1), metrics=["accuracy"])
