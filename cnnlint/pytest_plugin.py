"""`pytest --cnnlint`: every Python file, notebook and exported model is a test that passes if nothing is found in it.

The configuration is the project's, and so is the level from which a finding fails the test (`fail-on`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cnnlint.api import Report

SUFFIXES = frozenset({".py", ".ipynb", ".onnx", ".keras", ".h5", ".hdf5"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that asks for it."""
    parser.getgroup("cnnlint").addoption(
        "--cnnlint", action="store_true", help="find mistakes in the definitions of neural networks"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Checked | None:
    """A test for each file that is read."""
    if not parent.config.getoption("--cnnlint") or file_path.suffix not in SUFFIXES:
        return None
    checked: Checked = Checked.from_parent(parent, path=file_path)
    return checked


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Unimported | None:
    """Keep pytest from importing a file only because it was named: if it is no test it is read, and not run."""
    patterns = parent.config.getini("python_files")
    if not parent.config.getoption("--cnnlint") or any(map(module_path.match, patterns)):
        return None
    unimported: Unimported = Unimported.from_parent(parent, path=module_path)
    return unimported


class Unimported(pytest.File):
    """A file without tests of its own."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing."""
        return iter(())


class Checked(pytest.File):
    """A file."""

    def collect(self) -> Iterator[Check]:
        """Its only test."""
        yield Check.from_parent(self, name="cnnlint")


class Check(pytest.Item):
    """Nothing is wrong with the models of a file."""

    def runtest(self) -> None:
        """Lint the file; it is not imported."""
        from cnnlint.api import lint
        from cnnlint.lint.discovery import PathPatterns
        from cnnlint.paths import inside

        report = lint(inside(str(self.path)) or self.path)
        settings = report.configured.within(str(self.path.parent))
        if PathPatterns(settings.exclude, settings.root).match(str(self.path)):
            pytest.skip("excluded by the configuration")
        if not report.ok:
            raise Found(report)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The findings as on a terminal."""
        if isinstance(excinfo.value, Found):
            return excinfo.value.report.render("full")
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is."""
        return self.path, None, f"cnnlint: {self.path.name}"


class Found(Exception):
    """Something was found."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{len(report)} findings")
        self.report = report
