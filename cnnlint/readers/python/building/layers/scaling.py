"""Numbers beside tensors: a factor or an offset is a Rescaling."""

from __future__ import annotations


def scaling(name: str, other: float, tensor_left: bool) -> tuple[float, float] | None:
    """The factor and the offset that `tensor op number` comes to, or `number op tensor`; None for what is neither."""
    if name == "Multiply":
        return float(other), 0.0
    if name == "Divide" and tensor_left and other:
        return 1.0 / other, 0.0
    if name == "Add":
        return 1.0, float(other)
    if name == "Subtract":
        return (1.0, -float(other)) if tensor_left else (-1.0, float(other))
    return None
