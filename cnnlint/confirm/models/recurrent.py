"""Recurrent layers that train faster than Keras's own and compute the same. Imports keras."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras

LONGEST = 64
"""Places of a sequence that are laid out one after the other: as many copies of a place's operations are traced."""


def _plain(cell: Any, *activations: str) -> bool:
    """Whether a cell is as Keras makes it by default: what is dropped or activated otherwise is left to Keras."""
    names = ("activation", "recurrent_activation")[: len(activations)]
    usual = all(
        getattr(cell, name) is getattr(keras.activations, one) for name, one in zip(names, activations, strict=True)
    )
    return bool(
        keras.backend.backend() == "tensorflow"
        and usual
        and cell.use_bias
        and not (cell.dropout or cell.recurrent_dropout)
    )


def _places(layer: Any, sequences: Any) -> Any:
    """The places of sequences (batch, places, features) in the order in which a layer reads them, places first."""
    import tensorflow as tf

    places = tf.transpose(sequences, (1, 0, 2))
    return tf.reverse(places, (0,)) if layer.go_backwards else places


class LSTM(keras.layers.LSTM):  # type: ignore[misc]
    """Keras's LSTM with all places of a sequence in one operation of TensorFlow where it has one for it.

    Keras goes from place to place in a loop of forty small operations: a step of 28 places takes a quarter of the time.
    Sequences with masked places, and what is dropped between places or activated otherwise, are left to Keras, as are
    other backends.
    """

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The last output (batch, units), all of them (batch, places, units), and the last states."""
        usual = partial(super().inner_loop, sequences, initial_state, mask, training)
        if not _plain(self.cell, "tanh", "sigmoid"):
            return usual()
        if mask is None:
            return self._at_once(sequences, initial_state)
        import tensorflow as tf

        def ordered(run: Callable[[], Any]) -> Any:
            last, every, states = run()
            return last, every, tuple(states)

        # as it turns out: made text has no padding
        at_once = partial(self._at_once, sequences, initial_state)
        return tf.cond(tf.reduce_all(mask), lambda: ordered(at_once), lambda: ordered(usual))

    def _at_once(self, sequences: Any, initial_state: Any) -> Any:
        import tensorflow as tf

        def gates(weights: Any) -> Any:
            """Keras writes input, forget, cell, output; the operation the second and third the other way round."""
            first, forget, new, last = tf.split(weights, 4, axis=-1)
            return tf.concat([first, new, forget, last], axis=-1)

        cell = self.cell
        places = _places(self, sequences)
        none = tf.zeros((cell.units,))
        done = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.cast(tf.shape(places)[0], tf.int64),
            x=places,
            cs_prev=initial_state[1],
            h_prev=initial_state[0],
            w=gates(tf.concat([cell.kernel.value, cell.recurrent_kernel.value], axis=0)),
            wci=none,
            wcf=none,
            wco=none,
            b=gates(cell.bias.value),
            forget_bias=0.0,
            cell_clip=-1.0,
            use_peephole=False,
        )
        return done.h[-1], tf.transpose(done.h, (1, 0, 2)), [done.h[-1], done.cs[-1]]


class GRU(keras.layers.GRU):  # type: ignore[misc]
    """Keras's GRU with its places laid out one after the other, and their gradient written out.

    Keras's loop and what TensorFlow derives from it take three times as long for 24 places of 16 units. Long sequences
    and what is masked, dropped between places or activated otherwise are left to Keras, as are other backends.
    """

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The last output (batch, units), all of them (batch, places, units), and the last states."""
        if mask is not None or not (
            _short(sequences) and _plain(self.cell, "tanh", "sigmoid") and self.cell.reset_after
        ):
            return super().inner_loop(sequences, initial_state, mask, training)
        return self._laid_out(sequences, initial_state)

    def _laid_out(self, sequences: Any, initial_state: Any) -> Any:
        import tensorflow as tf

        given, kept = tf.unstack(self.cell.bias.value)
        read = tf.tensordot(_places(self, sequences), self.cell.kernel.value, 1) + given
        states = _gated(read, self.cell.recurrent_kernel.value, kept, initial_state[0])
        return states[-1], tf.transpose(states, (1, 0, 2)), [states[-1]]


