"""Several labels at once."""

import numpy as np
from keras import Input, Model
from keras.layers import Dense, Dropout
from sklearn.datasets import make_multilabel_classification

x, y = make_multilabel_classification(n_samples=1000, n_features=20, n_classes=6, random_state=1)
x = (x - x.mean(axis=0)) / x.std(axis=0)
inputs = Input(shape=(20,))
hidden = Dense(64, activation="relu")(inputs)
hidden = Dropout(0.2)(hidden)
hidden = Dense(32, activation="relu")(hidden)
outputs = Dense(6, activation="sigmoid")(hidden)
model = Model(inputs=inputs, outputs=outputs)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["binary_accuracy"])
model.fit(x, y, epochs=40, batch_size=32)
print(np.round(model.predict(x[:3])))
