"""What is asked of the process that confirms, and what it answers: one JSON message a line."""

from __future__ import annotations

import msgspec

from cnnlint.diagnostics import Evidence

INSTALL = 'pip install "cnnlint[confirm]"'


class ConfirmUnavailable(Exception):
    """The framework that confirming needs is not installed; the text says in one line what to install."""

    def __init__(self, missing: str = "tensorflow") -> None:
        super().__init__(f"--confirm needs {missing}: {INSTALL}")


class DataError(Exception):
    """A data file that cannot be used; the text says why."""


class Request(msgspec.Struct, frozen=True):
    """A finding to put to the test: the file's name and contents, and where in it which rule found something.

    `row`, `column` and `cell` are the diagnostic's own. `settings` is a `cnnlint.config.Settings` as JSON, and `roots`
    the folders of the linted tree that other files may be read from; both as the finding was made under.
    """

    filename: str
    data: bytes
    code: str
    row: int
    column: int
    cell: int | None = None
    #: ONNX findings have no rows: the node's name tells them apart
    node: str | None = None
    settings: bytes | None = None
    roots: tuple[str, ...] = ()
    #: where the time for all is limited, findings of more weight come first, whichever file they are in
    weight: int = 0
    #: whether models start from the trained weights that the file holds
    trained: bool = False
    #: whether models are trained for it
    trains: bool = True


class DataSource(msgspec.Struct, frozen=True):
    """The user's own data: a file or a folder of pictures, and a digest of its contents when it was checked."""

    path: str
    digest: str


class Progress(msgspec.Struct, frozen=True):
    """How far confirming has come: the finding's index, what is being done (arm and pair), and its share, 0..1.

    `left` is the seconds that the finding will still take at the speed of the steps that were made, None before any
    were.
    """

    index: int
    what: str
    share: float
    left: float | None = None


class Job(msgspec.Struct, frozen=True, tag="job"):
    """Parent to child: test this finding within so many seconds.

    Trials are laid out for the `planned` ones, which the clock does not change; None is as much as they ask for. A
    `brief` one ends with the first look at its pairs.
    """

    index: int
    request: Request
    seed: int
    seconds: float
    data: DataSource | None = None
    planned: float | None = None
    brief: bool = False


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """Child to parent: the framework is imported."""

    backend: str


class Step(msgspec.Struct, frozen=True, tag="step"):
    """Child to parent: what is being done (see Progress)."""

    index: int
    what: str
    share: float
    left: float | None = None


class Done(msgspec.Struct, frozen=True, tag="done"):
    """Child to parent: the evidence of a finding."""

    index: int
    evidence: Evidence
    #: whether the clock cut it off, so that more time might decide it
    cut: bool = False
    #: whether it is more steps that might
    longer: bool = False
    #: bytes that the child has resident, 0 where the system does not tell
    resident: int = 0


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """Child to parent: a package that confirming needs is not installed."""

    name: str


Message = Ready | Step | Done | Missing
