"""Attributes of a layer's or model's own that its class reads and nothing sets, by the text alone."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cnnlint.graph import NotThere
from cnnlint.graph.signatures import nearest
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import loads
from cnnlint.readers.python.text.written import written

#: what a class derives from that brings the attributes below and no others
BASES = pattern(r"(?:tensorflow\.)?keras\.(?:layers\.|models\.)?(?:Layer|Model)")
#: packages beside Python's own that give what they are handed no attributes; any other may
SAFE = frozenset(
    {"keras", "tensorflow", "numpy", "pandas", "scipy", "sklearn", "matplotlib", "seaborn", "PIL", "cv2", "tqdm"}
)
#: `dir` and `vars` of a Layer, a Model and a functional Model of Keras 3.15 that were called, compiled and trained
_BROUGHT = """
activity_regularizer add_loss add_metric add_variable add_weight autocast build build_from_config built call
call_signature_parameters compile compile_from_config compiled compiled_loss compiled_metrics compute_dtype
compute_loss compute_mask compute_metrics compute_output_shape compute_output_spec count_params
distribute_reduction_method distribute_strategy dtype dtype_policy evaluate export fit from_config get_build_config
get_compile_config get_config get_layer get_metrics_result get_quantization_layer_structure get_state_tree
get_weights history input input_dtype input_shape input_spec inputs jit_compile layers load_own_variables
load_weights loss losses make_predict_function make_test_function make_train_function metrics metrics_names
metrics_variables name non_trainable_variables non_trainable_weights operations optimizer output output_names
output_shape outputs path predict predict_function predict_on_batch predict_step quantization_mode quantize
quantized_build quantized_call rematerialized_call reset_metrics run_eagerly save save_own_variables save_weights
set_state_tree set_weights stateless_call stateless_compute_loss steps_per_execution stop_training summary
supports_jit supports_masking symbolic_call test_function test_on_batch test_step to_json train_function
train_on_batch train_step trainable trainable_variables trainable_weights unrolled_steps_per_execution
variable_dtype variables weights
"""
#: what `torch.nn.Module` brings, which layers are where Keras runs on PyTorch, and programs ask of them
_OF_TORCH = """
apply buffers children cpu cuda double eval float forward half load_state_dict modules named_buffers named_children
named_modules named_parameters parameters register_buffer register_module register_parameter requires_grad_ state_dict
to train training zero_grad
"""
BROUGHT = frozenset((*_BROUGHT.split(), *_OF_TORCH.split()))
#: by which attributes come without being named
DYNAMIC = pattern(r"setattr|__dict__|__getattr|vars\(|__slots__|exec\(|locals\(|import \*")
#: the methods that are run whenever the layer or model is used
RUN = frozenset({"__init__", "build", "call"})


@once
def by_name(parsed: Parsed) -> bool:
    """Whether objects have no attributes but those that the text names, or that the packages above bring."""
    roots = {module.partition(".")[0] for _, module in _imported(parsed)}
    return DYNAMIC.search(parsed.source.text) is None and roots <= SAFE | sys.stdlib_module_names


@once
def events(parsed: Parsed) -> tuple[NotThere, ...]:
    """One for each attribute, where it is first read."""
    source = parsed.source.text
    if parsed.ast is None or "keras" not in source or not by_name(parsed):
        return ()
    classes = {node.name: node for node in parsed.listing.of(ast.ClassDef)}
    imported = dict(_imported(parsed))
    derived = {written(base).rpartition(".")[2] for node in classes.values() for base in node.bases}
    used = Counter(node.func.id for node in parsed.listing.of(ast.Call) if isinstance(node.func, ast.Name))
    kept = Counter(_kept(parsed.listing.of(ast.Attribute, ast.Call)))
    handed = loads(parsed) - used - kept
    stored = {node.attr for node in parsed.listing.of(ast.Attribute) if not isinstance(node.ctx, ast.Load)}
    stored |= {node.value for node in parsed.listing.of(ast.Constant) if isinstance(node.value, str)}
    text, found = SourceText(parsed.text), list[NotThere]()
    for node in classes.values():
        unclear = node.name in derived or node.name in handed or node.name not in used
        if unclear or not _plain(node, {name: full for name, full in imported.items() if name not in classes}):
            continue
        own = stored | {name for inner in nodes_of(node) for name in _bound(inner)} | BROUGHT
        told: set[str] = set()
        for read in _reads(node):
            if read.attr in own or read.attr in told or read.attr.startswith("_"):
                continue
            told.add(read.attr)
            meant = nearest(read.attr, [name for name in own if not name.startswith("_")])
            problem = f"self.{read.attr} is not there: nothing sets it, and Keras does not bring it"
            advice = f"did you mean `self.{meant}`?" if meant else f"set it in {node.name}.__init__"
            found.append(NotThere(origin=origin_of(text, read), problem=problem, advice=advice))
    return tuple(found)


def _imported(parsed: Parsed) -> Iterator[tuple[str, str]]:
    """The names that a file's imports bind, and what each stands for, in full."""
    for statement in parsed.listing.of(ast.ImportFrom):
        for one in statement.names:
            yield one.asname or one.name, f"{'.' * statement.level}{statement.module or ''}.{one.name}"
    for plain in parsed.listing.of(ast.Import):
        for one in plain.names:
            root = one.name.partition(".")[0]
            yield one.asname or root, one.name if one.asname else root


def _kept(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that are read for an attribute, or handed to `super`: nobody else gets hold of what they stand for."""
    for node in nodes:
        asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
        inner = node.args if isinstance(node, ast.Call) and asks else []
        for one in [node.value] if isinstance(node, ast.Attribute) else inner:
            if isinstance(one, ast.Name):
                yield one.id


def _plain(node: ast.ClassDef, imported: Mapping[str, str]) -> bool:
    """Whether a class derives from Keras's Layer or Model alone, and hands itself to nobody who may add to it."""
    if len(node.bases) != 1 or node.keywords or node.decorator_list:
        return False
    head, dot, rest = written(node.bases[0]).partition(".")
    if not BASES.fullmatch(imported.get(head, "") + dot + rest):
        return False
    inner = nodes_of(node)
    named = sum(isinstance(one, ast.Name) and one.id == "self" for one in inner)
    asked = sum(isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "self" for one in inner)
    return named == asked + sum(name == "self" for name in _kept(inner))


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node within a class's body binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _reads(node: ast.ClassDef) -> Iterator[ast.Attribute]:
    """The attributes of `self` that are read on every way through what is run of a class."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name not in RUN or method.decorator_list:
            continue
        for statement in method.body:
            if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Return)):
                yield from _within(statement)
                if isinstance(statement, ast.Return):
                    break
            elif not isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Assert)):
                break  # what follows may not be reached


def _within(node: ast.AST) -> Iterator[ast.Attribute]:
    """The attributes that are read whatever a part of the statement comes to."""
    if isinstance(node, (ast.IfExp, ast.BoolOp, ast.Lambda, ast.comprehension, ast.ListComp, ast.GeneratorExp)):
        return
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and written(node.value) == "self":
        yield node
    for inner in ast.iter_child_nodes(node):
        yield from _within(inner)
