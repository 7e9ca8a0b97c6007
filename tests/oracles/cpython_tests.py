"""CPython's own tests as an oracle: every assertion of a test method is a layer, of 2 units where it holds.

`python -m tests.oracles.cpython_tests test_dict test_list ...` takes files of the `test` package of the Python that it
runs on. Each test method becomes a program that makes its assertions one after the other; it counts if CPython runs it
and all its assertions hold. A model that is said to be read whole and has a layer of 1 unit contradicts CPython.
"""

from __future__ import annotations

import argparse
import ast
import collections
import contextlib
import copy
import pathlib
import signal
import sys
import sysconfig
from collections.abc import Iterator, Sequence

if __package__ == "tests.oracles":
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from oracles.python.claims import report
from oracles.python.standin import execute

TESTS = pathlib.Path(sysconfig.get_paths()["stdlib"]) / "test"
CASE = pathlib.Path(__file__).with_name("cpython_case.txt").read_text(encoding="utf-8")
END = """
case = {owner}("{method}")
case.setUp()
case.{method}()
model = keras.Sequential()
model.add(keras.Input((16,)))
for width in _seen_:
    model.add(layers.Dense(width))
"""
#: names of the `test` package and of unittest in decorators: whether a test runs is not what it asks
AROUND = ("support", "unittest", "skip", "cpython_only", "requires", "bigmem", "helper", "no_tracing")
SECONDS = 10  # for one test under CPython: some wait for threads
LONGEST = 300  # assertions of a test: more are a loop over one question


class _Plain(ast.NodeTransformer):
    """Without what belongs to unittest: its decorators and its TestCase."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """The class over `Case`."""
        case = ast.Name("Case", ast.Load())
        node.bases = [case if ast.unparse(one) in ("unittest.TestCase", "TestCase") else one for one in node.bases]
        node.decorator_list = _own(node.decorator_list)
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """The function without decorators that only say when it is run."""
        node.decorator_list = _own(node.decorator_list)
        self.generic_visit(node)
        return node


def _own(decorators: list[ast.expr]) -> list[ast.expr]:
    return [one for one in decorators if not any(word in ast.unparse(one) for word in AROUND)]


def programs(name: str) -> Iterator[tuple[str, str]]:
    """The test methods of a file of CPython's tests, each with the program that makes its assertions."""
    body = [one for one in _Plain().visit(ast.parse((TESTS / f"{name}.py").read_text())).body if not _of_unittest(one)]
    classes = {one.name: one for one in body if isinstance(one, ast.ClassDef)}
    for owner, node in classes.items():
        lineage = [node, *(classes[base] for base in _bases(node, classes))]
        if not any(ast.unparse(base) == "Case" for one in lineage for base in one.bases):
            continue
        methods = [part for one in lineage for part in one.body if isinstance(part, ast.FunctionDef)]
        for method in dict.fromkeys(one.name for one in methods if one.name.startswith("test")):
            kept = [_with_one(one, method) if one in lineage else one for one in body]
            text = "\n".join(ast.unparse(ast.fix_missing_locations(one)) for one in _reached(kept, owner))
            yield f"{name}.{owner}.{method}", f"{CASE}\n{text}\n{END.format(owner=owner, method=method)}"


def _of_unittest(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "test" in ast.unparse(node) or "__future__" in ast.unparse(node)
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node)


def _bases(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[str]:
    named = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in classes]
    return [one for base in named for one in (base, *_bases(classes[base], classes))]


def _with_one(node: ast.ClassDef, method: str) -> ast.ClassDef:
    """A class with one of its tests, and all that is no test."""
    alone = copy.copy(node)
    others = [
        one
        for one in node.body
        if not (isinstance(one, ast.FunctionDef) and one.name.startswith("test") and one.name != method)
    ]
    alone.body = others or [ast.Pass()]
    return alone


def _reached(body: list[ast.stmt], owner: str) -> list[ast.stmt]:
    """The statements of a module that bind what a class needs."""
    wanted: set[str] = {owner}
    before = -1
    while before != len(wanted):
        before = len(wanted)
        for one in body:
            if _bound(one) & wanted:
                wanted |= {name.id for name in ast.walk(one) if isinstance(name, ast.Name)}
    return [one for one in body if _bound(one) & wanted]


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(one.asname or one.name).partition(".")[0] for one in node.names}
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def holds(text: str) -> int:
    """How many assertions a program makes under CPython; 0 where it does not run, or where not all of them hold."""
    try:
        with _at_most(SECONDS):
            record = execute(text)
    except BaseException:
        return 0
    widths = [made.units for built in record.models for made in built.layers]
    return len(widths) if len(widths) <= LONGEST and set(widths) == {2} else 0


def run(files: Sequence[str]) -> collections.Counter[str]:
    """How many test methods, assertions and known ones there are in these files, and what contradicts them, printed."""
    counts: collections.Counter[str] = collections.Counter()
    for label, text in (one for name in files for one in programs(name)):
        assertions = holds(text)
        if not assertions:
            continue
        counts["test methods"] += 1
        counts["assertions"] += assertions
        for model in report(text)["models"]:
            shapes = [layer["output_shape"] for layer in model["layers"] if layer["kind"] != "Input"]
            widths = [shape[-1] if shape else None for shape in shapes]
            counts["known"] += widths.count(2)
            wrong = [place for place, width in enumerate(widths) if width not in (2, None)]
            if model["complete"] and wrong:
                counts["contradicted"] += 1
                print(f"{label}: assertions {wrong[:6]} of {assertions}", flush=True)
    return counts


def main() -> int:
    """Run the files named, and return 1 if something contradicts CPython."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", metavar="test_NAME")
    counts = run(parser.parse_args().files)
    print(dict(counts))
    return bool(counts["contradicted"])


if __name__ == "__main__":
    sys.exit(main())
