"""TensorFlow 1: variables, convolutions and matrix products."""

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)


def weight(shape):
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias(shape):
    return tf.Variable(tf.constant(0.1, shape=shape))


x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)
image = tf.reshape(x, [-1, 28, 28, 1])
conv = tf.nn.relu(tf.nn.conv2d(image, weight([5, 5, 1, 32]), strides=[1, 1, 1, 1], padding="SAME") + bias([32]))
pool = tf.nn.max_pool(conv, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
flat = tf.reshape(pool, [-1, 14 * 14 * 32])
hidden = tf.nn.relu(tf.matmul(flat, weight([14 * 14 * 32, 256])) + bias([256]))
dropped = tf.nn.dropout(hidden, keep_prob)
logits = tf.matmul(dropped, weight([256, 10])) + bias([10])
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
train = tf.train.AdamOptimizer(learning_rate=0.0001).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(1000):
        batch_x, batch_y = mnist.train.next_batch(50)
        sess.run(train, feed_dict={x: batch_x, y: batch_y, keep_prob: 0.5})
