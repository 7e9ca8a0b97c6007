"""The names of a program as its own data: `globals()`, `vars(x)`, and code in a text."""

from __future__ import annotations

from cnnlint.readers.python.language.changing import recorded
from cnnlint.readers.python.language.operators import token
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, DictValue, InstanceValue, Unknown, Value, among, is_constant


def global_names(run: Run, site: CallSite) -> Value:
    """`globals()`: what is put into it is bound."""
    return DictValue(run.scope.module().names, True)  # type: ignore[arg-type]


def local_names(run: Run, site: CallSite) -> Value:
    """`locals()`."""
    if run.scope is run.scope.module():
        return global_names(run, site)
    return DictValue(dict(run.scope.names.items()), True)


def attributes_of(run: Run, site: CallSite) -> Value:
    """`vars(x)`."""
    value = site.value(0)
    if isinstance(value, InstanceValue):
        return DictValue(value.attributes, not value.cls.plain)  # type: ignore[arg-type]
    return Unknown("vars()", ("vars", token(value)))


def evaluated(run: Run, site: CallSite) -> Value:
    """`eval(text)`."""
    text = site.value(0)
    if not isinstance(text, str) or len(text) > 400 or len(site.positional) > 1:
        run.building.unknown_call(among("eval()", None, run.scope.names.values()), CallSite(None))
        return Unknown("eval()", ("eval", token(text)))
    node = run.expression_of(text)
    return Unknown("eval()", ("eval", text)) if node is None else run.evaluate(node)


def executed(run: Run, site: CallSite) -> Value:
    """What code in a text does is not followed: it may bind every name anew, and change what they hold.

    Those of the module as well as a function's own; where it is given a dict for its names, those of that alone.
    """
    module, given = run.scope.module().names, site.value(1)
    run.doubts += 1
    if isinstance(given, DictValue) and given.items is not module and not site.open:
        run.building.unknown_call(Unknown("exec()"), CallSite(None, site.positional[1:], site.keywords))
        return None
    scopes = [module] if run.scope.kind == "class" or run.scope.names is module else [module, run.scope.names]
    held = [value for names in scopes for value in names.values()]
    run.building.unknown_call(among("exec()", None, held), CallSite(None))
    for names in scopes:
        for name, value in names.items():
            if is_constant(value) or isinstance(value, tuple):
                recorded(run, names, name)
                names[name] = Unknown(f"`{name}`, which code in a text may have set", ("set by", "exec", name))
    return None
