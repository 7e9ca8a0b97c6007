"""The repaired twin: a remedy's edits applied to a copy of the graph, shapes and weights worked out again.

`confirm/` builds the twin beside the model as written; `--fix` reads the patched file back and compares.
"""

from __future__ import annotations

from cnnlint.graph import Model
from cnnlint.rule.remedies import Remedy, Twin
from cnnlint.twins.errors import RemedyError
from cnnlint.twins.together import exclude, settings, together

__all__ = ["RemedyError", "exclude", "repaired", "settings", "together"]


def repaired(model: Model, remedy: Remedy) -> Twin:
    """A deep copy of the model with all edits of the remedy applied, in order.

    The original is left as it is. Every edit names nodes, losses, feeds of the original, however many edits went
    before. Shapes and weights are inferred again wherever an edit can have changed them.

    Raises:
        RemedyError: an edit does not apply: it names what is not part of the model (or was removed by an edit before
            it), takes out a layer that merges several inputs, would make the graph cyclic, or leads to a layer
            that cannot be built.
    """
    return together(model, [remedy])