class SimpleRNN(keras.layers.SimpleRNN):  # type: ignore[misc]
    """Keras's SimpleRNN with its places laid out one after the other, and their gradient written out (see `GRU`)."""

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The last output (batch, units), all of them (batch, places, units), and the last states."""
        if mask is not None or not (_short(sequences) and _plain(self.cell, "tanh")):
            return super().inner_loop(sequences, initial_state, mask, training)
        return self._laid_out(sequences, initial_state)

    def _laid_out(self, sequences: Any, initial_state: Any) -> Any:
        import tensorflow as tf

        read = tf.tensordot(_places(self, sequences), self.cell.kernel.value, 1) + self.cell.bias.value
        states = _bent(read, self.cell.recurrent_kernel.value, initial_state[0])
        return states[-1], tf.transpose(states, (1, 0, 2)), [states[-1]]


def _short(sequences: Any) -> bool:
    """Whether the number of places is known and small enough for them to be laid out."""
    return sequences.shape[1] is not None and sequences.shape[1] <= LONGEST


def _gated(read: Any, kernel: Any, bias: Any, first: Any) -> Any:
    """The states of a GRU at all places, by what each place `read` of its input (update, reset, new)."""
    import tensorflow as tf

    units = kernel.shape[0]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def states(read: Any, kernel: Any, bias: Any, first: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        state, kept = first, []
        for one in tf.unstack(read):
            recalled = tf.nn.bias_add(tf.matmul(state, kernel), bias)
            update, reset = tf.split(tf.sigmoid(one[:, : 2 * units] + recalled[:, : 2 * units]), 2, axis=1)
            new = tf.tanh(one[:, 2 * units :] + reset * recalled[:, 2 * units :])
            kept.append((state, update, reset, new, recalled[:, 2 * units :]))
            state = new + update * (state - new)
        before = tf.stack([place[0] for place in kept])

        def gradient(above: Any) -> tuple[Any, ...]:
            along = tf.zeros_like(first)
            of_read, of_recalled = [], []
            for one, (state, update, reset, new, recalled) in zip(
                reversed(tf.unstack(above)), reversed(kept), strict=True
            ):
                along = along + one
                of_new = along * (1 - update) * (1 - new * new)
                of_update = along * (state - new) * update * (1 - update)
                of_reset = of_new * recalled * reset * (1 - reset)
                of_read.append(tf.concat([of_update, of_reset, of_new], axis=1))
                of_recalled.append(tf.concat([of_update, of_reset, of_new * reset], axis=1))
                along = along * update + tf.matmul(of_recalled[-1], kernel, transpose_b=True)
            back = tf.stack(of_recalled[::-1])
            of_kernel = _over_places(before, back)
            return tf.stack(of_read[::-1]), of_kernel, tf.reduce_sum(back, (0, 1)), along

        return tf.concat([before[1:], state[None]], axis=0), gradient

    return states(read, kernel, bias, first)


def _bent(read: Any, kernel: Any, first: Any) -> Any:
    """The states of a SimpleRNN at all places, by what each place `read` of its input."""
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def states(read: Any, kernel: Any, first: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        found = [first]
        for one in tf.unstack(read):
            found.append(tf.tanh(one + tf.matmul(found[-1], kernel)))

        def gradient(above: Any) -> tuple[Any, ...]:
            along, of_read = tf.zeros_like(first), []
            for one, state in zip(reversed(tf.unstack(above)), reversed(found[1:]), strict=True):
                of_read.append((along + one) * (1 - state * state))
                along = tf.matmul(of_read[-1], kernel, transpose_b=True)
            back = tf.stack(of_read[::-1])
            return back, _over_places(tf.stack(found[:-1]), back), along

        return tf.stack(found[1:]), gradient

    return states(read, kernel, first)


def _over_places(states: Any, gradients: Any) -> Any:
    """The gradient of weights that all places share: of the states that they multiply, and of what comes of these."""
    import tensorflow as tf

    rows, columns = states.shape[-1], gradients.shape[-1]
    return tf.matmul(tf.reshape(states, (-1, rows)), tf.reshape(gradients, (-1, columns)), transpose_a=True)


# Bidirectional makes its second layer of what the first one is written as
for _faster in (LSTM, GRU, SimpleRNN):
    keras.saving.register_keras_serializable("cnnlint")(_faster)

FASTER: dict[str, Any] = {"LSTM": LSTM, "GRU": GRU, "SimpleRNN": SimpleRNN}
"""By the name of Keras's own."""
