"""Operations of TensorFlow that no layer stands for and that have no weights: a row each, its signature and the shape
of what it gives. Of their numbers nothing is told, and nothing of what flows back through them.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cnnlint.graph.values import Sizes
from cnnlint.readers.python.libraries.signatures import Arguments, signature
from cnnlint.readers.python.libraries.tensorflow import extents as to
from cnnlint.readers.python.libraries.tensorflow.tensor_functions import MOST, asked_size, by_name
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    ListValue,
    LossTensor,
    TensorValue,
    Value,
    VariableValue,
    elements,
    tensors_in,
)


class Operation(Struct, frozen=True):
    """How an operation is called, and the shapes of its results: one, or several that go by names."""

    signature: str
    extents: Callable[[Arguments], list[Sizes | None] | Sizes | None]
    names: tuple[str, ...] = ()
    #: whether several results come as a list
    listed: bool = False


def called(row: Operation, run: Run, site: CallSite) -> Value:
    """What an operation makes of tensors; None for a call of which that is not known."""
    values = site.values()
    held = [one for value in values for one in (value, *(elements(value) or ()))]
    bound = signature(row.signature).bind(site)
    tensors = [tensor for value in values for tensor in tensors_in(value)]
    if site.open or bound is None or not tensors or any(isinstance(one, LossTensor) for one in held):
        return None
    # weights that it is given are the model's
    tensors += [run.building.operand(one, site.node) for one in held if isinstance(one, VariableValue)]
    found = row.extents(bound)

    def made(sizes: Sizes | None) -> TensorValue:
        return run.building.opaque(site.api, tensors, site.node, shape=sizes, weights=0)

    if not isinstance(found, list):
        return made(found)
    results = [made(sizes) for sizes in found[:MOST]]
    if row.listed:
        return ListValue(list(results)) if found else None
    return by_name(run, "results", row.names, results) if row.names else tuple(results)


def _several(*each: to.Extent) -> Callable[[Arguments], list[Sizes | None]]:
    return lambda bound: [one(bound) for one in each]


def _partitions(bound: Arguments) -> list[Sizes | None]:
    number = bound["num_partitions"]
    return [to.spread(bound)] * number if isinstance(number, int) and 0 < number <= MOST else []


def _of_either(bound: Arguments) -> Sizes | None:
    """`in_top_k` of predictions and targets, which versions take in either order: one answer for each row."""
    rows = [sizes[0] for name in ("x", "y") if (sizes := to.sizes_of(bound[name]))]
    return (next((size for size in rows if size is not None), None),)


def _singular(bound: Arguments) -> list[Sizes | None] | Sizes | None:
    """`tf.linalg.svd(x)`: the values, and the vectors of both sides if they are asked for."""
    values, *vectors = to.decomposed("K", "MP", "NQ")(bound)
    sides = bound["compute_uv"]
    return values if sides is False else [values, *vectors] if sides is True else None


def _singular_last(bound: Arguments) -> list[Sizes | None] | Sizes | None:
    """`keras.ops.svd(x)`: the vectors of one side, the values, the vectors of the other side as rows."""
    left, values, right = to.decomposed("MP", "K", "QN")(bound)
    sides = bound["compute_uv"]
    return values if sides is False else [left, values, right] if sides is True else None


def _best_boxes(bound: Arguments) -> list[Sizes | None]:
    """`tf.image.combined_non_max_suppression(...)`: filled up to the number asked for, if not for each class."""
    boxes = to.sizes_of(bound["boxes"])
    total = asked_size(bound["total"]) if bound["pad_per_class"] is False else None
    first = boxes[0] if boxes else None
    return [(first, total, 4), (first, total), (first, total), (first,)]


UNIQUE = "x, out_idx=None, name=None"
PAIR = "x|real|img1|a, y|imag|img2|b, "
SCATTER = "tensor, indices, updates, name=None"
SPARSE = "x|sp_input|tensor, default_value=None, validate_indices=True, name=None"
SIGNAL = "x|input|input_tensor, fft_length=None, name=None"

TRANSFORMS: dict[str, to.Extent] = {
    **dict.fromkeys(("fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d"), to.same("x")),
    "rfft": to.halved(1),
    "rfft2d": to.halved(2),
    "irfft": to.doubled(1),
    "irfft2d": to.doubled(2),
}

ROWS: dict[str, Operation] = {
    "tf.scatter_nd": Operation("indices, updates, shape, name=None", to.asked("shape")),
    "keras.ops.scatter": Operation("indices, values, shape", to.asked("shape")),
    **{
        f"tf.tensor_scatter_nd_{name}": Operation(SCATTER, to.same("tensor"))
        for name in ("update", "add", "sub", "max", "min")
    },
    "tf.image.non_max_suppression": Operation(
        "boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=None, name=None", to.fixed(None)
    ),
    "tf.image.non_max_suppression_with_scores": Operation(
        "boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=None, soft_nms_sigma=0.0, name=None",
        _several(to.fixed(None), to.fixed(None)),
        ("selected_indices", "selected_scores"),
    ),
    "tf.image.combined_non_max_suppression": Operation(
        "boxes, scores, max_output_size_per_class, total|max_total_size, iou_threshold=0.5, score_threshold=None, "
        "pad_per_class=False, clip_boxes=True, name=None",
        _best_boxes,
        ("nmsed_boxes", "nmsed_scores", "nmsed_classes", "valid_detections"),
    ),
    "tf.unique": Operation(UNIQUE, _several(to.fixed(None), to.same("x")), ("y", "idx")),
    "tf.unique_with_counts": Operation(
        UNIQUE, _several(to.fixed(None), to.same("x"), to.fixed(None)), ("y", "idx", "count")
    ),
    **{f"tf.{name}zero_fraction": Operation("value, name=None", to.fixed()) for name in ("nn.", "math.")},
    **{name: Operation("t_list, name=None", to.fixed()) for name in ("tf.global_norm", "tf.linalg.global_norm")},
    "tf.clip_by_norm": Operation("x|t, clip_norm, axes=None, name=None", to.same("x")),
    "tf.clip_by_average_norm": Operation("x|t, clip_norm, name=None", to.same("x")),
    **{
        f"{name}.in_top_k": Operation("x|targets, y|predictions, k, name=None", _of_either)
        for name in ("tf", "tf.nn", "tf.math", "keras.backend")
    },
    "keras.ops.in_top_k": Operation("x|targets, predictions, k", to.same("x")),
    "tf.complex": Operation(PAIR + "name=None", to.laid(to.same("x"), to.same("y"))),
    "tf.image.draw_bounding_boxes": Operation("x|images, boxes, colors=None, name=None", to.same("x")),
    "tf.image.psnr": Operation(PAIR + "max_val, name=None", to.laid(to.without("x", 3), to.without("y", 3))),
    "tf.image.ssim": Operation(
        PAIR + "max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False",
        lambda bound: (
            to.laid(to.without("x", 3), to.without("y", 3))(bound) if bound["return_index_map"] is False else None
        ),
    ),
    "tf.image.ssim_multiscale": Operation(
        PAIR + "max_val, power_factors=None, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03",
        to.laid(to.without("x", 3), to.without("y", 3)),
    ),
    "tf.image.total_variation": Operation("x|images, name=None", to.without("x", 3)),
    "tf.image.sobel_edges": Operation("x|image", to.behind("x", 2)),
    "tf.image.image_gradients": Operation("x|image", _several(to.same("x"), to.same("x"))),
    "tf.math.confusion_matrix": Operation(
        "labels, predictions, num_classes=None, weights=None, dtype=None, name=None", to.count("num_classes", 2)
    ),
    "tf.sparse.sparse_dense_matmul": Operation(
        "a|sp_a, b, adjoint_a=False, adjoint_b=False, name=None", to.sparse_product
    ),
    **{
        name: Operation(SPARSE, to.same("x"))
        for name in ("tf.sparse.to_dense", "tf.sparse.reorder", "tf.sparse.from_dense", "tf.sparse_tensor_to_dense")
    },
    "tf.sparse_to_dense": Operation(
        "sparse_indices, output_shape, sparse_values, default_value=0, validate_indices=True, name=None",
        to.asked("output_shape"),
    ),
    "tf.histogram_fixed_width": Operation("values, value_range, nbins=100, dtype=None, name=None", to.count("nbins")),
    "tf.dynamic_partition": Operation("data, partitions, num_partitions, name=None", _partitions, listed=True),
    "tf.dynamic_stitch": Operation("indices, data, name=None", to.stitched),
    "tf.linalg.set_diag": Operation("x|input, diagonal, name=None, k=0, align='RIGHT_LEFT'", to.same("x")),
    "tf.reverse_sequence": Operation(
        "x|input, seq_lengths, seq_axis|seq_dim=None, batch_axis|batch_dim=None, name=None", to.same("x")
    ),
    "tf.searchsorted": Operation("sorted_sequence, x|values, side='left', out_type=None, name=None", to.same("x")),
    "tf.linalg.eigh": Operation("tensor, name=None", _several(to.without("tensor", 1), to.same("tensor"))),
    "tf.linalg.svd": Operation("tensor, full_matrices=False, compute_uv=True, name=None", _singular),
    "tf.linalg.qr": Operation("tensor|input, full_matrices=False, name=None", to.decomposed("MP", "PN"), ("q", "r")),
    "tf.linalg.solve": Operation("matrix, rhs, adjoint=False, name=None", to.same("rhs")),
    "keras.ops.solve": Operation("a, b", to.same("b")),
    "tf.linalg.slogdet": Operation(
        "x|input, name=None", _several(to.without("x", 2), to.without("x", 2)), ("sign", "log_abs_determinant")
    ),
    **{
        name: Operation("x|input, out_type=None, name=None", to.fixed())
        for name in ("tf.size", "tf.rank", "keras.ops.size")
    },
    "tf.random.gamma": Operation("shape, of|alpha, beta=None, dtype=None, seed=None, name=None", to.drawn),
    "keras.backend.ctc_batch_cost": Operation(
        "y_true, x|y_pred, input_length, label_length", lambda bound: ((to.sizes_of(bound["x"]) or (None,))[0], 1)
    ),
    "tf.signal.stft": Operation(
        "x|signals, frame_length, frame_step, fft_length=None, window_fn=None, pad_end=False, name=None",
        to.spectrogram,
    ),
    "tf.signal.inverse_stft": Operation(
        "x|stfts, frame_length, frame_step, fft_length=None, window_fn=None, name=None", to.inverse_spectrogram
    ),
    "tf.signal.frame": Operation(
        "x|signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None",
        lambda bound: to.frames("x", "frame_length", "frame_step")(bound) if bound["axis"] == -1 else None,
    ),
    **{f"tf.{name}": Operation(SIGNAL, extent) for name, extent in TRANSFORMS.items()},
    **{
        f"{module}.meshgrid": Operation("*arrays, indexing='xy', name=None", to.grids, listed=True)
        for module in ("tf", "keras.ops")
    },
    **{
        name: Operation("x|value, dtype, name=None", to.same("x"))
        for name in ("tf.saturate_cast", "keras.ops.saturate_cast")
    },
    "tf.linalg.triangular_solve": Operation("matrix, rhs, lower=True, adjoint=False, name=None", to.solved),
    "tf.linalg.cholesky_solve": Operation("matrix|chol, rhs, name=None", to.solved),
    "tf.linalg.cross": Operation("x|a, b, name=None", to.same("x")),
    "tf.linalg.pinv": Operation("x|a, rcond=None, validate_args=False, name=None", to.turned),
    "tf.linalg.eigvalsh": Operation("x|tensor, name=None", to.without("x", 1)),
    "tf.linalg.logdet": Operation("x|matrix, name=None", to.without("x", 2)),
    "tf.linalg.tensor_diag": Operation("x|diagonal, name=None", to.diagonal),
    **{f"tf.linalg.{name}": Operation("x|input, name=None", to.same("x")) for name in ("sqrtm", "expm", "logm")},
    "tf.quantization.fake_quant_with_min_max_args": Operation(
        "x|inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None", to.same("x")
    ),
    **{
        f"tf.quantization.fake_quant_with_min_max_vars{each}": Operation(
            "x|inputs, min, max, num_bits=8, narrow_range=False, name=None", to.same("x")
        )
        for each in ("", "_per_channel")
    },
    "tf.math.cumulative_logsumexp": Operation("x, axis=0, exclusive=False, reverse=False, name=None", to.same("x")),
    "tf.histogram_fixed_width_bins": Operation("x|values, value_range, nbins=100, dtype=None, name=None", to.same("x")),
    "tf.math.bincount": Operation(
        "arr, weights=None, minlength=None, maxlength=None, dtype=None, name=None, axis=None, binary_output=False",
        lambda bound: (None,) if bound["axis"] is None else None,
    ),
    **{
        f"tf.bitwise.bitwise_{name}": Operation("x, y, name=None", to.laid(to.same("x"), to.same("y")))
        for name in ("and", "or", "xor")
    },
    "tf.signal.dct": Operation(
        "x|input, type=2, n=None, axis=-1, norm=None, name=None",
        lambda bound: to.sizes_of(bound["x"]) if bound["n"] is None else None,
    ),
    "tf.signal.mfccs_from_log_mel_spectrograms": Operation("x|log_mel_spectrograms, name=None", to.same("x")),
    "keras.ops.svd": Operation("tensor|x, full_matrices=True, compute_uv=True", _singular_last),
    "keras.ops.eigh": Operation("x", _several(to.without("x", 1), to.same("x"))),
    "keras.ops.rfft": Operation("x, fft_length=None", _several(to.halved(1), to.halved(1))),
    "keras.ops.extract_sequences": Operation(
        "x, length|sequence_length, step|sequence_stride, pad_end=False", to.frames("x", "length", "step")
    ),
    "keras.ops.isin": Operation("x|x1, x2, assume_unique=False, invert=False", to.same("x")),
    "keras.ops.vdot": Operation("x1, x2", to.fixed()),
    "keras.ops.psnr": Operation("x1, x2, max_val", to.fixed()),
    "keras.ops.searchsorted": Operation("sorted_sequence, x|values, side='left'", to.same("x")),
    "keras.ops.view_as_complex": Operation("x", to.without("x", 1)),
    "tf.signal.fftshift": Operation("x, axes=None, name=None", to.same("x")),
    "tf.signal.ifftshift": Operation("x, axes=None, name=None", to.same("x")),
}

#: other names of the same functions, in older versions and other modules
SPELLED = {
    **{f"tf.{module}.{name}": f"tf.{name}" for module in ("signal", "spectral") for name in TRANSFORMS},
    "tf.confusion_matrix": "tf.math.confusion_matrix",
    "tf.sparse_tensor_dense_matmul": "tf.sparse.sparse_dense_matmul",
    "tf.sparse.matmul": "tf.sparse.sparse_dense_matmul",
    "tf.sparse_reorder": "tf.sparse.reorder",
    "keras.backend.to_dense": "tf.sparse.to_dense",
    "tf.matrix_set_diag": "tf.linalg.set_diag",
    "tf.self_adjoint_eig": "tf.linalg.eigh",
    "tf.matrix_solve": "tf.linalg.solve",
    "tf.matrix_triangular_solve": "tf.linalg.triangular_solve",
    "tf.cholesky_solve": "tf.linalg.cholesky_solve",
    "tf.cross": "tf.linalg.cross",
    "tf.self_adjoint_eigvals": "tf.linalg.eigvalsh",
    "tf.diag": "tf.linalg.tensor_diag",
    "tf.bincount": "tf.math.bincount",
    **{
        f"tf.fake_quant_with_min_max_{name}": f"tf.quantization.fake_quant_with_min_max_{name}"
        for name in ("args", "vars", "vars_per_channel")
    },
    "tf.svd": "tf.linalg.svd",
    "tf.qr": "tf.linalg.qr",
    "tf.random_gamma": "tf.random.gamma",
    "tf.contrib.signal.stft": "tf.signal.stft",
    "tf.contrib.signal.frame": "tf.signal.frame",
    "tf.contrib.signal.inverse_stft": "tf.signal.inverse_stft",
}
OPERATIONS = ROWS | {name: ROWS[other] for name, other in SPELLED.items()}
