"""The next value of a noisy series from the last thirty."""

import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential

values = np.random.uniform(-1.0, 1.0, size=2000)
windows = np.array([values[i : i + 30] for i in range(len(values) - 30)])[..., None]
following = values[30:]
model = Sequential()
model.add(Input((30, 1)))
model.add(LSTM(50, return_sequences=True))
model.add(LSTM(50))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")
model.fit(windows, following, epochs=20, batch_size=32)
