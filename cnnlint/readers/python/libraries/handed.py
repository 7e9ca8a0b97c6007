"""What Python is handed: the libraries, and what attributes, items and operators mean on their values."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ModuleImported
from cnnlint.readers.python.arrays import arrays, reached, statements
from cnnlint.readers.python.arrays.element_types import ElementType
from cnnlint.readers.python.building import calls
from cnnlint.readers.python.building.layers import layer_attributes, layers, tensors
from cnnlint.readers.python.building.layers.operand_types import typed
from cnnlint.readers.python.building.layers.placeholders import decided, unassigned
from cnnlint.readers.python.building.models import model_attributes, models
from cnnlint.readers.python.building.own import instances, reserved
from cnnlint.readers.python.building.training import figures
from cnnlint.readers.python.building.training.how_often import how_often
from cnnlint.readers.python.language.changing import left_by_try, loosened
from cnnlint.readers.python.libraries import library, names, spelling, standard
from cnnlint.readers.python.libraries.keras import tuner
from cnnlint.readers.python.libraries.keras import utils as keras_utils
from cnnlint.readers.python.libraries.numpy import rarer as numpy_rarer
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    Among,
    ArrayValue,
    CallSite,
    ClassValue,
    DatasetValue,
    DictValue,
    FiguresValue,
    FunctionValue,
    HistoryValue,
    InstanceValue,
    IteratorValue,
    LayerValue,
    ListValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    Passed,
    SetValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    among,
    is_constant,
    items_of,
    tensors_in,
    token,
)

#: what a loop that binds it anew leaves as it is: one of them is like the other
KEPT = (
    *(FunctionValue, ClassValue, Symbol, ObjectValue, ModelValue, InstanceValue),
    *(LossTensor, LayerValue, VariableValue, DatasetValue, Native),
)
#: comparisons that libraries do element by element
ORDERED = ("LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual")


class Handed:
    """Every library that the reader knows, for one run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    # --- names ----------------------------------------------------------------------------------------------

    def outside(self, dotted: str) -> bool:
        """Whether a module belongs to a package that no file of the linted tree is taken for."""
        return dotted.partition(".")[0] in names.PACKAGES

    def imported(self, dotted: str, node: cst.CSTNode) -> None:
        """A module is imported: of a library, in the file itself, where nothing catches what that may raise."""
        run = self.run
        if (
            "." in dotted
            and self.outside(dotted)
            and run.frame.unit.main
            and not run.trying
            and run.frame.handling is None
        ):
            run.event(ModuleImported(origin=run.origin(node), module=dotted))

    def canonical(self, name: str) -> str:
        """One spelling for a qualified name, whatever path or alias it was imported by."""
        return spelling.canonical(name)

    def exports(self, module: str, name: str) -> bool:
        """Whether `from module import *` binds this name."""
        return spelling.exports(module, name)

    def conventional(self, name: str) -> Symbol | None:
        """What a name that is not bound anywhere means by convention: none where a star import may bind it."""
        found, frame = names.conventional(name), self.run.frame
        layer = found is not None and found.name.startswith(("keras.layers.", "keras.models."))
        return None if layer and names.may_bind_layers(frame.scope.module(), frame.unit.parsed.text) else found

    def handed(self, name: str, member: str) -> Symbol | None:
        """What `name.member` means where the name is bound to something unknown, and the member is a library's."""
        return names.handed(name, member)

    def member(self, symbol: Symbol, name: str) -> Value:
        """`symbol.name`."""
        return names.member(self.run, symbol, name)

    def is_instance(self, value: Value, kind: Symbol) -> bool | None:
        """`isinstance(value, kind)` for a class of an outside library."""
        return names.is_instance(value, kind)

    def of_several(self, value: Value) -> bool:
        """Whether a value stands for each of several: the layers of a published network."""
        return isinstance(value, LayerValue) and value.every_layer_of is not None

    # --- definitions ----------------------------------------------------------------------------------------

    def decorates(self, symbol: Symbol) -> bool:
        """Whether a decorator of an outside library makes something else of a function or class that is followed."""
        return symbol.name in library.DECORATORS

    def leaves_decorated(self, symbol: Symbol) -> bool:
        """Whether a decorator of an outside library leaves a function or class as it is."""
        return names.leaves_decorated(symbol)

    def class_made(self, cls: ClassValue) -> None:
        """A class was defined, perhaps with bases that write methods for it."""
        standard.class_made(self.run, cls)

    def entered(self, manager: Value) -> Value:
        """What `with manager as name` binds."""
        if isinstance(manager, ObjectValue):
            manager.state.pop("closed", None)
        return standard.entered(manager)

    def left(self, manager: Value) -> None:
        """A `with` is over: a tape records nothing from here on."""
        if isinstance(manager, ObjectValue) and manager.name == "tf.GradientTape":
            manager.state["closed"] = (len(self.run.building.nodes), len(self.run.building.losses))

    def suppressed(self, manager: Value) -> tuple[Value, ...]:
        """The exceptions that a context manager keeps to itself."""
        return standard.suppressed(manager)

    # --- calls ----------------------------------------------------------------------------------------------

    def call_symbol(self, symbol: Symbol, site: CallSite) -> Value:
        """Call something of an outside library."""
        site.api = symbol.name
        calls.keep(self.run, symbol.name, site)
        return library.call(self.run, symbol, site)

    def call_object(self, value: ObjectValue, site: CallSite) -> Value:
        """Call an object of an outside class."""
        return library.call_object(self.run, value, site)

    def call_method(self, value: ObjectValue, name: str, site: CallSite) -> Value:
        """Call a method of an object of an outside class."""
        return library.call_method(self.run, value, name, site)

    def call_layer(self, layer: LayerValue, site: CallSite) -> Value:
        """`layer(x)`."""
        if site.keywords and not layer.opaque and layer.placement.api.startswith("keras.layers."):
            calls.keep(self.run, f"keras.layers.{layer.kind}.call", site)
        data = site.value(0)
        found = arrays.through_layer(self.run, layer, data, site) if isinstance(data, ArrayValue) else None
        return found if found is not None else layers.apply_layer(self.run, layer, site)

    def call_model(self, model: ModelValue, site: CallSite) -> Value:
        """`model(x)`."""
        data = site.value(0)
        found = arrays.through_model(self.run, model, data, site) if isinstance(data, ArrayValue) else None
        return found if found is not None else models.apply_model(self.run, model, site)

    def call_instance(self, instance: InstanceValue, site: CallSite) -> Value:
        """`instance(x)`."""
        return instances.call(self.run, instance, site)

    def new_instance(self, cls: ClassValue, site: CallSite) -> InstanceValue:
        """An instance before its `__init__` was read."""
        return instances.new(self.run, cls, site)

    def finished_instance(self, instance: InstanceValue, site: CallSite) -> Value:
        """An instance after its `__init__` was read."""
        return instances.finished(self.run, instance, site)

    # --- attributes -----------------------------------------------------------------------------------------

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name` of a library's object, or what an instance has from an outside base class; else MISSING."""
        found = self._attribute(value, name)
        return MISSING if found is None else found

    def _attribute(self, value: Value, name: str) -> Value:
        run = self.run
        if isinstance(value, InstanceValue):
            return instances.inherited(run, value, name)
        if isinstance(value, TensorValue):
            return tensors.tensor_attribute(run, value, name)
        if isinstance(value, ModelValue):
            return model_attributes.model_attribute(run, value, name)
        if isinstance(value, LayerValue):
            if name == "output" and not value.nodes and value.note.startswith(models.INNER):
                return model_attributes.inner_output(run, value)
            return layer_attributes.attribute(run, value, name)
        if isinstance(value, ArrayValue):
            return arrays.attribute(run, value, name)
        if isinstance(value, DatasetValue):
            return arrays.dataset_attribute(run, value, name)
        if isinstance(value, ObjectValue):
            if name in ("word_index", "index_word") and keras_utils.keeps_all_words(value):
                return Unknown(name, layers.WORD_INDEX)
            return standard.attribute(run, value, name)
        if isinstance(value, HistoryValue):
            if name != "history":
                return None
            return FiguresValue(value.figures) if value.figures is not None else DictValue({}, True)
        if isinstance(value, FiguresValue):
            value.figures.open = value.figures.open or name not in ("get", "items", "keys", "values")
            return Unknown(f"history.{name}", ("history", name))
        if isinstance(value, ElementType):
            return value.attribute(name)
        if isinstance(value, VariableValue):
            return tensors.variable_attribute(value, name)
        if isinstance(value, Unknown):
            if name in ("update", "setdefault", "pop", "popitem", "clear"):
                self._renumbered(value)
            chosen = tuner.asked(value, name)
            return chosen if chosen is not MISSING else arrays.of_unknown(run, value, name)
        return None

    def super_attribute(self, instance: InstanceValue, name: str) -> Value:
        """`super().name` where the base class is an outside one."""
        return instances.from_super(self.run, instance, name)

    def attribute_assigned(self, target: Value, name: str, value: Value) -> None:
        """`target.name = value` for whatever is not an object of the program."""
        if isinstance(target, ArrayValue):
            arrays.assign_attribute(self.run, target, name, value)
            return
        reserved.assigned(self.run, target, name)
        if isinstance(target, (LayerValue, ModelValue)):
            self.run.touch()
        if name == "trainable" and isinstance(target, (LayerValue, ModelValue)):
            model_attributes.trainable_assigned(self.run, target, value)
        elif isinstance(target, LayerValue):
            model_attributes.set_layer_attribute(self.run, target, name, value)
        elif isinstance(target, ModelValue):
            target.kept[name] = Unknown(f"`.{name}`, set in a loop") if self.run.in_open_loop else value
        elif not isinstance(target, InstanceValue):
            self.run.building.escape(value)

    def printed(self, values: list[Value]) -> None:
        """What is printed is looked at; in TensorFlow 1 it is no more than the name of a tensor."""
        if self.run.versions.tensorflow != 1:
            shown = (tensor for value in values for tensor in tensors_in(value))
            self.run.building.kept.update(id(tensor.node) for tensor in shown)

    # --- items ----------------------------------------------------------------------------------------------

    def item(self, value: Value, index: list[Value], node: cst.Subscript) -> Value:
        """`value[...]` of a library's object; MISSING where nothing is known of it."""
        if isinstance(value, VariableValue) and value.constant:
            value = self.run.building.operand(value, node)
        if isinstance(value, LossTensor):
            return self.run.building.loss_value(value, node)
        if isinstance(value, TensorValue):
            return tensors.tensor_item(self.run, value, index, node)
        if isinstance(value, ArrayValue):
            return arrays.item(self.run, value, index, node)
        if isinstance(value, DatasetValue) and len(index) == 1:
            return arrays.batch(self.run, value)
        if isinstance(value, Symbol) and value.name == "numpy.c_":
            columns = numpy_rarer.beside(self.run, index)
            return MISSING if columns is None else columns
        if isinstance(value, ObjectValue):
            found = arrays.object_item(self.run, value, index, node)
            return MISSING if found is None else found
        if isinstance(value, FiguresValue) and len(index) == 1:
            return figures.item(self.run, value.figures, index[0], node)
        held = tensors_in(value)
        return self.run.building.opaque("item", held, node) if held and len(index) == 1 else MISSING

    def assign_item(self, container: Value, index: list[Value], value: Value) -> None:
        """`container[...] = value`, the container being neither a list nor a dictionary."""
        if isinstance(container, ArrayValue):
            arrays.assign_item(self.run, container, index, value)
        elif isinstance(container, ObjectValue):
            arrays.assign_object_item(self.run, container, index, value)
        elif isinstance(container, FiguresValue):
            container.figures.added.add(index[0] if len(index) == 1 and isinstance(index[0], str) else "")
        else:
            unassigned(self.run, container)
            self._renumbered(container)
            self._one_of(container)
            self.run.building.escape(value)

    def _one_of(self, changed: Value) -> None:
        """One of several values is changed, of which it is not known which one."""
        for one in changed.values if isinstance(changed, Among) else ():
            reached.reached(self.run, one)

    def _renumbered(self, value: Value) -> None:
        """A tokenizer's words are changed by the program: their number is no longer that of its numbers."""
        if isinstance(value, Unknown) and value.token == layers.WORD_INDEX:
            self.run.building.renumbered = True

    def remove_item(self, container: ArrayValue, index: list[Value]) -> None:
        """`del container[...]`."""
        arrays.remove_item(self.run, container, index)

    def element(self, value: ArrayValue | DatasetValue) -> Value:
        """What iterating yields."""
        return arrays.element(value) if isinstance(value, ArrayValue) else arrays.batch(self.run, value)

    # --- operators ------------------------------------------------------------------------------------------

    def binary(self, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
        """`left op right`, by the name of the operator; MISSING where neither side is a library's."""
        for loss, factor in ((left, right), (right, left)):
            if name == "Multiply" and isinstance(loss, LossTensor) and isinstance(factor, (int, float)) and factor < 0:
                return replace(loss, negated=not loss.negated)
        if any(isinstance(one, (TensorValue, LossTensor, VariableValue)) for one in (left, right)):
            return self._operated(name, left, right, node)
        if isinstance(left, ArrayValue) or isinstance(right, ArrayValue):
            return arrays.binary(self.run, name, left, right, node)
        return MISSING

    def _operated(self, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
        made = self.run.building.operate(name, left, right, node)
        if isinstance(made, TensorValue):
            typed(self.run, made.node, name, left, right)
        return made

    def unary(self, name: str, value: Value, node: cst.CSTNode) -> Value:
        """`op value`; MISSING where it is not a library's."""
        if not isinstance(value, (TensorValue, LossTensor, ArrayValue)):
            return MISSING
        if isinstance(value, LossTensor):
            return replace(value, negated=value.negated != (name == "Minus"))
        if isinstance(value, ArrayValue) and name == "BitInvert":
            return arrays.inverted(value)
        if name != "Minus" and isinstance(value, TensorValue):
            return decided(self.run, value, node, name)
        if name == "Abs" and isinstance(value, ArrayValue):
            call = node if isinstance(node, cst.Call) else None
            return arrays.call_numpy(self.run, "absolute", CallSite(call, [Passed(value)]))
        return self.binary("Multiply", value, -1, node) if name == "Minus" else value

    def compare(self, name: str, left: Value, right: Value) -> Value:
        """`left op right` for a comparison; MISSING where neither side is a library's."""
        if name in ("Equal", "NotEqual", "Is", "IsNot") and isinstance(left, Symbol) and isinstance(right, Symbol):
            same = names.same_class(left, right)
            return MISSING if same is None else same == (name in ("Equal", "Is"))
        if name in arrays.COMPARISONS and (isinstance(left, ArrayValue) or isinstance(right, ArrayValue)):
            return arrays.compare(self.run, name, left, right)
        if name in ORDERED and (isinstance(left, TensorValue) or isinstance(right, TensorValue)):
            return self._operated(name, left, right, self.run.statement)
        if name in ("Equal", "NotEqual"):  # each element is compared: somebody reads them
            self.run.building.escape((left, right))
        return MISSING

    def updated(self, old: Value, made: Value, node: cst.CSTNode) -> Value:
        """What `old op= value` leaves, where `made` is `old op value`."""
        self._one_of(old)
        return arrays.updated(self.run, old, made, node) if isinstance(old, ArrayValue) else made

    def written(self, arrays_: list[ArrayValue]) -> None:
        """Arrays were written into by a loop that was not read to its end."""
        statements.unfinished(arrays_)

    def named(self, name: str, value: Value) -> Value:
        """A value as it is called once it has this name."""
        if isinstance(value, ModelValue) and value.name is None:
            value.name = name
        return arrays.named(self.run, name, value) if isinstance(value, ArrayValue) else value

    def expression(self, node: cst.BaseExpression, value: Value) -> None:
        """An expression stands alone, and nobody keeps what it is worth."""
        arrays.expression(self.run, node, value)

    def distinct(self, value: ArrayValue) -> Value:
        """`set(array)`."""
        return arrays.distinct(value)

    def listed(self, value: ArrayValue) -> Value:
        """`list(array)`."""
        return arrays.listed(value)

    def number(self, value: ArrayValue | Unknown) -> Value:
        """What an array without axes holds; None where that is not known."""
        return arrays.number(value)

    def extreme(self, value: ArrayValue, which: str) -> Value:
        """`min(array)` and `max(array)`: one of its samples, a number where it has a single axis."""
        shape = value.facts.shape
        if shape is not None and len(shape) > 1 and value.frame is None:
            return arrays.element(value)
        if value.frame is not None:
            value = arrays.listed(value)  # it yields numbers of Python's
        return arrays.extreme(value, which) if shape else Unknown(f"{which}()", ("array", which, value.facts.root))

    def part(self, value: Value, index: int, count: int) -> Value:
        """One of several targets that a value of unknown length is unpacked to."""
        if isinstance(value, TensorValue):
            recurrent = value.node.kind in ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM2D")
            if recurrent and index == 0:
                return value
            return self.run.building.opaque("state" if recurrent else "item", [value], None)
        if isinstance(value, DatasetValue):
            facts = value.x if index == 0 else value.y
            return ArrayValue(facts) if facts is not None and count == 2 else Unknown("batch")
        return among("item", ("part", token(value), index), items_of(value))

    def widened(self, name: str, old: Value, new: Value, node: cst.CSTNode) -> Value:
        """What a name holds after a loop of unknown length that bound it anew."""
        if isinstance(new, TensorValue):
            sources = [value for value in (old, new) if isinstance(value, TensorValue)]
            shapes = {value.node.shape for value in sources}
            shape = shapes.pop() if len(shapes) == 1 and len(sources) == 2 else None
            what = how_often(self.run, node)
            return self.run.building.opaque(what, sources, node, shape=shape, unread=True)
        in_try = isinstance(node, (cst.Try, cst.TryStar))
        alike = type(old) is type(new) or (old is None and not in_try)
        if isinstance(new, (ListValue, DictValue, SetValue, IteratorValue)) and alike:
            if old is not None:
                loosened(new)
            return new
        if isinstance(new, ArrayValue) and isinstance(old, ArrayValue):
            return arrays.widened(old, new, name)
        if isinstance(new, KEPT):
            return new
        if is_constant(new) and is_constant(old) and new == old:
            return new
        return left_by_try(name, old, new) if in_try else Unknown(f"`{name}`, bound in a loop", ("loop", name))

    def grown(self, model: ModelValue, node: cst.CSTNode) -> None:
        """What a model holds after a loop of unknown length that added to it."""
        models.interrupt(self.run, model, how_often(self.run, node), self.run.origin(node))
