"""What is claimed of arrays: a program each, and the facts of `v` that a model is fed with in the end.

Each was once claimed otherwise than numpy, pandas, scikit-learn or Keras have it; "absent" is: nothing may be claimed.
"""

from __future__ import annotations

from typing import Any

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import linter
from cnnlint.readers.python import read

HEAD = """\
import os
import numpy as np
import pandas as pd
import keras
import sklearn.datasets
from sklearn.preprocessing import LabelBinarizer, MinMaxScaler, OneHotEncoder, StandardScaler, label_binarize
from sklearn.model_selection import KFold, train_test_split
from keras.utils import pad_sequences
"""
TAIL = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile(loss="mse", optimizer="adam")
model.predict(v)
"""
MANY = 'int(os.environ["COUNT"])'
TABLE = 'd = pd.DataFrame({"a": [1, 2, 3, 4], "b": [0.5, 1.5, 2.5, 3.5]})\n'


def claims(body: str) -> dict[str, Any]:
    """The facts of what the model is fed."""
    program = read("program.py", (HEAD + body + TAIL).encode()).program
    assert program is not None
    (feed,) = program.models[0].training.feeds
    facts = feed.x
    names = ("shape", "dtype", "low", "high", "encoding", "classes")
    found = {name: getattr(facts, name) if facts is not None else None for name in names}
    return {name: "absent" if value is None else value for name, value in found.items()}


#: a list that a loop over files fills
FILES = "y = []\nfor k, name in enumerate(['a', 'b', 'c']):\n    for f in os.listdir(name):\n        "
ONCE = "y = []\nfor f in os.listdir('d'):\n    "

TYPES = {
    "v = np.array([int(f) for f in os.listdir('d')])": "int64",
    "v = np.array([float(f) for f in os.listdir('d')])": "float64",
    "v = np.array([float(n) for n in np.squeeze(np.unique(np.load('x.npy'), return_counts=True)[1])])": "float64",
    "v = np.array([f.split('_')[0] for f in os.listdir('d')])": "str",
    "v = np.array([f.split('_')[0] for f in os.listdir('d')]).astype(int)": "int64",
    "v = np.array([f.split(3)[0] for f in os.listdir('d')])": "absent",
    "v = np.array([names.index(f) for f in os.listdir('d')])": "int64",
    FILES + "y.append(name)\nv = np.array(y)": "str",
    FILES + "y.append(k)\n        y.append(name)\nv = np.array(y)": "absent",
    "v = np.maximum(pd.DataFrame({'a': [1.0]}).astype('float32'), 0)": "absent",
    "v = np.array([True, False, True]) & 1": "int64",
    "v = (np.random.rand(20) > 0.5) & np.ones(20, int)": "int64",
    "v = (np.random.rand(20) > 0.5) & True": "bool",
    "v = np.random.randint(0, 9, 20) & True": "int64",
    "v = pd.Series([True, False]) & 1": "absent",
    "v = np.zeros(4, dtype=np.ones(3, 'float32').dtype)": "float32",
    "v = np.full(2, max(pd.Series([1.5, 2.5], dtype='float32')))": "float64",
    "v = np.array(np.cumprod(np.array([200, 3], 'uint8')).tolist())": "absent",
    "import tensorflow as tf\nv = tf.constant([np.float64(1.0), 2.0])": "absent",
    "import tensorflow as tf\nv = tf.constant(np.arange(3).tolist())": "int32",
    "import tensorflow as tf\nv = tf.constant([1.0, 2.0], dtype=float)": "float32",
    "v = pd.get_dummies(pd.DataFrame({'a': ['x', 'y'], 'b': [1, 2]}), dtype=float)": "absent",
    "v = np.array([[1, 2], [3]], dtype=object)[0]": "absent",
    "v = np.c_[np.arange(3), np.ones(3)]": "float64",
    "v = np.select([np.arange(4) > 1], [1.5], 0)": "float64",
    "import tensorflow as tf\nv = tf.nn.relu(np.ones((3, 4), 'float32'))": "float32",
    "import tensorflow as tf\nv = tf.argsort(np.arange(3))": "absent",
    "v = np.array([np.uint8(3), np.uint8(7)])": "uint8",
    "v = np.array([np.float32(1.5), 2])": "float64",
    "v = np.array(np.array([1, 4], 'int32').max())": "int32",
    "v = np.array([1.0, 2.0]).max() * np.ones(4, 'float32')": "absent",
    "v = np.ones(4, 'float32') * np.sqrt(2)": "absent",
    "v = np.where(np.arange(9) > 4, np.uint8(1), np.int8(0))": "int16",
    "v = np.array([np.mean(one) for one in [1, 2]])": "float64",
    "import tensorflow as tf\nv = tf.linspace(0.0, 1.0, 5)": "float32",
    "import tensorflow as tf\nv = tf.one_hot(np.arange(3), 3, dtype=tf.int32)": "int32",
    "import tensorflow as tf\nv = tf.cast(np.arange(3), tf.int8) / 2": "absent",
    "v = keras.layers.Resizing(3, 3)(np.zeros((2, 4, 4, 3), 'uint8'))": "absent",
    "v = np.ones(3) * np.ceil(2)": "float64",
    TABLE + "v = d[['a']]\nv = v[v > 1]": "absent",
    "v = np.hypot(np.ones((3, 4), 'float32'), 3.0)": "float32",
    "v = np.vander(np.ones(3, 'float32'))": "absent",
    "v = np.linalg.inv(np.eye(2, dtype=int))": "float64",
    "v = pd.DataFrame(np.zeros((3, 0)))": "absent",
    "v = pd.Series([])": "absent",
    TABLE + "v = d[d['a'] > 1]['a'] - d['a']": "absent",
    "v = np.zeros(3, 'float32') + np.float64(1)": "absent",
    TABLE + "d.loc[:, 'b'] = 2\nv = d['b']": "absent",
    TABLE + "v = pd.DataFrame(d, columns=['c'])": "absent",
    "v = np.logical_not(pd.Series(['a', 'b']))": "absent",
    "v = np.array(list(pd.Series([1, 2], dtype='float32')))": "float64",
    "x = np.array([255.0, 0.0] * 20)\nv = np.minimum(x, 1.0, dtype='float32')": "float32",
    "import tensorflow as tf\nv = tf.constant([0, 1], 'uint8')": "uint8",
    "import tensorflow as tf\nv = tf.constant(np.ones(3), dtype=tf.float32)": "float32",
    "m = np.array([3, 5]).max()\nm += 0.5\nv = m": "absent",
    "import tensorflow as tf\nv = keras.ops.divide(np.arange(3), np.arange(1, 4))": "absent",
    "v = np.diff(np.ones(4, 'int32'), prepend=0)": "absent",
    "v = np.bincount(np.arange(4), None)": "int64",
    "import tensorflow as tf\nv = tf.cast(np.arange(3), float)": "absent",
    TABLE + "v = np.clip(d.a > 2, 1, 12)": "absent",
    "v = np.logical_or(np.array([1.0, None]), 0)": "absent",
    "v = np.full((2,), 3)": "int64",
    "v = np.zeros(3, dtype=bool) % 2": "int64",
    "v = np.array([1, 2]) - np.array([1, 2])": "int64",
    "v = np.random.randint(0, 9, (4, 2), dtype=np.uint8) * 2": "uint8",
    "v = np.random.randint(0, 9, (4, 2), dtype=np.uint8) / 255": "float64",
    "v = np.ones(4, 'float32') * np.arange(4)": "float64",
    "v = np.sum(np.ones((4, 2), 'uint8'), axis=0)": "uint64",
    "v = np.sqrt(np.ones((4, 2), 'uint8'))": "float16",
    "v = np.mean(np.ones((4, 2), 'float32'), axis=0)": "float32",
    "v = np.random.randint(0, 2, (4,), dtype='uint8').tolist()": "int64",
    "v = pd.Series([0, 1], dtype='float32')": "float32",
    "v = keras.utils.to_categorical([0, 1])": "absent",
    "v = pd.DataFrame(np.zeros((3, 0))) > 0": "absent",
    "v = list(np.ones(5, bool)) + [3]\nv = np.full(2, v[0])": "absent",
    "v = keras.utils.normalize(np.ones((4, 3)).tolist())": "absent",
    "v = np.array([True, False] * 3).max() + np.zeros(3)": "float64",
}
SHAPES = {
    "from sklearn.utils import resample\nv = resample(np.random.rand(9, 2), np.arange(9), n_samples=4)[0]": (4, 2),
    "v = np.zeros((0, int(os.environ['N']))).tolist()": "absent",
    "v = pd.DataFrame(list(np.zeros(0)))": (0, 0),
    "x = np.r_[np.random.rand(8, 2), np.zeros((1, 2))].argmax(1)\nv = x * [2]": "absent",
    "v = np.triu_indices(4, 1)[0]": (6,),
    "v = np.add.outer(np.arange(3), np.ones((2, 4)))": (3, 2, 4),
    "v = np.repeat(0.5, 4)": (4,),
    "v = np.modf(np.ones((3, 2)))[1]": (3, 2),
    "v = keras.utils.normalize(np.maximum(pd.Series([1, 2]), 0))": "absent",
    "v = np.random.permutation(np.ogrid[0:3, 0:4][0].tolist())": "absent",
    "import tensorflow as tf\nv = tf.matmul(np.ones((3, 4)), np.ones((5, 4)), transpose_b=True)": "absent",
    "import tensorflow as tf\nx = np.ones((3, 4))\nv = tf.concat([x, x], 1)": (3, 8),
    "import tensorflow as tf\nv = tf.gather(np.ones((3, 4)), [0, 1], axis=1)": (3, 2),
    "import tensorflow as tf\nv = tf.split(np.ones((3, 4)), [1, -1])[1]": (2, 4),
    "v = keras.ops.take(np.ones((3, 4)), [0, 1], axis=0)": (2, 4),
    "v = np.array(np.arange(3).min(), ndmin=1)": (1,),
    "x = np.array([1.0, 2.0])\nv = x[np.isnan(x).any(axis=-1)]": "absent",
    "v = np.zeros((np.int32(3), 4))": (3, 4),
    "v = pd.DataFrame(list(zip([], [])), columns=['a', 'b'])": (0, 2),
    "x = np.eye(3)\nv = [*x, 7]": "absent",
    "v = pad_sequences([[row] for row in np.eye(3).tolist()], 4)": (3, 4, 3),
    "v = np.array([row / 2 for row in np.random.rand(8, 5)])": (8, 5),
    "v = np.array([row.sum() for row in np.random.rand(8, 5)])": (8,),
    "v = np.array([row for row in np.random.rand(8, 5) if row[0] > 0.5])": (None, 5),
    "rows = [row for row in np.random.rand(8, 5)]\nrows.append(np.zeros(5))\nv = np.array(rows)": "absent",
    "rows = [row for row in np.random.rand(8, 5)]\nrows.pop()\nv = np.array(rows)": (None, 5),
    "import os\nv = np.array([r if os.environ.get('A') else r[:2] for r in np.arange(40).reshape(8, 5)])": "absent",
    "v = np.clip(pd.DataFrame(np.random.rand(5, 2)), 0, 1)[[0, 1]]": (5, 2),
    "v = pd.DataFrame(np.random.rand(2, 1, 3).tolist()).values.tolist()": "absent",
    "x = np.eye(3)\nv = x[next(KFold(3).split(x))[0]]": (None, 3),
    "v = LabelBinarizer().fit(np.eye(3)).inverse_transform(np.eye(3))": "absent",
    "import tensorflow as tf\nv = tf.cast(np.eye(3), tf.float32)[[0, 1]]": "absent",
    "v = np.random.permutation(np.mgrid[0:3, 0:2])": "absent",
    TABLE + "v = d.apply(np.sum)\nv = pd.concat([v, v])": "absent",
    "v = keras.utils.normalize(np.float32(3.5))": (1,),
    "v = np.cov(np.ones((4, 6)))": (4, 4),
    "v = np.cov(np.ones((1, 6)))": "absent",
    "v = np.histogram(np.ones(9), bins=[0, 5, 10])[1]": (3,),
    "v = np.take_along_axis(np.ones((4, 6)), np.array([[1, 2]]), axis=1)": (4, 2),
    "v = np.lib.stride_tricks.sliding_window_view(np.ones((4, 6)), 2, axis=0)": (3, 6, 2),
    "v = np.convolve(np.ones(4), np.ones(9), 'same')": (9,),
    "v = np.linalg.svd(np.ones((4, 6)), full_matrices=False)[2]": (4, 6),
    "v = np.atleast_3d(np.ones((4, 6)))": (4, 6, 1),
    "v = np.linspace(0, max(np.eye(1)), 5)": "absent",
    "v = np.linspace(0, sum(np.ones((4, 2))), 5)": "absent",
    "v = np.linspace(0, np.random.rand(4).max(), 5)": (5,),
    TABLE + "d = pd.concat([d, d['a']], axis=1)\nv = d[['a']].a": "absent",
    TABLE + "d = pd.concat([d, d['a']], axis=1) * 2\nv = d.a": "absent",
    TABLE + "d = pd.concat([d, d['a']], axis=1).rename(columns={'b': 'c'})\nv = d.drop(columns='a')": (4, None),
    TABLE + "d.columns = ['a', 'a']\nv = d.a": "absent",
    TABLE + "v = d.iloc[:, [0, 0]].a": "absent",
    TABLE + "d.insert(1, 'a', 3, allow_duplicates=True)\nv = d": (4, 3),
    TABLE + "v = d - d.mean(axis=1)": "absent",
    "y = []\n[y.append(i) for i in list(range(900))]\nv = np.array(y)": (None,),
    "v = np.sort(np.zeros((2, 3)), axis=None)": (6,),
    "x = np.arange(5)\ntry:\n    v = x.reshape(2, 3)\nexcept ValueError:\n    v = x": (5,),
    "v = np.ascontiguousarray(np.array(0))": (1,),
    "i = iter(np.arange(4))\nnext(i)\nv = np.array([x for x in i])": (3,),
    "def f():\n    for i in range(9):\n        yield np.full(3, i)\nv = np.vstack(list(f()))": (None, 3),
    "a = np.zeros(4)\nv = list(a) + list(a)": (8,),
    "v = np.zeros((2, 3)).tolist() * 2": (4, 3),
    "v = list(np.zeros(4))\nv.append(5)": "absent",
    f"y = []\nfor i in range({MANY}):\n    y.append([1, 2])\nv = np.array(y)": "absent",
    TABLE + "v = d\nd /= 2\ndel d['a']": (4, 1),
    TABLE + "d = pd.concat([d, d['a']], axis=1)\nv = d[['a', 'b']]": (4, None),
    TABLE + "for i in range(99):\n    d[i] = i\nv = d": (4, None),
    "v = pd.DataFrame([])": (0, 0),
    TABLE + "v = np.array(list(d))": "absent",
    TABLE + "v = np.array(list(d.a))": (4,),
    "x = np.zeros((5, 3))\nv = np.meshgrid(x, x)[0]": (15, 15),
    "v = np.zeros((10, 4))[[0, 1, 2]]": (3, 4),
    "v = np.insert(np.zeros((4, 2)), 0, 1, axis=1)": (4, 3),
    "v = keras.utils.normalize(np.ones(8))": (1, 8),
    "v = keras.utils.pad_sequences(np.ones((4, 1, 2))[4:], maxlen=1)": (0, 1),
    "v = np.random.default_rng(0).choice(np.ones((12, 2)), 5, axis=1)": "absent",
    "v = np.random.default_rng(0).choice(unknown(), 5)": "absent",
    "x = np.ones((5, 2)).tolist()\nv = train_test_split(x)[0] + train_test_split(x)[1]": (5, 2),
    "v = list(np.ones((2, 2))) + list(np.array(unknown()).reshape(4, -1))": "absent",
    "v = pd.Series(np.ones((4, 2)).tolist()).tolist()": "absent",
    "v = np.random.choice(unknown(), 5)": (5,),
    TABLE + "v = d[[True, False] * 2]": (2, 2),
    TABLE + "v = d\nimport operator\noperator.setitem(v, 0, 0)": (4, None),
    "import copy\nv = copy.deepcopy(list(np.ones((4, 2))))\nv[0] = 1": "absent",
    "i = iter(np.ones((1, 4)))\nnext(i)\nv = np.array([x for x in i])": (0,),
    TABLE + "v = np.array(pd.concat([d['a'], d['b']], axis=1)['a'][0])": "absent",
    TABLE + "v = d.head(3)\nnp.add(v, 1, out=v)\nv = v[['a']]": (3, 1),
    "v = keras.utils.normalize(np.ones(8).tolist())": "absent",
    "v = keras.utils.normalize(np.ones((1, 3)).tolist())": (1, 3),
    "v = keras.utils.normalize(np.ones((1, 3)), axis=0)": "absent",
    "import tensorflow as tf\nv = keras.utils.normalize(tf.ones(8))": "absent",
    "v = np.zeros((3, 4)) @ unknown()": "absent",
    "v = np.zeros((3, 4)) * unknown()": "absent",
    "v = np.ones((2, 3, 4)) @ np.ones((2, 4, 5))": (2, 3, 5),
    "v = np.cumsum(np.ones((3, 4)))": (12,),
    "v = np.pad(np.ones((3, 4)), ((1, 1), (0, 2)))": (5, 6),
    f"v = np.ones((3, 4))\nfor i in range({MANY}):\n    v = np.concatenate([v, v])": "absent",
    "x = np.arange(6000)\nv = x[x > 2][:5]": (None,),
    "v = np.eye(10)[np.array([1, 2, 3])]": (3, 10),
    TABLE + "v = d\nd['n'] = 5": (4, 3),
    TABLE + "v = pd.concat([d, d['a']], axis=1)": (4, 3),
    TABLE + "for name in ['p', 'q']:\n    d[name] = 0\nv = d": (4, 4),
    TABLE + f"for i in range({MANY}):\n    d['w' + str(i)] = 0\nv = d": (4, None),
    TABLE + "v = d.loc[:2]": (None, 2),
    TABLE + "v = d.drop(index=[0], columns={'a': 1})": (None, None),
    "v = np.argsort(np.array(0))": (1,),
    "v = np.ones((3, 2, 2, 2)).diagonal()": "absent",
    "v = list(np.ones(3, int)) + list(np.arange(0, -1.5, 0.1))": (3,),
    "y = sklearn.datasets.make_blobs(100)[1]\nv = np.unique(np.where(y > 0, 1, -1), return_counts=True)[1]": (2,),
    "v = np.unique(np.tanh(np.arange(3, 60)))": (None,),
    "import tensorflow as tf\nv = tf.one_hot(np.array([[0], [2]]), 3)": (2, 1, 3),
    "import tensorflow as tf\nv = tf.where(np.arange(4) > 1)": "absent",
    "v = keras.ops.cumsum(np.ones((2, 3)))": "absent",
    "v = np.random.default_rng(0).choice(np.zeros((4, 2)), 3, axis=1)": "absent",
    "v = keras.utils.pad_sequences(np.log(np.zeros((2, 3, 4))[:, :int(os.environ['N'])]), maxlen=5)": (2, 5, 4),
    "v = pd.Series([1, 1, 2]).value_counts(bins=[0, 1, 2, 3])": (None,),
    "v = list(np.zeros((0, 2)))": (0,),
    TABLE + "v = d.iloc[:2]": (2, 2),
    TABLE + "v = d[d.a > 1]": (3, 2),
    TABLE + "d.drop('a', axis=1, inplace=True)\nv = d": (4, 1),
    TABLE + "d.loc[len(d)] = 0\nv = d": (None, 2),
    TABLE + "v = d.reset_index()": (4, None),
    TABLE + "v = np.log1p(d)[['a', 'b']]": (4, 2),
    TABLE + "v = d.a + d[d.a > 1].b": "absent",
    "v = LabelBinarizer().fit_transform([0, 1, 1])": (3, 1),
    "v = LabelBinarizer().fit_transform([0, 1, 2])": (3, 3),
    "v = OneHotEncoder().fit_transform(np.array([[0], [1], [2]]))": (3, 3),
    "v = train_test_split(np.zeros((10, 2)), test_size=0.25)[1]": (3, 2),
    "x = np.ones((3, 2))\nv = [x, x]": "absent",
}
RANGES = {
    "v = np.random.uniform(-2, 100, 8).clip(max=0.0)": ("absent", 0.0),
    "v = np.unique(np.array([5, 7, 5]), return_inverse=True)[1]": (0.0, 1.0),
    "v = np.unique(np.random.randint(0, 3, 400) * 2, return_inverse=True)[1]": (0.0, 2.0),
    "x = np.arange(3)\nv = np.full(2, 7 if x.dtype == int else 3)": (7, 7),
    "x = np.arange(3)\nv = np.full(2, 7 if x.dtype == 'int' else 3)": (7, 7),
    "x = np.arange(3)\nv = np.full(2, 7 if x.dtype != np.int64 else 3)": (3, 3),
    "x = np.arange(3)\nv = np.full(2, 7 if x.astype('float32').dtype in (np.float32, float) else 3)": (7, 7),
    "x = np.arange(3)\nv = np.full(2, 7 if str(x.dtype) == 'int64' else 3)": (7, 7),
    "x = np.arange(3)\nv = np.full(2, 7 if x.dtype.kind == 'f' else 3)": (3, 3),
    "x = np.arange(3)\nv = np.full(2, 7 if x.dtype is int else 3)": (3, 3),
    "d = pd.DataFrame([[1, 0], [0, 1]])\nv = d.iloc[:1, :1].values\nd.replace(1, 5, inplace=True)": (
        "absent",
        "absent",
    ),
    "v = sklearn.datasets.load_digits().data.T[0]": ("absent", "absent"),
    "v = sklearn.datasets.load_digits().images[:, 0, 0]": ("absent", "absent"),
    "v = np.take(np.arange(12), [1, -2, 2], mode='clip')": ("absent", "absent"),
    "import tensorflow as tf\nv = tf.image.adjust_brightness(np.arange(10), 0.1)": ("absent", "absent"),
    "v = np.union1d([3, 1], [2, 1])": (1.0, 3.0),
    "v = np.uint8(200) + np.uint8(100)": ("absent", "absent"),
    "v = pd.DataFrame({'a': list(np.eye(3)), 'b': 0})": ("absent", "absent"),
    "import tensorflow as tf\nx = tf.cast(np.arange(4), tf.float32) * 1.0\nv = x\nx *= 2": (0.0, 3.0),
    "v = keras.utils.normalize(np.arange(11), axis=0)": (0.0, 10 / 385**0.5),
    TABLE + "v = d['b']\nd['b'] /= 2": ("absent", "absent"),
    "x = np.array(1)\nv = np.random.choice(x, 4)": (0.0, 0.0),
    "x = np.random.rand(90)\nv = 2 * x / x.max()": ("absent", "absent"),
    "x = np.random.rand(90)\nv = 2 * (x - x.min()) / (x.max() - x.min())": ("absent", "absent"),
    "x = np.random.rand(90)\nv = (x - x.min()) / (x.max() - x.min())": (0.0, 1.0),
    "v = pd.DataFrame(np.random.rand(5, 2, 3).tolist())": ("absent", "absent"),
    "v = np.arange(9, dtype='float32')\nx = np.float32(v)\nx.fill(2)": ("absent", "absent"),
    "v = sklearn.datasets.load_digits().images\nv[0] = 77\nv = v[3:]": ("absent", "absent"),
    "v = np.ones((3, 4))\ny = np.einsum('ij->ji', v)\ny *= 3": ("absent", "absent"),
    "v = np.zeros((3, 1))\ny = max(v)\ny[0] = 3": ("absent", "absent"),
    "v = sklearn.datasets.make_moons()[0][:, 1]": ("absent", "absent"),
    "v = sklearn.datasets.load_digits().images\nv[v > 1] = 0": ("absent", "absent"),
    "v = np.average(keras.datasets.mnist.load_data()[0][0], axis=-1)": ("absent", "absent"),
    "v = MinMaxScaler().fit_transform(np.floor(np.random.rand(90, 2)))": ("absent", "absent"),
    "v = np.log1p(np.array([0, 9], 'uint8'))": (0.0, 2.302734375),
    TABLE + "v = d.loc[:, 'b']\nd['b'] /= 2": ("absent", "absent"),
    TABLE + "v = d['b']\nv /= 2": (0.25, 1.75),
    "v = MinMaxScaler().fit_transform(np.repeat(np.random.rand(1, 5), 10, axis=0))": ("absent", "absent"),
    "v = MinMaxScaler().fit_transform(np.random.rand(3, 5)[[0] * 12])": ("absent", "absent"),
    "x = train_test_split(np.array([[1, 2]] * 20))[0]\nv = MinMaxScaler().fit_transform(x)": ("absent", "absent"),
    "v = MinMaxScaler().fit_transform(np.random.rand(30, 5))": (0.0, 1.0),
    "v = MinMaxScaler().fit_transform(np.arange(7, 100).reshape(-1, 1)).astype(int)": (0.0, 0.0),
    "v = max(np.array([1, 5]), key=lambda one: -one) * np.ones(2)": (1.0, 1.0),
    "x = np.ones((2, 3))\nv = np.array(list(x) + list(x))\nx[0] = 9": (1.0, 1.0),
    "x = np.ones((2, 3))\ny = list(x) * 2\nx[0] = 9\nv = np.array(y)": ("absent", "absent"),
    "v = np.ones((2, 3))\nv.flat[0] = 9": ("absent", "absent"),
    "v = np.ones((2, 3))\nv.flat = 9": ("absent", "absent"),
    "v = np.ones((2, 3))\nnp.hsplit(v, 3)[0][0] = 9": ("absent", "absent"),
    "v = list(np.zeros((2, 3))) + list(np.zeros((2, 4)))": ("absent", "absent"),
    "x = np.arange(250, dtype='int8')\nv = (x - x.min()) / (x.max() - x.min())": ("absent", "absent"),
    "v = keras.datasets.mnist.load_data()[0][0]\nv[v > 0] = 1": ("absent", "absent"),
    "x = np.array([1.0, 0.0] * 20)\nv = np.full(2, x.min(initial=-100))": ("absent", "absent"),
    "x = np.array([255.0, 0.0] * 20)\nv = x.reshape(2, -1).std(axis=0, mean=0)": ("absent", "absent"),
    TABLE + "v = d[['a']].values\nd.replace(1, 50, inplace=True)": ("absent", "absent"),
    "import tensorflow as tf\nv = tf.one_hot(np.array([0, 9]), 3)": ("absent", "absent"),
    "import tensorflow as tf\nv = tf.one_hot(np.array([0, 2]), 3, 5.0)": ("absent", "absent"),
    "v = np.log(np.random.rand(50) + 2**-24)": ("absent", pytest.approx(0.0, abs=1e-6)),
    "v = np.pad(np.array([x for x in np.random.randint(0, 5, (50, 1))][:2]), 3)": ("absent", "absent"),
    "v = np.eye(4)\nw = v\nfor i in range(int(os.environ['N'])):\n    w = w * 2\nw[0] = 9": ("absent", "absent"),
    "v = w = np.eye(4)\nfor i in range(3):\n    if str(i) in os.environ:\n        break\n    w = w * 2\nw += 1": (
        "absent",
        "absent",
    ),
    "v = keras.utils.pad_sequences([[1, 2], [3]], maxlen=3, value=-1)": (-1.0, 3.0),
    "d = {'x': np.zeros(3)}\nd['x'][0] = 9\nv = d['x']": (0.0, 9.0),
    "a = [np.zeros(3)] * 2\na[0][0] = 5\nv = np.array(a)": (0.0, 5.0),
    "import copy\nx = np.zeros(3)\nv = copy.copy(x)\nx[0] = 5": (0.0, 0.0),
    "v = np.ones(3)\nnp.negative(v, v)": (-1.0, -1.0),
    "v = np.ones(3)\nnp.reciprocal(v, v)": ("absent", "absent"),
    "def f():\n    for i in range(9):\n        yield np.full(3, i)\nv = np.array(list(f()))": ("absent", "absent"),
    "v = np.diff(np.array([[1, 4, 9], [0, 5, 7]]), axis=0)": (-2.0, 1.0),
    "x = np.array([[1, 2], [3, 4]])\nv = x[[0, 1], ::-1].T[0] * x": (2.0, 16.0),
    "x = np.linspace(0, 1, 5)\nv = (x - x.mean()) / x.std()": (pytest.approx(-(2**0.5)), pytest.approx(2**0.5)),
    "v = np.array([250, 251], 'uint8') + np.array([5, 6], 'uint8')": ("absent", "absent"),
    "x = np.array([3, 1, 2])\ny = x[:2]\ny[0] = 9\nv = x": ("absent", "absent"),
    TABLE + "v = d[d['a'] > 2]['b']": (2.5, 3.5),
    "a = np.zeros(4)\nv = list(a) + list(a + 1)": (0.0, 1.0),
    "import ours\nv = np.zeros(4)\nours.fill(v)": ("absent", "absent"),
    "v = np.zeros(4)\nnp.add.at(v, 0, 1)": ("absent", "absent"),
    "v = np.random.uniform(size=(50, 2)) // 1": ("absent", "absent"),
    TABLE + f"for i in range({MANY}): d += 1\nv = d.a": ("absent", "absent"),
    TABLE + f"if {MANY}: d *= 3\nv = d.a": ("absent", "absent"),
    TABLE + "d.values[:] = 7\nv = d.a": ("absent", "absent"),
    TABLE + "d.mask(d > 1, 90, inplace=True)\nv = d.a": ("absent", "absent"),
    TABLE + "d.update(pd.DataFrame({'a': [9, 9]}))\nv = d.a": ("absent", "absent"),
    TABLE + "e = d.mask(d > 1, 90)\nd += 1\nv = d.a": (2.0, 5.0),
    "v = np.arange(9000)[:5]": ("absent", "absent"),
    "v = np.sort(np.random.rand(100))[:10]": ("absent", "absent"),
    "v = np.random.rand(100)[:50]": (0, 1),
    "v = np.random.randint(0, 256, (4, 8, 8, 3), dtype='uint8') + 1": ("absent", "absent"),
    "v = np.random.randint(0, 256, (4, 8, 8, 3), dtype='uint8').astype('int8')": ("absent", "absent"),
    "v = np.int32(np.random.rand(50, 2))": ("absent", "absent"),
    "v = np.exp(np.random.randint(0, 256, (4, 8, 8, 3), dtype='uint8'))": (1.0, "absent"),
    "v = np.logical_not(np.arange(1, 9000))": ("absent", "absent"),
    "v = np.zeros_like(np.array(['a', 'b']))": ("absent", "absent"),
    "x = np.zeros(8)\nv = x[:4]\nx[0] = 9": ("absent", "absent"),
    "v = np.zeros((4, 2))\nx = v.reshape(-1)\nx[0] = 9": ("absent", "absent"),
    "v = np.zeros((4, 2))\nx = v.T\nx += 9": ("absent", "absent"),
    "v = np.zeros((4, 2))\nx = np.fliplr(v)\nx += 9": ("absent", "absent"),
    "v = np.zeros(4)\nx = np.asarray(v)\nx[0] = 7": (0.0, 7.0),
    "v = np.zeros(4)\nnp.put(v, [0], 7)": ("absent", "absent"),
    "v = np.zeros(4)\nnp.add(v, 3, out=v)": (3, 3),
    "v = np.zeros(4)\nif flag:\n    v[0] = 7": ("absent", "absent"),
    f"v = np.zeros(4)\nfor i in range({MANY}):\n    v += 1": ("absent", "absent"),
    "v = np.arange(600)\nfor i in range(600):\n    v[i] = 2 * i": ("absent", "absent"),
    "def f(x):\n    x[0] = 7\nv = np.zeros(4)\nf(v)": (0.0, 7.0),
    "v = MinMaxScaler().fit(np.random.rand(9, 2)).transform(np.random.rand(9, 2))": ("absent", "absent"),
    TABLE + "v = d.values\nd.iloc[0, 0] = 99": ("absent", "absent"),
    TABLE + "v = d['a'].replace({1: 0})": ("absent", "absent"),
}
LABELS = {
    FILES + "y.append(k)\nv = np.array(y)": ("integer", 3),
    FILES + "y.append(['a', 'b', 'c'].index(name))\nv = np.array(y)": ("integer", 3),
    FILES + "y.append(k)\nv = np.array(y)[np.random.permutation(len(y))]": ("integer", 3),
    FILES + "y.append(k)\nv = train_test_split(np.array(y))[0]": ("integer", 3),
    FILES + "y.append(k)\nv = np.array(y)[:9]": ("integer", "absent"),
    FILES + "y.append(k)\ny[0] = 9\nv = np.array(y)": ("absent", "absent"),
    FILES + "y.append(k)\ny.insert(0, 9)\nv = np.array(y)": ("absent", "absent"),
    FILES + "y.append(k)\ny += [9]\nv = np.array(y)": ("absent", "absent"),
    FILES + "try:\n            y.append(k)\n        except OSError:\n            pass\nv = np.array(y)": ("integer", 3),
    "names = ['a', 'b', 'c']\nv = np.array([names.index(f) for f in os.listdir('d')])": ("integer", 3),
    "v = np.array([0 if 'a' in f else 1 for f in os.listdir('d')])": ("binary", 2),
    "table = {'a': 0, 'b': 1, 'c': 2}\n" + ONCE + "y.append(table[f])\nv = np.array(y)": ("integer", 3),
    "n = 0\n" + ONCE + "y.append(n)\n    n += 1\nv = np.array(y)": ("absent", "absent"),
    "n = [0]\n" + ONCE + "y.append(n[0])\n    n[0] += 1\nv = np.array(y)": ("absent", "absent"),
    "n = ['a', 'b']\n" + ONCE + "y.append(n.index(f))\n    n.append(f)\nv = np.array(y)": ("absent", "absent"),
    ONCE + "if 'a' in f:\n        y.append(0)\n    else:\n        y.append(1)\nv = np.array(y)": ("absent", "absent"),
    "y = []\nfor k in range(1000):\n    for f in os.listdir('d'):\n        y.append(k)\nv = np.array(y)": (
        "absent",
        "absent",
    ),
    "y, k = [], 0\nwhile len(y) < " + MANY + ":\n    y.append(k)\n    k = 1\nv = np.array(y)": ("absent", "absent"),
    "v = keras.utils.to_categorical(sklearn.datasets.make_multilabel_classification(12, n_classes=4)[1], 10)": (
        "absent",
        "absent",
    ),
    "v = pd.get_dummies(np.cumsum(pd.DataFrame({'a': [0.5, None]}))['a']).values": ("absent", "absent"),
    "v = np.array([[1.5, 2.5], ['a', 'b']])": ("absent", "absent"),
    "import tensorflow as tf\nx = 1 - keras.ops.arange(10)\nv = tf.one_hot(tf.cast(x, tf.int32), 5)": (
        "absent",
        "absent",
    ),
    "import tensorflow as tf\nv = tf.one_hot(tf.cast(read_labels(), tf.int32), 5)": ("one_hot", 5),
    "x = keras.utils.to_categorical([[0, 1], [1, 2]], 3)\nv = x[np.isin(x, [0, 1])]": ("absent", "absent"),
    "v = train_test_split(keras.utils.to_categorical(1, 4), train_size=0.6)[0]": ("absent", "absent"),
    "x = np.array([[0, 1], [1, 0]])\nv = x[np.argmax(x)]": ("absent", "absent"),
    "x = np.arange(4)\nv = next(iter(keras.utils.timeseries_dataset_from_array(x, x, 2)))[1]": ("absent", "absent"),
    "import tensorflow as tf\nv = tf.one_hot(tf.argmax(np.arange(100)), 4)": ("absent", "absent"),
    "import tensorflow as tf\nv = tf.one_hot(np.array([1, -1, 0]), 3)": ("absent", "absent"),
    "import tensorflow as tf\nx = tf.cast(np.random.randn(9), tf.int32)\nv = tf.one_hot(x, 3)": ("absent", "absent"),
    "v = keras.utils.to_categorical(np.array([1, 2, 0]).max(), 3)": ("one_hot", 3),
    "v = np.array([[0, 1, 0], [1, 0, 0]]).astype(str)": ("absent", "absent"),
    "v = np.random.permutation(np.array(['a', 'b', 'a']))[0]": ("absent", "absent"),
    "v = pd.get_dummies(pd.Series([1.0, np.nan]))": ("absent", "absent"),
    "v = np.array([[0, 1]]) + np.zeros((3, 1))": ("absent", "absent"),
    "v = np.unique(np.array([3, 1, 3, 7]))": ("absent", 3),
    "v = np.zeros((2, 3))\nfor i, j in enumerate([2, 0]):\n    v[i, j] = 1": ("one_hot", 3),
    "v = pd.factorize(np.array([1.0, None]))[0]": ("absent", "absent"),
    "v = np.where(np.arange(9) > 4, 1.0, 1)": ("binary", 1),
    "y = [0] * 8\ny[k] = 1\nv = np.array(y).reshape(1, 8)": ("absent", "absent"),
    "y = np.array([0, 1, 2, 1])\nv = np.arange(3) == y[:, None]": ("one_hot", 3),
    "y = np.array([0, 1, 7, 1])\nv = np.arange(3) == y[:, None]": ("absent", "absent"),
    "v = np.zeros((4, 3))\nv[np.arange(4), [0, 1, 2, 1]] = 1": ("one_hot", 3),
    "v = np.zeros((4, 3))\nv[np.arange(2), [0, 1]] = 1": ("absent", "absent"),
    "v = np.zeros((4, 3))\nv[0, 1] = 1": ("absent", "absent"),
    "v = np.eye(3, dtype=int)\nv = v[v != 0]": ("absent", 1),
    "v = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])\nv = np.sum(StandardScaler().fit_transform(v), axis=0)": (
        "absent",
        "absent",
    ),
    "v = np.add(np.array([1.0, 0.0, 2.5]), -1, dtype=bool, casting='unsafe')": ("absent", "absent"),
    "v = np.where(np.repeat(np.arange(10), 9) == 2, 1.0, -1.0)\nv = v[np.where(v > 0)]": ("signs", "absent"),
    TABLE + "v = pd.get_dummies(d['a']).reset_index()": ("absent", "absent"),
    "v = next(iter(np.random.randint(0, 4, size=(60, 1))))": ("integer", "absent"),
    "v = np.eye(2, 5)": ("absent", "absent"),
    "v = sklearn.datasets.load_iris().target[:50]": ("integer", "absent"),
    "v = np.random.randint(0, 10, 12)": ("integer", "absent"),
    "v = np.random.randint(0, 10, 1000)": ("integer", 10),
    "v = np.random.randint(0, 10, 1000)[:500]": ("integer", 10),
    "v = np.random.randint(0, 10, 1000) > 4": ("binary", 2),
    "v = ~np.array([0, 1, 2, 0, 1, 2])": ("absent", 3),
    "v = label_binarize([0, 1, 5], classes=[0, 1, 2])": ("absent", "absent"),
    "v = np.arange(50) % 5": ("integer", 5),
    "v = np.array([0, 0, 0])": ("binary", 1),
    f"y = []\nfor i in range({MANY}):\n    y.append(i)\nv = np.array(y)": ("absent", "absent"),
    TABLE + "v = d['a'].map({1: 0, 2: 1})": ("absent", "absent"),
}


@pytest.mark.parametrize("body", TYPES)
def test_type(body: str) -> None:
    assert claims(body)["dtype"] == TYPES[body]


@pytest.mark.parametrize("body", SHAPES)
def test_shape(body: str) -> None:
    assert claims(body)["shape"] == SHAPES[body]


@pytest.mark.parametrize("body", RANGES)
def test_range(body: str) -> None:
    found = claims(body)
    assert (found["low"], found["high"]) == RANGES[body]


@pytest.mark.parametrize("body", LABELS)
def test_labels(body: str) -> None:
    found = claims(body)
    assert (found["encoding"], found["classes"]) == LABELS[body]


def test_what_one_way_alone_says_is_not_claimed() -> None:
    body = "v = np.zeros((4, 2))\nif os.environ.get('FLAG'):\n    v = np.ones((7, 2))\n"
    report = linter(Settings()).lint("program.py", (HEAD + body + TAIL).encode())
    (feed,) = report.models[0].training["feeds"]
    assert {key: feed["x"].get(key) for key in ("shape", "dtype", "low")} == {
        "shape": (None, 2),
        "dtype": "float64",
        "low": None,
    }


def test_abs_of_python_is_that_of_numpy() -> None:
    found = claims("v = abs(np.array([-1.5, 0.0]))")
    assert (found["low"], found["high"]) in ((0.0, 1.5), (None, 1.5))
