"""What a `try` leaves behind where it is not known whether its body raises: both of what may have happened."""

from __future__ import annotations

import contextlib

from cnnlint.readers.python.language.changing import loosened
from cnnlint.readers.python.language.failing import names_caught
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, Pass, RaiseSignal, ReturnSignal, Run, Signal
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import MISSING, ListValue, Unknown, Value, birth

ELSEWHERE = frozenset(
    {"ImportError", "ModuleNotFoundError", "NameError", "KeyboardInterrupt", "GeneratorExit", "UnboundLocalError"}
)
"""What no value that is not known raises: imports and names are looked up, the others come from outside."""
IMPORTING = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
"""What catches an import of something that is not installed."""


Left = ReturnSignal | RaiseSignal | BreakSignal | ContinueSignal | None


class Attempt:
    """The body of a `try` while it is read: what it binds and changes, and whether something in it may raise."""

    def __init__(self, run: Run, node: cst.Try | cst.TryStar) -> None:
        self.run, self.node = run, node
        self.doubts, self.imports = run.doubts, run.doubted_imports
        self.changes = Pass(birth(), len(run.building.nodes))
        run.tries.append(self.changes)

    def over(self) -> None:
        """The body was read to its end, or left."""
        self.run.tries.pop()

    def cut_short(self) -> None:
        """The body surely raises, but something before that may have raised as well."""
        if self.run.doubts > self.doubts and any(_may_catch(one, True, False) for one in self.node.handlers):
            self._joined(self.changes)

    def settle(self, left: Left) -> Left:
        """Join what the body left with what its handlers would; `left` is the signal by which the body was left."""
        run = self.run
        values, imports = run.doubts > self.doubts, run.doubted_imports > self.imports
        handlers = [one for one in self.node.handlers if _may_catch(one, values, imports)]
        if handlers:
            self._joined(self.changes)
        for handler in handlers:
            told = self._handled(handler)
            if isinstance(left, ReturnSignal) and told is not MISSING:
                left = ReturnSignal(run.libraries.widened("what is returned", told, left.value, self.node))
        return left

    def _handled(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Value:
        """Read a handler that may run, or not; what it returns, MISSING for nothing."""
        run, frame = self.run, self.run.frame
        begun = len(run.building.nodes)
        changes = Pass(birth(), begun)
        name = handler.name.name.value if handler.name is not None and isinstance(handler.name.name, cst.Name) else None
        before, frame.handling = frame.handling, Unknown("an exception")
        frame.conditions += 1
        run.tries.append(changes)
        told: Value = MISSING
        try:
            with contextlib.suppress(Signal):
                if name is not None:
                    run.assign(handler.name.name, frame.handling)  # type: ignore[union-attr]
                try:
                    run.suite(handler.body)
                except ReturnSignal as signal:
                    told = signal.value
        finally:
            run.tries.pop()
            frame.conditions -= 1
            frame.handling = before
            if name is not None:
                changes.names.pop((id(run.scope.names), name), None)
                run.scope.names.pop(name, None)
        for made in run.building.nodes[begun:]:
            made.shape_error = None  # what refuses it may never be run
        self._joined(changes, instead=True)
        return told

    def _joined(self, changes: Pass, instead: bool = False) -> None:
        """What was bound or changed may be so, or as it was before. What was not there before is as it is now."""
        run = self.run
        for mapping, name, old in changes.names.values():
            new = mapping.get(name, MISSING)
            if old is MISSING or old is new:
                continue
            if new is MISSING:
                mapping[name] = Unknown(f"`{name}`, which may be deleted")
            else:
                # of two objects the one stays that there is where nothing was raised
                mapping[name] = run.libraries.widened(name, *((new, old) if instead else (old, new)), self.node)
        for container, _ in changes.containers.values():
            options = container.options if isinstance(container, ListValue) else None
            loosened(container)
            if isinstance(container, ListValue):
                container.options = options
        for model in changes.models.values():
            run.libraries.grown(model, self.node)


def _may_catch(handler: cst.ExceptHandler | cst.ExceptStarHandler, values: bool, imports: bool) -> bool:
    """Whether a handler may catch what values that are not known raise, or imports of what may not be installed."""
    names = names_caught(handler)
    by_values = values and any(name is None or name not in ELSEWHERE for name in names)
    return by_values or (imports and any(name is None or name in IMPORTING for name in names))
