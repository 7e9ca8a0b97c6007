"""Rules whose tests do what no test should: they kill, hang, crash, eat memory, and call home."""

from __future__ import annotations

import msgspec

from cnnlint.config import Settings
from cnnlint.confirm import Request

MODEL = b"""
from tensorflow import keras
from tensorflow.keras import layers

model = keras.Sequential([layers.Input((12, 12, 1)), layers.Flatten(), layers.Dense(3), layers.Dense(4)])
model.compile(optimizer="adam", loss="categorical_crossentropy")
"""

RULES = '''
import ctypes
import os
import signal
import socket
import time

from cnnlint.diagnostics import Severity
from cnnlint.rule.experiments import Proof
from cnnlint.rule import Finding, Rule


class Trap(dict):
    """Parameters that do something when they are asked for."""

    def __init__(self, act):
        self.act = act

    def get(self, name, default=None):
        return self.act(name, default)


def kill(name, default):
    os.kill(os.getpid(), signal.SIGKILL)


def hang(name, default):
    if "TEST_MARK" in os.environ:
        open(os.environ["TEST_MARK"], "w").close()
    time.sleep(600)


def fail(name, default):
    raise RuntimeError("something in the rule\\nsecond line")


def crash(name, default):
    ctypes.string_at(0)


def eat(name, default):
    return bytearray(4 * 2**30)


def connect(name, default):
    socket.create_connection(("127.0.0.1", int(os.environ["TEST_PORT"])), timeout=5)


def fine(name, default):
    return {"momentum": 0.99, "updates": 5}.get(name, default)


class Tested(Rule):
    severity = Severity.WARNING
    act = None

    def check_model(self, model):
        dense = next(node for node in model.nodes if node.kind == "Dense")
        proof = Proof("batchnorm-averages", "claim", Trap(type(self).act))
        yield Finding("found", dense.origin, model, dense, experiment=proof)


def rule(number, act):
    names = {"code": f"TST00{number}", "name": f"test-{act.__name__}", "summary": "a rule for tests", "act": act}
    names["experiment"] = Proof("batchnorm-averages", "claim")
    names["__module__"] = __name__
    return type(act.__name__.title(), (Tested,), names)


Kill = rule(1, kill)
Hang = rule(2, hang)
Fail = rule(3, fail)
Fine = rule(4, fine)
Crash = rule(5, crash)
Eat = rule(6, eat)
Connect = rule(7, connect)
del Tested
'''


def requests(settings: bytes, *codes: str, filename: str = "model.py") -> list[Request]:
    from cnnlint.lint.one_file import lint_bytes

    found = lint_bytes(filename, MODEL, msgspec.json.decode(settings, type=Settings)).diagnostics
    places = {diagnostic.code: diagnostic.location for diagnostic in found}
    return [Request(filename, MODEL, code, places[code].row, places[code].column, settings=settings) for code in codes]
