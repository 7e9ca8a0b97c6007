"""Layers that exports spell out over several operators, put together before these are read: normalisation, gelu, prelu.

What is recognised is what is computed, not how it is bracketed: factors are collected over chains of products, and
what stands within tanh or erf is worked out as a polynomial. Parts that anything else reads stay as they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec.structs import replace

from cnnlint.readers.onnx.folding import fold
from cnnlint.readers.onnx.load import Loaded
from cnnlint.readers.onnx.operation import Malformed, Operation, every
from cnnlint.readers.onnx.polynomials import ARITHMETIC, HIGHEST, Polynomial, alike
from cnnlint.readers.onnx.values import Constant

DEEPEST = 12
"""Operators within each other that are looked through; gelu by tanh has 7."""

MOST = 30
"""Parts of a polynomial that are worked out: sums of sums double with every level. Gelu by tanh has 7."""

GELU = {"Erf": {1: math.sqrt(0.5)}, "Tanh": {1: math.sqrt(2 / math.pi), 3: math.sqrt(2 / math.pi) * 0.044715}}
"""What gelu has within erf, and within tanh where it is approximated so."""

NEGATED = "negated"
"""No attribute of ONNX: the slopes of a PRelu have the other sign."""

MEANS = ("ReduceMean", "GlobalAveragePool")
"""Averages: the second is over all places, which tf2onnx writes for the last axis of three as well."""

Parts = list[Operation]


class Fuser:
    """The operators of a graph by what they give; those that contradict each other are left as they are."""

    def __init__(self, operations: Sequence[Operation], outputs: Sequence[str], loaded: Loaded) -> None:
        self._operations = operations
        self._constants = loaded.constants
        self._shapes = loaded.known
        self._keep = loaded.contradictions
        self._reads = Counter(outputs)
        self._makers: dict[str, Operation] = {}
        self._reader: dict[str, Operation] = {}
        #: what is computed of constants alone
        self._computed: set[str] = set()
        for operation in operations:
            self._makers.update(dict.fromkeys(operation.outputs, operation))
            self._reader.update(dict.fromkeys(operation.inputs, operation))
            if not operation.bodies and all(not name or self._fixed(name) for name in operation.inputs):
                self._computed.update(operation.outputs)
        whole = list(every(operations))
        self._reads.update(chain.from_iterable(one.inputs for one in whole))
        self._reads.update(chain.from_iterable(body.outputs for one in whole for body in one.bodies.values()))
        self._reads.update(chain.from_iterable(one.captured for one in operations))

    def fused(self) -> list[Operation]:
        """The operators, those that belong together as one in the place of the last."""
        made: dict[int, Operation] = {}
        gone: set[int] = set()
        for operation in self._operations:
            found = self._found(operation) if operation.kind in ("Mul", "Div", "Add", "Reshape") else None
            if found is not None and not any(id(part) in gone for part in found[1]):
                whole, parts = found
                last = self._makers[whole.outputs[0]]
                gone.update(id(part) for part in parts)
                made[id(last)] = whole
        return [made.get(id(one), one) for one in self._operations if id(one) in made or id(one) not in gone]

    def _found(self, operation: Operation) -> tuple[Operation, Parts] | None:
        if operation.domain:
            return None
        try:
            for form in (
                self._gelu,
                self._slopes,
                self._normalisation,
                self._shifted_normalisation,
                self._product,
                self._grouped,
            ):
                found = form(operation)
                if found is not None and self._closed(found[1], found[0].outputs[0]):
                    return found
        except (Malformed, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            pass  # a part that breaks ONNX's own rules, which is told where it is read by itself
        return None

    def _closed(self, parts: Parts, output: str) -> bool:
        """Whether nothing but the parts reads what the parts give, their result aside."""
        within = Counter(name for part in {id(part): part for part in parts}.values() for name in part.inputs)
        names = {name for part in parts for name in part.outputs if name and name != output}
        return all(within[name] == self._reads[name] for name in names) and not any(
            part.bodies or part.key in self._keep for part in parts
        )

    # -- what a value is

    def _fixed(self, name: str) -> bool:
        """Whether a value does not depend on the model's inputs."""
        return name in self._constants or name in self._computed

    def _passes(self, operation: Operation) -> bool:
        """Whether an operator gives what it reads: a cast, or a reshape that changes nothing."""
        if operation.kind == "Reshape":
            shape = self._shapes.get(operation.input(0))
            return shape is not None and shape == self._shapes.get(operation.outputs[0]) and shape.count(None) < 2
        return operation.kind in ("Cast", "Identity")

    def _made(self, name: str, parts: Parts, *kinds: str) -> Operation | None:
        """The operator that gives a value if it is one of these, whatever casts come between; both become parts."""
        operation = self._makers.get(name)
        between: Parts = []
        while operation is not None and self._passes(operation) and len(between) < DEEPEST:
            between.append(operation)
            operation = self._makers.get(operation.input(0))
        if operation is None or operation.kind not in kinds or operation.domain:
            return None
        parts.extend((*between, operation))
        return operation

    def _source(self, name: str) -> str:
        """A value before casts."""
        for _ in range(DEEPEST):
            maker = self._makers.get(name)
            if maker is None or not self._passes(maker) or self._fixed(name):
                break
            name = maker.input(0)
        return name

    def _constant(self, name: str) -> Constant | None:
        """A constant that the file lists, or that an operator states."""
        maker = self._makers.get(name)
        if name in self._constants or maker is None or maker.kind != "Constant" or maker.domain:
            return self._constants.get(name)
        return fold(maker, (), None)

    def _number(self, name: str) -> float | None:
        """The value of a constant of one element, whatever it is cast to."""
        for _ in range(DEEPEST):
            maker = self._makers.get(name)
            if name in self._constants or maker is None or maker.kind != "Cast" or not self._fixed(name):
                break
            name = maker.input(0)
        constant = self._constant(name)
        return constant.scalar if constant is not None else None

    def _axes(self, operation: Operation) -> tuple[int, ...] | None:
        """The axes that a mean is taken over, where it keeps them."""
        if operation.kind == "GlobalAveragePool":
            shape = self._shapes.get(operation.input(0))
            return tuple(range(2, len(shape))) if shape is not None else None
        if not operation.integer("keepdims", 1):
            return None
        if "axes" in operation.attributes:
            return operation.integers("axes")
        constant = self._constant(operation.input(1))
        return constant.integers() if constant is not None else None

    def _polynomial(self, name: str, variable: str, parts: Parts, depth: int = DEEPEST) -> Polynomial | None:
        """A value as a polynomial of another, and the operators that it is computed by."""
        if name == variable:
            return {1: 1.0}
        number = self._number(name)
        if number is not None:
            return {0: number}
        operation = self._makers.get(name)
        if operation is None or operation.domain or not depth or operation.kind not in ARITHMETIC or len(parts) > MOST:
            return None
        operands = [self._polynomial(one, variable, parts, depth - 1) for one in operation.inputs]
        parts.append(operation)
        known = [one for one in operands if one is not None]
        result = ARITHMETIC[operation.kind](*known) if known and len(known) == len(operands) else None
        return result if result is None or max(result, default=0) <= HIGHEST else None

    # -- gelu

    def _factors(self, operation: Operation, parts: Parts) -> tuple[float, list[str]]:
        """A product over several operators as a number and what is multiplied with it."""
        coefficient, factors = 1.0, []
        pending = [operation]
        while pending and len(parts) < DEEPEST:
            current = pending.pop()
            parts.append(current)
            for index, name in enumerate(current.inputs):
                number = self._number(name)
                maker = self._makers.get(name)
                if number is not None:
                    divides = current.kind == "Div" and index == 1
                    coefficient *= (1 / number if number else math.nan) if divides else number
                elif current.kind == "Div" and index == 1:
                    return math.nan, []
                elif maker is not None and maker.kind in ("Mul", "Div") and self._reads[name] == 1 and not maker.domain:
                    pending.append(maker)
                else:
                    factors.append(name)
        return coefficient, factors

    def _gelu(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """½ · x · (1 + erf(x / √2)), and its approximation by tanh."""
        if operation.kind not in ("Mul", "Div"):
            return None
        parts: Parts = []
        coefficient, factors = self._factors(operation, parts)
        if len(factors) != 2:
            return None
        for x, gate in (factors, factors[::-1]):
            for function in self._functions(gate):
                found = [*parts, function]
                outer = self._polynomial(gate, function.outputs[0], found)
                inner = self._polynomial(function.input(0), x, found)
                if outer is None or inner is None or not alike(inner, GELU[function.kind]):
                    continue
                if alike(outer, {0: 0.5 / coefficient, 1: 0.5 / coefficient} if coefficient else {}):
                    how = {"approximate": "tanh" if function.kind == "Tanh" else "none"}
                    return replace(operation, kind="Gelu", inputs=(x,), attributes=how), found
        return None

    def _functions(self, name: str) -> Iterator[Operation]:
        """The tanh or erf that a sum or product is made of, two operators deep."""
        pending = [(name, 0)]
        while pending:
            current, depth = pending.pop()
            maker = self._makers.get(current)
            if maker is None or maker.domain:
                continue
            if maker.kind in GELU:
                yield maker
            elif maker.kind in ("Add", "Mul") and depth < 2:
                pending.extend((one, depth + 1) for one in maker.inputs)

    # -- a slope below zero

    def _slopes(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """relu(x) + s · relu(-x): PReLU with the slopes -s, as TensorFlow writes it, the axes turned or not."""
        if operation.kind != "Add" or len(operation.inputs) != 2:
            return None
        for above, below in (operation.inputs, operation.inputs[::-1]):
            parts: Parts = [operation]
            rising, turned = self._made(above, parts, "Relu"), self._made(below, parts, "Transpose", "Mul")
            back = turned if turned is not None and turned.kind == "Transpose" else None
            product = turned if back is None else self._made(back.input(0), parts, "Mul")
            for slopes, falling in (product.inputs, product.inputs[::-1]) if rising and product else ():
                constant = self._constants.get(slopes)
                there = self._made(falling, parts, "Transpose") if back is not None else None
                if back is not None and (there is None or not _undone(there, back)):
                    continue
                below_zero = self._made(falling if there is None else there.input(0), parts, "Relu")
                below_zero = below_zero if constant is not None and constant.dims else None
                negated = self._made(below_zero.input(0), parts, "Neg") if below_zero is not None else None
                if rising is not None and negated is not None and negated.input(0) == rising.input(0):
                    return self._as("PRelu", (rising.input(0), slopes), {NEGATED: 1}, operation), parts
        return None

    # -- products

    def _product(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """A product of rows that all axes before the last were made into: TensorFlow's Dense on more than two axes."""
        if operation.kind != "Reshape":
            return None
        parts: Parts = [operation]
        product = self._made(operation.input(0), parts, "MatMul")
        weights = self._constants.get(product.input(1)) if product is not None else None
        rows = self._made(product.input(0), parts, "Reshape") if product is not None else None
        if product is None or rows is None or weights is None or len(weights.dims or ()) != 2:
            return None
        before, after = self._shapes.get(rows.input(0)), self._shapes.get(operation.outputs[0])
        if (
            before is None
            or after is None
            or (before[-1:], after[-1:]) != ((weights.dims or ())[:1], (weights.dims or ())[1:])
        ):
            return None
        if before[:-1] != after[:-1] or before[:-1].count(None) > 1:  # one open size follows from the others
            return None
        return replace(product, inputs=(rows.input(0), product.input(1)), outputs=operation.outputs), parts

    # -- normalisation

    def _normalisation(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """(x - mean) / √(variance + ε), or x / √(mean of squares + ε), and a scale and an offset behind it."""
        parts: Parts = [operation]
        if operation.kind not in ("Mul", "Div") or len(operation.inputs) != 2:
            return None
        pairs = [operation.inputs] if operation.kind == "Div" else [operation.inputs, operation.inputs[::-1]]
        for numerator, factor in pairs:
            found = [*parts]
            spread = self._spread(factor, found, inverse=operation.kind == "Mul")
            if spread is None:
                continue
            squared, axes, epsilon = spread
            attributes = {"axes": axes, "epsilon": epsilon}
            centred = self._centred(numerator, axes, found)
            if centred is not None and centred == self._centred(squared, axes, found):
                return self._whole("LayerNormalization", centred, axes, attributes, operation, found)
            if self._source(numerator) == self._source(squared):
                return self._whole("RMSNormalization", self._source(numerator), axes, attributes, operation, found)
        return None

    def _spread(self, name: str, parts: Parts, *, inverse: bool) -> tuple[str, tuple[int, ...], float] | None:
        """√(mean of squares + ε), or one divided by it: what is squared, the axes, and ε."""
        if inverse:
            turned = self._made(name, parts, "Reciprocal", "Div")
            if turned is None or (turned.kind == "Div" and self._number(turned.input(0)) != 1):
                return None
            name = turned.inputs[-1]
        root = self._made(name, parts, "Sqrt", "Pow")
        if root is None or (root.kind == "Pow" and self._number(root.input(1)) != 0.5):
            return None
        total = self._made(root.input(0), parts, "Add")
        if total is None or len(total.inputs) != 2:
            return None
        for one, other in (total.inputs, total.inputs[::-1]):
            epsilon = self._number(one)
            mean = self._made(other, parts, *MEANS) if epsilon is not None else None
            axes = self._axes(mean) if mean is not None else None
            if mean is None or axes is None or epsilon is None or not epsilon < 0.1:
                continue
            square = self._made(mean.input(0), parts, "Pow", "Mul")
            if square is None or len(square.inputs) != 2:
                return None
            twice = self._number(square.input(1)) == 2 if square.kind == "Pow" else square.input(0) == square.input(1)
            return (square.input(0), axes, epsilon) if twice else None
        return None

    def _centred(self, name: str, axes: tuple[int, ...], parts: Parts) -> str | None:
        """What a difference takes its own mean along these axes from."""
        difference = self._made(name, parts, "Sub")
        mean = self._made(difference.input(1), parts, *MEANS) if difference is not None else None
        if difference is None or mean is None or self._axes(mean) != axes:
            return None
        x = self._source(difference.input(0))
        return x if self._source(mean.input(0)) == x else None

    def _shifted_normalisation(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """x · s + (offset - mean · s), where s is scale / √(variance + ε): TensorFlow's way to write it."""
        if operation.kind != "Add" or len(operation.inputs) != 2:
            return None
        for product, shift in (operation.inputs, operation.inputs[::-1]):
            before: Parts = [operation]
            scaled = self._made(product, before, "Mul")
            for x, factor in (scaled.inputs, scaled.inputs[::-1]) if scaled is not None else ():
                parts = [*before]
                scale, spread = self._scaling(factor, parts)
                if spread is None:
                    continue
                squared, axes, epsilon = spread
                offset, mean = self._shift(shift, factor, parts)
                averaged = self._made(mean, parts, *MEANS)
                source = self._source(x)
                means = averaged is not None and self._source(averaged.input(0)) == source
                if averaged is None or not means or self._axes(averaged) != axes:
                    continue
                if self._centred(squared, axes, parts) == source:
                    inputs, attributes = (source, scale, offset), {"axes": axes, "epsilon": epsilon}
                    return self._as("LayerNormalization", inputs, attributes, operation), parts
        return None

    def _scaling(self, name: str, parts: Parts) -> tuple[str, tuple[str, tuple[int, ...], float] | None]:
        """A scale, if there is one, and what it is divided by."""
        scale = ""
        product = self._made(name, parts, "Mul")
        if product is not None:
            scale, name = product.inputs if self._fixed(product.input(0)) else product.inputs[::-1]
            if not self._fixed(scale):
                return "", None
        return scale, self._spread(name, parts, inverse=True)

    def _shift(self, name: str, factor: str, parts: Parts) -> tuple[str, str]:
        """An offset, if there is one, less a mean times a factor; empty names where it is something else."""
        offset = ""
        total = self._made(name, parts, "Sub", "Add")
        if total is not None:
            offset, name = total.inputs if self._fixed(total.input(0)) else total.inputs[::-1]
            if not self._fixed(offset) or (total.kind == "Sub" and total.input(0) != offset):
                return "", ""
        product = self._made(name, parts, "Mul")
        if product is None or factor not in product.inputs:
            return "", ""
        mean = product.inputs[1] if product.input(0) == factor else product.input(0)
        if total is None or total.kind == "Add":
            negated = self._made(mean, parts, "Neg")
            mean = negated.input(0) if negated is not None else ""
        return offset, mean

    def _grouped(self, operation: Operation) -> tuple[Operation, Parts] | None:
        """Group normalisation as instance normalisation of channels that were put together, as torch writes it."""
        parts: Parts = [operation]
        if operation.kind != "Reshape":
            return None
        normal = self._made(operation.input(0), parts, "InstanceNormalization")
        grouped = self._made(normal.input(0), parts, "Reshape") if normal is not None else None
        if normal is None or grouped is None:
            return None
        x, between = grouped.input(0), self._shapes.get(grouped.outputs[0]) or ()
        shape = self._shapes.get(x)
        ends = [one.items() if (one := self._constants.get(name)) is not None else None for name in normal.inputs[1:]]
        plain = [set(items or ()) for items in ends] == [{1.0}, {0.0}]
        if not plain or len(between) < 3 or shape is None or shape != self._shapes.get(operation.outputs[0]):
            return None
        attributes = {"num_groups": between[1], "epsilon": normal.attributes.get("epsilon", 1e-5)}
        return self._whole("GroupNormalization", x, (1,), attributes, operation, parts)

    def _whole(
        self, kind: str, x: str, axes: tuple[int, ...], attributes: dict[str, Any], last: Operation, parts: Parts
    ) -> tuple[Operation, Parts]:
        """The layer with the scale and the offset for `axes` that stand behind it."""
        affine = {"Mul": "", "Add": ""}
        for step in affine:
            reader = self._reader.get(last.outputs[0]) if self._reads[last.outputs[0]] == 1 else None
            while reader is not None and reader.kind == "Cast" and self._reads[reader.outputs[0]] == 1:
                parts.append(reader)
                last, reader = reader, self._reader.get(reader.outputs[0])
            if reader is None or reader.kind != step or len(reader.inputs) != 2 or reader.domain:
                continue
            fixed = [name for name in reader.inputs if self._fixed(name)]
            if len(fixed) == 1 and self._is_for(fixed[0], x, axes):
                affine[step], last = fixed[0], reader
                parts.append(reader)
        return self._as(kind, (x, affine["Mul"], affine["Add"]), attributes, last), parts

    def _is_for(self, name: str, x: str, axes: tuple[int, ...]) -> bool:
        """Whether a constant has an element for each place along these axes of a value."""
        constant, shape = self._constants.get(name), self._shapes.get(x)
        dims = constant.dims if constant is not None else self._shapes.get(name)
        if dims is None or None in dims or shape is None or any(not -len(shape) <= axis < len(shape) for axis in axes):
            return False
        wanted = [shape[axis] for axis in sorted(axis % len(shape) for axis in axes) if shape[axis] != 1]
        return [size for size in dims if size != 1] == wanted

    @staticmethod
    def _as(kind: str, inputs: tuple[str, ...], attributes: dict[str, Any], last: Operation) -> Operation:
        while inputs and not inputs[-1]:
            inputs = inputs[:-1]
        return replace(last, kind=kind, inputs=inputs, attributes=attributes)


def _undone(one: Operation, other: Operation) -> bool:
    """Whether a Transpose puts the axes back where another took them from."""
    there, back = one.integers("perm"), other.integers("perm")
    return there is not None and back is not None and [back[axis] for axis in there] == sorted(there)
