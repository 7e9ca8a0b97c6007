"""Programs that are right in an unusual way, beside what the rules by text look for: nothing is said of them, or but a
note where names speak against them."""

from __future__ import annotations

from pathlib import Path

from cnnlint import api
from cnnlint.diagnostics import Severity

PROGRAMS = (Path(__file__).parent / "sound_programs.txt").read_text(encoding="utf-8")
#: what most of them begin with
HEAD = """import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import Model, Sequential, layers
from tensorflow.keras import backend as K

"""
#: the rules that rest on the text of a formula, a pipeline or a step
RULES = (
    *("CNN314", "CNN331", "CNN332", "CNN335", "CNN542", "CNN548", "CNN549", "CNN550", "CNN732", "CNN733"),
    *("CNN321", "CNN512", "CNN517", "CNN519", "CNN521", "CNN527", "CNN533", "CNN534", "CNN535", "CNN536", "CNN537"),
    *("CNN538", "CNN539", "CNN540", "CNN541", "CNN703", "CNN705", "CNN706", "CNN707", "CNN714", "CNN716"),
    *("CNN725", "CNN726", "CNN727", "CNN728", "CNN318", "CNN327", "CNN336", "CNN502", "CNN511", "CNN524"),
    *("CNN526", "CNN544", "CNN708", "CNN715"),
    *("CNN326", "CNN328", "CNN330", "CNN510", "CNN525", "CNN529", "CNN530", "CNN532", "CNN556", "CNN515", "CNN309"),
    *("CNN604", "CNN214"),
)


def test_sound_programs() -> None:
    cases = [one.partition("\n") for one in PROGRAMS.split("=== ")[1:]]
    assert len(cases) > 50
    found = [
        f"{name}: {one.code} {one.message}"
        for name, _, text in cases
        for one in api.lint(
            source=text if "import torch" in text else HEAD + text, filename="net.py", select=RULES, isolated=True
        ).diagnostics
        if one.severity is not Severity.INFO or not name.endswith("(a note)")
    ]
    assert found == []
