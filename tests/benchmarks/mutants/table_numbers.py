"""Made-up classes of scikit-learn."""

from sklearn.datasets import make_classification
from sklearn.model_selection import train_test_split
import keras
from keras import layers

X, y = make_classification(n_samples=2000, n_features=12, random_state=4)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3)
model = keras.Sequential([
    layers.Input((12,)),
    layers.Dense(24, activation="relu"),
    layers.Dense(12, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(loss=keras.losses.BinaryCrossentropy(), optimizer="sgd", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=40, batch_size=32)
model.evaluate(X_test, y_test)
