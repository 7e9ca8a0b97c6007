"""Calls of Keras and TensorFlow as they stand in the source, before anybody asks what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from cnnlint.graph.origins import Argument, Origin


class Call(Struct, frozen=True):
    """A call of a function, class or method of Keras or TensorFlow as the source passes it, understood or not.

    Values of arguments are numbers, strings, None, and tuples and dicts of these; a function or object of a library is
    `Reference`; anything else is UNKNOWN.
    """

    #: canonical qualified name: "keras.layers.Dense", "keras.models.Model.fit", "tf.reduce_mean"
    api: str
    #: the whole call
    origin: Origin
    #: the callee as written
    callee: str = ""
    positional: tuple[Argument, ...] = ()
    keywords: Mapping[str, Argument] = field(default_factory=dict)
    #: further arguments may stand behind `*` or `**`
    hidden: bool = False
    statement: Origin | None = None

    def argument(self, position: int | None, name: str) -> Argument | None:
        """What is passed at a position or under a name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position is not None and position < len(self.positional) else None

    def number(self, position: int | None, name: str) -> float | None:
        """The number that is passed so; None where it is none, or not known."""
        given = self.argument(position, name)
        value = given.value if given is not None else None
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


class Reference(Struct, frozen=True):
    """A function, class or object of a library that is passed to a call, by canonical qualified name."""

    name: str
    #: an object that a call of that name made, rather than the function or class itself
    made: bool = False
