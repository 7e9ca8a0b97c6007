"""Arguments that a `with` statement gives to every call of a function within it."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, FunctionValue, Passed, scope_key


def scoped(run: Run, function: FunctionValue, site: CallSite) -> CallSite:
    """A call with what the scopes around it give to the function, and the call does not."""
    key = scope_key(function) if run.arg_scopes else None
    given = next((scope[key] for scope in reversed(run.arg_scopes) if key in scope), None) if key else None
    if not given:
        return site
    more = {name: Passed(value, None, name) for name, value in given.items()}
    return replace(site, keywords={**more, **site.keywords})
