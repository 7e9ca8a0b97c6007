"""Customers of a bank, from a file of columns."""

import pandas as pd
from keras.layers import Dense
from keras.models import Sequential
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler

dataset = pd.read_csv("customers.csv")
x = dataset.iloc[:, 3:13].values
y = LabelEncoder().fit_transform(dataset["segment"])
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
sc = StandardScaler()
x_train = sc.fit_transform(x_train)
x_test = sc.transform(x_test)
classifier = Sequential()
classifier.add(Dense(24, activation="relu", input_dim=10))
classifier.add(Dense(24, activation="relu"))
classifier.add(Dense(4, activation="softmax"))
classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
classifier.fit(x_train, y_train, batch_size=10, epochs=50)
classifier.evaluate(x_test, y_test)
