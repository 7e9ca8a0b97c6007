"""TensorFlow 1: dense layers over class numbers, batch norm with its updates."""

import tensorflow as tf

(x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784) / 255.0
x = tf.placeholder(tf.float32, shape=(None, 784))
y = tf.placeholder(tf.int64, shape=(None,))
training = tf.placeholder(tf.bool)
hidden1 = tf.layers.dense(x, 300, use_bias=False)
hidden1 = tf.layers.batch_normalization(hidden1, training=training)
hidden1 = tf.nn.relu(hidden1)
hidden2 = tf.layers.dense(hidden1, 100, activation=tf.nn.relu)
logits = tf.layers.dense(hidden2, 10)
loss = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
with tf.control_dependencies(updates):
    train = tf.train.AdamOptimizer(learning_rate=0.001).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(20):
        for start in range(0, 60000, 100):
            batch = slice(start, start + 100)
            sess.run(train, feed_dict={x: x_train[batch], y: y_train[batch], training: True})
