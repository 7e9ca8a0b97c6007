"""TensorFlow 1: layers, placeholders and a session."""

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
training = tf.placeholder_with_default(False, [])
image = tf.reshape(x, [-1, 28, 28, 1])
conv1 = tf.layers.conv2d(image, 32, 5, padding="same", activation=tf.nn.relu)
pool1 = tf.layers.max_pooling2d(conv1, 2, 2)
conv2 = tf.layers.conv2d(pool1, 64, 5, padding="same", activation=tf.nn.relu)
pool2 = tf.layers.max_pooling2d(conv2, 2, 2)
flat = tf.reshape(pool2, [-1, 7 * 7 * 64])
dense = tf.layers.dense(flat, 512, activation=tf.nn.relu)
dropped = tf.layers.dropout(dense, rate=0.4, training=training)
logits = tf.layers.dense(dropped, 10)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
train = tf.train.AdamOptimizer(learning_rate=0.001).minimize(loss)
correct = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(2000):
        batch_x, batch_y = mnist.train.next_batch(64)
        sess.run(train, feed_dict={x: batch_x, y: batch_y, training: True})
