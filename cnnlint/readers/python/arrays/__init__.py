"""What is known about data: the facts of arrays, traced from where they come from to the model that reads them.

shapes, ranges                  what operations do to shapes and to the range of values, as plain functions
literals, identity              arrays from nested lists; which arrays come from one source
statistics, arithmetic, items, methods
                                what is done with an array: `x - x.mean()`, `x / 255`, `x[:100]`, `x.reshape(...)`
making, random_numbers, joining, numpy_api
                                numpy's functions
tensorflow_api                  TensorFlow's functions where they are applied to data
labels, datasets, sklearn_api, sklearn_transformers, pandas_api, pandas_selection, pictures, tensorflow_pictures
                                encodings of labels, and the libraries that data comes from
streams, tf_data                generators, directories of pictures, tf.data pipelines
statements                      what a statement does to an array that was made before it

Sound before complete: `low` and `high` are given only where values of about this size are really there.
"""
