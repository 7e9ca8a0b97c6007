"""Proofs that need no model: what a call does to anything it is given, and what follows from the meaning of words."""

from __future__ import annotations

import keras
import numpy as np

from cnnlint.confirm.messages import first_line
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.proofs.case import Case, ProofResult


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


def by_definition(case: Case) -> ProofResult:
    """What is found is the fault: it follows from the meaning of what is written there, and nothing is run."""
    return ProofResult(True, f"by definition, without a run: {case.proof.claim}.")
