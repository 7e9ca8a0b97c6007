"""9xx: what cnnlint says about itself and about what it could not read.

These are rules so that they can be listed, explained, selected and given another severity like any other; the
engine yields their findings, for they are about files and not about models.
"""

from __future__ import annotations

from typing import ClassVar

from cnnlint.diagnostics import Severity
from cnnlint.rule import Rule
from cnnlint.rule.experiments import Experiment, NotTestable


class InternalError(Rule):
    """A rule or a reader failed.

    ## What it does
    Reports that cnnlint itself failed on a file: an exception in a reader or a rule, or a process that died.

    ## Why is this bad
    What the rule would have found in this file is not known. The other rules and the other files are not affected,
    and the exit status is 2.

    ## Use instead
    Please report the message together with the file, or leave the rule out with `--ignore`.
    """

    code: ClassVar[str] = "CNN900"
    name: ClassVar[str] = "internal-error"
    severity: ClassVar[Severity] = Severity.ERROR
    summary: ClassVar[str] = "A rule or a reader of cnnlint failed"
    experiment: ClassVar[Experiment] = NotTestable("it is about cnnlint itself, not about a model")


class UnreadableFile(Rule):
    """A file, or a part of it, could not be read.

    ## What it does
    Reports a path that is missing, not text, not valid Python, JSON, ONNX or Keras, or too complex to be parsed
    safely. Where the rest of the file was read all the same (a statement or a notebook cell was left out), it is a
    note rather than an error.

    ## Why is this bad
    Mistakes in what could not be read are not found.

    ## Example
    ```text
    def model(:
    ```

    ## Use instead
    ```text
    def model():
    ```
    """

    code: ClassVar[str] = "CNN901"
    name: ClassVar[str] = "unreadable-file"
    severity: ClassVar[Severity] = Severity.ERROR
    summary: ClassVar[str] = "A file is missing, is not text or does not parse"
    experiment: ClassVar[Experiment] = NotTestable("it is about the file, not about a model")


class UnusedSuppression(Rule):
    """A suppression comment suppresses nothing.

    ## What it does
    Reports `# cnnlint: ignore[...]`, `# cnnlint: file-ignore[...]` and `# noqa: CNN...` comments, or codes in them,
    that no finding needs, and codes that no rule has. Codes of rules that were not run are left alone.

    ## Why is this bad
    A comment that outlived its finding will hide the next one.

    ## Example
    ```python
    model.add(Dense(10, activation="softmax"))  # cnnlint: ignore[CNN101]
    ```

    ## Use instead
    ```python
    model.add(Dense(10, activation="softmax"))
    ```
    """

    code: ClassVar[str] = "CNN902"
    name: ClassVar[str] = "unused-suppression"
    severity: ClassVar[Severity] = Severity.WARNING
    summary: ClassVar[str] = "A suppression comment suppresses nothing"
    experiment: ClassVar[Experiment] = NotTestable("it is about a comment, not about a model")


class PartlyReadModel(Rule):
    """Parts of a model could not be worked out.

    ## What it does
    Says, once for each model, what about it is unknown: layers of classes that the file does not define, values
    that come from outside, loops of unknown length.

    ## Why is this bad
    It is not: a value that cannot be worked out is unknown, and rules that need it stay silent. This note says
    where that was so, and a clean report for such a model means less than one for a model that was read whole.
    """

    code: ClassVar[str] = "CNN903"
    name: ClassVar[str] = "partly-read-model"
    severity: ClassVar[Severity] = Severity.INFO
    summary: ClassVar[str] = "Parts of a model could not be worked out"
    experiment: ClassVar[Experiment] = NotTestable("it says what is unknown, which no run can show")
