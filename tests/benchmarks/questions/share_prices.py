import numpy as np
from sklearn.preprocessing import MinMaxScaler
from tensorflow.keras.layers import LSTM, Dense, Dropout
from tensorflow.keras.models import Sequential

series = np.loadtxt("prices.csv", delimiter=",").reshape(-1, 1)
scaled = MinMaxScaler().fit_transform(series)
x, y = [], []
for i in range(60, len(scaled)):
    x.append(scaled[i - 60 : i, 0])
    y.append(scaled[i, 0])
x, y = np.array(x), np.array(y)
x = x.reshape(x.shape[0], x.shape[1], 1)

model = Sequential()
model.add(LSTM(50, return_sequences=True, input_shape=(60, 1)))
model.add(Dropout(0.2))
model.add(LSTM(50))
model.add(Dropout(0.85))
model.add(Dense(1, activation="relu"))
model.compile(optimizer="adam", loss="mean_squared_error", metrics=["accuracy"])
model.fit(x, y, epochs=50, batch_size=32)
