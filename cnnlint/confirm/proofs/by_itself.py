"""Proofs that need no model: what a call does to anything it is given, and what follows from the meaning of words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from cnnlint.confirm.messages import first_line
from cnnlint.confirm.models.built import AsksForData, NotBuildable
from cnnlint.confirm.proofs.case import Case, ProofResult

UNASKED = "the call is refused before there is a model to train"
"""Of a call that cannot be made here without the program."""


def one_hot_rows(case: Case) -> ProofResult:
    """Keras's own function, asked to write class numbers into rows that are too short for them, refuses.

    Parameters: `classes`, numbered from 0, and `columns` of a row.
    """
    classes, columns = (case.parameter(name, None) for name in ("classes", "columns"))
    if classes is None or columns is None:
        raise NotBuildable("how many classes and columns there are is not known")
    try:
        keras.utils.to_categorical(np.arange(classes), columns)
    except (IndexError, ValueError) as error:
        summary = f"Keras refuses class numbers 0 to {classes - 1} in {columns} columns: {first_line(error)}."
        return ProofResult(True, summary)
    return ProofResult(False, f"Keras puts class numbers 0 to {classes - 1} into {columns} columns.")


LOOKED_UP = ("activation", "constraint", "initializer", "loss", "metric", "optimizer", "regularizer")
"""What Keras looks up by a name, each in a module of its own."""


def name_refused(case: Case) -> ProofResult:
    """Keras, asked to look a name up, refuses it by name, and finds what is to be written instead.

    Parameters: the `family` of what is named, the `written` name, and the `better` one, None where none is known.
    """
    family, written, better = (case.parameter(name, None) for name in ("family", "written", "better"))
    if family not in LOOKED_UP:
        raise AsksForData(UNASKED)
    module = getattr(keras, {"loss": "losses"}.get(family, f"{family}s"))
    refused = _refusal(lambda: module.get(written))
    if refused is None or written not in refused:
        return ProofResult(False, f"Keras does not refuse the name {written!r}.")
    if better is not None and _refusal(lambda: module.get(better)) is not None:
        return ProofResult(False, f"Keras refuses {better!r} as it does {written!r}.", cured=False)
    found = f" It finds {better!r}." if better is not None else ""
    return ProofResult(True, f"Keras refuses: {refused.rstrip('.')}.{found}", cured=True if better else None)


CALLABLE = ("layers", "losses", "metrics", "optimizers", "initializers", "regularizers")
"""Modules of Keras whose classes do nothing but keep what they are given when they are made."""


def argument_refused(case: Case) -> ProofResult:
    """Keras, given the call as it is written, refuses an argument by name, and takes the call without it (or with the
    name that is to be written instead).

    Parameters: the `api` that is called, its `positional` and `keywords` arguments, the `wrong` one, and the `better`.
    """
    api, positional, keywords = (case.parameter(name, None) for name in ("api", "positional", "keywords"))
    wrong, better = case.parameter("wrong", None), case.parameter("better", None)
    _, module, name = api.split(".") if api.count(".") == 2 else ("", "", "")
    made: Any = getattr(getattr(keras, module), name, None) if module in CALLABLE else None
    if not isinstance(made, type):
        raise AsksForData(UNASKED)
    mended = {(better if key == wrong and better else key): value for key, value in keywords.items()}
    if better is None:
        del mended[wrong]
    if _refusal(lambda: made(*positional, **mended)) is not None:
        # what else is wrong with the call would be taken for it
        raise AsksForData(UNASKED)
    refused = _refusal(lambda: made(*positional, **keywords))
    if refused is None or not re.search(rf"\b{re.escape(wrong)}\b", refused):
        return ProofResult(False, f"Keras does not refuse `{wrong}` by name.")
    return ProofResult(True, f"Keras refuses: {refused.rstrip('.')}. The repaired call is accepted.", cured=True)


def _refusal(ask: Callable[[], Any]) -> str | None:
    """What Keras says where it refuses, None where it does not."""
    try:
        ask()
    except Exception as error:
        return first_line(error)
    return None


def by_definition(case: Case) -> ProofResult:
    """What is found is the fault: it follows from the meaning of what is written there, and nothing is run."""
    return ProofResult(True, f"by definition, without a run: {case.proof.claim}.")
