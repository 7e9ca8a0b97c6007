"""Irises: one-hot labels by scikit-learn."""

from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from keras.layers import Dense, Input
from keras.models import Sequential

iris = load_iris()
y = OneHotEncoder(sparse_output=False).fit_transform(iris.target.reshape(-1, 1))
x_train, x_test, y_train, y_test = train_test_split(iris.data, y, test_size=0.2, random_state=3)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)
model = Sequential()
model.add(Input(shape=(4,)))
model.add(Dense(16, activation="relu"))
model.add(Dense(16, activation="relu"))
model.add(Dense(3, activation="softmax"))
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=60, batch_size=8, validation_data=(x_test, y_test))
model.evaluate(x_test, y_test)
