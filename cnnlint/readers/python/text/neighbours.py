"""Where the files lie that a file imports from its own tree, and whether one of them defines a model."""

from __future__ import annotations

import ast
import functools
import hashlib
import posixpath
import sys
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from cnnlint.readers.python.text.gate import LIBRARIES, OTHER_LIBRARIES, defines_model
from cnnlint.readers.python.text.scan import looks_relevant
from cnnlint.readers.reading import FileLoader

#: how many folders above a file are looked in for what it imports
FOLDERS_UP = 4
#: files that are looked into to see whether a script trains what a neighbour defines, and how far from it they lie
MOST_LOOKED_INTO = 12
#: of so many that a package's `__init__` imports it is asked whether they name a framework: these are looked into first
MOST_OPENED = 96
DEEPEST = 3
#: larger files are data: what a script trains is defined in less
LARGEST = 400_000


@functools.lru_cache(maxsize=1024)
def candidates(filename: str, dotted: str, level: int, added: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The paths at which the module of a name may lie, nearest first.

    `level` counts the dots of a relative import. `added` are folders that the program puts on `sys.path`.
    """
    folder = posixpath.dirname(filename)
    tail = dotted.replace(".", "/")
    folders: list[str] = []
    if level:
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        folders = [folder]
    else:
        folders += [posixpath.normpath(posixpath.join(folder, one)) for one in added]
        for _ in range(FOLDERS_UP):
            folders.append(folder)
            if not folder or folder == "/":
                break
            folder = posixpath.dirname(folder)
        near = folders[-FOLDERS_UP:]
        inside = _around_package(filename, dotted.partition(".")[0])
        if inside is not None and inside not in folders:
            folders.append(inside)
        folders += [posixpath.join(one, "src") for one in near]
    stems = [posixpath.join(one, tail) if tail else one for one in folders]
    return tuple(path for stem in stems for path in (f"{stem}.py", posixpath.join(stem, "__init__.py")))


def _around_package(filename: str, package: str) -> str | None:
    """The folder that holds the package which a file imports by name and lies in itself, however deep."""
    *above, _ = filename.split("/")
    if package not in above:
        return None
    folder = "/".join(above[: len(above) - 1 - above[::-1].index(package)])
    return folder or ("/" if filename.startswith("/") else "")


def added_folders(tree: ast.AST | None, text: str) -> tuple[str, ...]:
    """The folders that `sys.path.append("..")` and `sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))`
    add, from the file's own, where they are written out."""
    found: list[str] = []
    for node in ast.walk(tree) if tree is not None and "sys.path" in text else ():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if node.func.attr in ("append", "insert") and ast.unparse(node.func.value) == "sys.path":
            folder = _folder(node.args[-1])
            if folder is not None and not folder.startswith("/"):
                found.append(folder)
    return tuple(found)


SAME = frozenset({"abspath", "realpath", "normpath", "expanduser", "str", "Path", "resolve", "absolute"})
"""What makes another spelling of the same path."""


def _folder(node: ast.expr) -> str | None:
    """A path that a program writes down, relative to the file's own folder; None where that is not known."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return "./" if node.id == "__file__" else None  # whose folder is the file's own
    if isinstance(node, ast.Attribute):
        return _above(_folder(node.value)) if node.attr == "parent" else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined([node.left, node.right])
    if not isinstance(node, ast.Call):
        return None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("getcwd", "cwd") and not node.args:
        return "."
    if called in ("join", "joinpath"):
        return _joined(node.args)
    if called in SAME:
        inner = node.args[:1] or ([node.func.value] if isinstance(node.func, ast.Attribute) else [])
        return _folder(inner[0]) if inner else None
    return _above(_folder(node.args[0])) if called == "dirname" and len(node.args) == 1 else None


def _joined(parts: list[ast.expr]) -> str | None:
    found = [_folder(part) for part in parts]
    known = [one for one in found if one is not None]
    return posixpath.join(*known) if known and len(known) == len(found) else None


def _above(path: str | None) -> str | None:
    """The folder that a path lies in."""
    if path is None or path == "./":
        return "." if path else None
    return posixpath.normpath(posixpath.join(path, ".."))


class _Outline(Struct, frozen=True):
    """What of a file tells whether those that import it make models."""

    #: modules that may be files of the same tree, each with the dots before it, in the order in which they stand
    imports: tuple[tuple[str, int], ...]
    added: tuple[str, ...]
    defines: bool


_outlines: OrderedDict[bytes, _Outline | None] = OrderedDict()
"""By the digest of a file's contents; None for what does not parse. A file has many neighbours that look into it."""
MOST_OUTLINES = 20_000


def imports_a_model(tree: ast.Module, text: str, filename: str, load: FileLoader) -> bool:
    """Whether a file calls something that a neighbour defines which makes models, however many imports away."""
    filename = filename.replace("\\", "/")
    if "import" not in text or "(" not in text:
        return False
    pending = [(_outline(tree, text, defines=False), filename, 0)]
    seen = {posixpath.normpath(filename)}
    looked_into = 0
    while pending and looked_into < MOST_LOOKED_INTO:
        current, name, depth = pending.pop(0)
        found = [(path, data) for path, data in _imported(current, name, load, seen) if len(data) <= LARGEST]
        if len(found) > MOST_LOOKED_INTO - looked_into:
            found.sort(key=lambda one: not looks_relevant(one[1]))
        for path, data in found:
            if looked_into == MOST_LOOKED_INTO:
                return False
            looked_into += 1
            inner = _outline_of(data)
            if inner is None:
                continue
            if inner.defines:
                return any(isinstance(node, ast.Call) for node in ast.walk(tree))
            if depth + 1 < DEEPEST:
                pending.append((inner, path, depth + 1))
    return False


def _outline_of(data: bytes) -> _Outline | None:
    digest = hashlib.blake2b(data, digest_size=16).digest()
    if digest in _outlines:
        _outlines.move_to_end(digest)
        return _outlines[digest]
    try:
        tree = ast.parse(data)
        text = data.decode("utf-8", "replace")
        made: _Outline | None = _outline(tree, text, looks_relevant(data) and defines_model(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        made = None
    _outlines[digest] = made
    if len(_outlines) > MOST_OUTLINES:
        _outlines.popitem(last=False)
    return made


def _outline(tree: ast.Module, text: str, defines: bool) -> _Outline:
    found: dict[tuple[str, int], None] = {}
    for node in _import_statements(tree):
        names: list[tuple[str, int]]
        if isinstance(node, ast.Import):
            names = [(alias.name, 0) for alias in node.names]
        else:
            names = [(node.module or "", node.level)]
            names += [(".".join(filter(None, (node.module, alias.name))), node.level) for alias in node.names]
        for dotted, level in names:
            root = dotted.partition(".")[0]
            if level or not (root in sys.stdlib_module_names or root in LIBRARIES or root in OTHER_LIBRARIES):
                found[dotted, level] = None
    return _Outline(tuple(found), added_folders(tree, text), defines)


#: the blocks of statements, and of their clauses, that may hold imports
_BLOCKS: dict[type, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            ast.Module,
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.With,
            ast.AsyncWith,
            ast.ExceptHandler,
            ast.match_case,
        ),
        ("body",),
    ),
    **dict.fromkeys((ast.If, ast.For, ast.AsyncFor, ast.While), ("body", "orelse")),
    **dict.fromkeys((ast.Try, getattr(ast, "TryStar", ast.Try)), ("body", "handlers", "orelse", "finalbody")),
    ast.Match: ("cases",),
}


def _import_statements(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The import statements of a file, outer ones first; what is no statement is passed over."""
    found: list[ast.Import | ast.ImportFrom] = []
    level: list[Any] = [tree]
    while level:
        below: list[Any] = []
        for node in level:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found.append(node)
                continue
            for name in _BLOCKS.get(node.__class__, ()):
                below += getattr(node, name)
        level = below
    return found


def _imported(outline: _Outline, filename: str, load: FileLoader, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """The files of the tree that the import statements of a file lead to, each once."""
    most = MOST_OPENED if posixpath.basename(filename) == "__init__.py" else MOST_LOOKED_INTO
    for dotted, level in outline.imports:
        for path in candidates(filename, dotted, level, outline.added):
            if len(seen) > most:
                return
            if posixpath.normpath(path) in seen:
                break
            data = load(path)
            if data is not None:
                seen.add(posixpath.normpath(path))
                yield path, data
                break
