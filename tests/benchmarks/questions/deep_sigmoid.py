import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

data = np.loadtxt("pima.csv", delimiter=",")
X, y = data[:, 0:8], data[:, 8]
model = Sequential()
model.add(Dense(32, input_dim=8, activation="sigmoid"))
model.add(Dense(32, activation="sigmoid"))
model.add(Dense(32, activation="sigmoid"))
model.add(Dense(2, activation="sigmoid"))
model.compile(loss="mse", optimizer=SGD(learning_rate=5.0), metrics=["accuracy"])
model.fit(X, y, epochs=150, batch_size=10)
