"""Other files of the tree: which are followed, and when a script that names no library is opened at all."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping

import pytest

from cnnlint.graph import Program
from cnnlint.readers.notebook import read as read_notebook
from cnnlint.readers.python import read

NET = "from keras import layers, Sequential\ndef build(n):\n    return Sequential([layers.Dense(n, input_dim=4)])\n"


def program(files: Mapping[str, str], name: str) -> Program | None:
    def load(path: str) -> bytes | None:
        found = files.get(posixpath.normpath(path))
        return None if found is None else found.encode()

    return read(name, files[name].encode(), load=load).program


ADDED = "import os, sys, pathlib"


@pytest.mark.parametrize(
    ("name", "path", "line"),
    [
        ("p/train.py", "p/net.py", "from net import build"),
        ("p/train.py", "p/nets/net.py", "from nets.net import build"),
        ("p/train.py", "p/nets/net.py", "from nets import net\nbuild = net.build"),
        ("p/scripts/train.py", "p/pkg/net.py", "from pkg.net import build"),
        ("p/pkg/a/b/c/d/e/train.py", "p/pkg/net.py", "from pkg.net import build"),
        ("p/scripts/train.py", "p/src/pkg/net.py", "from pkg.net import build"),
        ("p/scripts/train.py", "p/lib/net.py", "import sys\nsys.path.append('../lib')\nfrom net import build"),
        *(
            ("p/scripts/train.py", "p/lib/net.py", f"{ADDED}\nsys.path.insert(0, {path})\nfrom net import build")
            for path in (
                "os.path.join(os.path.dirname(__file__), '..', 'lib')",
                "os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'lib')",
                "str(pathlib.Path(__file__).resolve().parent.parent / 'lib')",
                "os.path.abspath('../lib')",
                "os.path.join(os.getcwd(), '../lib')",
            )
        ),
        ("p/a/train.py", "p/b/net.py", "from ..b.net import build"),
        ("p/train.py", "p/net.py", "from net import *"),
    ],
)
def test_a_script_that_names_no_library(name: str, path: str, line: str) -> None:
    found = program({name: f"{line}\nnet = build(3)\nnet.fit()\n", path: NET}, name)
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, 3)]


USED = "from keras import layers, Sequential\n{}def build():\n    return Sequential([layers.Dense({}, input_dim=4)])\n"


@pytest.mark.parametrize(
    ("own", "settings", "units"),
    [
        (("import settings as s\n", "len(s.names)"), "names = []", None),  # whoever calls `build` fills it
        (("import settings as s\n", "len(s.names)"), "names = ['a', 'b']", 2),
        (("from settings import Labels\n", "len(Labels.names)"), "class Labels:\n    names = []", None),
        (("names = {}\n", "len(names)"), "", None),
        (("import settings\n", "settings.size"), "size = 0\ndef look():\n    global size\n    size = 5", None),
        (("import settings\n", "settings.size"), "size = 3\ndef look():\n    size = 5", 3),
        (("import settings as s\n", "s.size"), "size = 0\nfrom other import look", None),
        (("import settings as s\n", "s.size"), "size = 3\nfrom other import width", 3),
    ],
)
def test_what_is_set_before_a_function_is_called(own: tuple[str, str], settings: str, units: int | None) -> None:
    other = {"other.py": "import settings as s\ndef look():\n    s.size = 5\n" if "look" in settings else "width = 5\n"}
    found = program({"net.py": USED.format(*own), "settings.py": settings} | other, "net.py")
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, units)]


@pytest.mark.parametrize(
    ("star", "behind", "keras"),
    [
        ("from pack import *\n", "", False),
        ("import pack\n", "", True),
        ("from elsewhere import *\n", "", False),
        ("from elsewhere import *\n", "model.compile('adam', loss='mse')", True),
        ("from elsewhere import *\n", "re.compile('loss')", False),
    ],
)
def test_a_layer_that_a_star_import_may_bind(star: str, behind: str, keras: bool) -> None:
    made = "Conv2D('first', tf.placeholder(tf.float32, [None, 8, 8, 3]), 16, 5)\n"
    own = f"import re\nimport tensorflow as tf\n{star}{made}{behind}"
    found = program({"net.py": own, "pack.py": "for one in names():\n    globals()[one] = make(one)\n"}, "net.py")
    assert found is not None
    assert any(call.api.startswith("keras.layers.") for call in found.calls) is keras


@pytest.mark.parametrize(
    ("before", "behind", "units"),
    [
        ("size = 3\n", "size = 5\n", None),
        ("size = 3\nsize = 5\n", "", 5),  # as it stands when the function is made, and ever after
        ("", "size = 5\n", 5),
        ("size = 3\n", "size = 3\n", 3),
    ],
)
def test_a_setting_that_the_module_gives_two_values(before: str, behind: str, units: int | None) -> None:
    found = program({"net.py": USED.format(before, "size") + behind}, "net.py")
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, units)]


@pytest.mark.parametrize(
    ("own", "keras"), [("", 1), ("from keras.layers import Conv2D\nConv2D(filters=3, kernel_size=3)\n", None)]
)
def test_an_importer_that_is_mute_runs_on_the_keras_of_what_it_imports(own: str, keras: int | None) -> None:
    net = (
        "from keras.models import Sequential\nfrom keras.layers import *\nfrom keras import backend as K\n"
        "K.set_image_dim_ordering('th')\nnet = Sequential([Convolution2D(8, 3, 3, input_shape=(3, 32, 32)),"
        " Flatten(), Reshape((100, 72)), Convolution1D(4, 5)])\nnet.fit(x, y, nb_epoch=3, subsample=1)\n"
    )
    found = program({"a.py": f"{own}from net import *\nnet.fit(x, y)\n", "net.py": net}, "a.py")
    assert found is not None
    assert found.frameworks.keras == keras
    if keras == 1:
        # Keras 1 configures the order of pictures alone
        assert [node.shape for node in found.models[0].nodes][1:] == [
            *((None, 8, 30, 30), (None, 7200), (None, 100, 72), (None, 96, 4)),
        ]


def test_a_package_that_hands_its_members_on() -> None:
    files = {
        "train.py": "from nets import build\nbuild(3)\n",
        "nets/__init__.py": "from .net import build\n",
        "nets/net.py": NET,
    }
    found = program(files, "train.py")
    assert found is not None
    assert len(found.models) == 1


@pytest.mark.parametrize("first", ["", "import nets\n"])
def test_modules_of_one_package_stand_beside_each_other(first: str) -> None:
    files = {
        "train.py": f"{first}import nets.net\nimport nets.sizes\nnets.net.build(nets.sizes.WIDTH)\n",
        "nets/__init__.py": "",
        "nets/net.py": NET,
        "nets/sizes.py": "WIDTH = 3\n",
    }
    found = program(files, "train.py")
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, 3)]


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": "from net import build\nbuild(3)\n", "net.py": "def build(n):\n    return n\n"},
        {"train.py": "import json\nprint(json.dumps(3))\n", "json.py": NET},
        {"train.py": "from torch import nn\nnn.Linear(3, 4)\n", "torch.py": NET},
        {"train.py": "from net import build\n", "net.py": NET},
    ],
    ids=["no model", "standard library", "other library", "nothing called"],
)
def test_other_scripts_are_not_opened(files: Mapping[str, str]) -> None:
    assert program(files, "train.py") is None


def test_what_names_a_framework_is_looked_into_first() -> None:
    many = {f"pkg/u{i}.py": f"import math\nx{i} = {i}\n" for i in range(60)}
    text = "".join(f"from .u{i} import x{i}\n" for i in range(60)) + "from .net import build\n"
    files = {"train.py": "import pkg\nnet = pkg.build(3)\n", "pkg/__init__.py": text, "pkg/net.py": NET, **many}
    found = program(files, "train.py")
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, 3)]


def test_a_notebook_that_enters_a_folder() -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in ("%cd lib", "from net import build", "net = build(3)\nnet.fit(x, y)")
    ]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = read_notebook("nb/a.ipynb", data, load={"nb/lib/net.py": NET.encode()}.get).program
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, 3)]


def test_what_is_not_followed_any_more_is_said() -> None:
    many = {f"m{i}.py": f"import keras\nx{i} = {i}\n" for i in range(120)}
    text = "import keras\n" + "".join(f"from m{i} import x{i}\n" for i in range(120))
    found = program({"train.py": text, **many}, "train.py")
    assert found is not None
    assert next(note.what for note in found.notes) == "96 of the files that it imports were read, not `m96.py`"


@pytest.mark.parametrize(
    ("command", "path"),
    [("helpers/net.py", "nb/helpers/net.py"), ("../lib/net.py", "lib/net.py"), ("'../lib/net.py'", "lib/net.py")],
)
def test_a_notebook_that_runs_a_script(command: str, path: str) -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in (f"%run {command}", "net = build(3)\nnet.fit(x, y)")
    ]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = read_notebook("nb/a.ipynb", data, load={path: NET.encode()}.get).program
    assert found is not None
    assert [model.outputs[0].shape for model in found.models] == [(None, 3)]


@pytest.mark.parametrize(
    ("package", "layer"),
    [
        ("from tensorflow.keras.layers import *\n", "net.Dense(3)"),
        ("from keras import layers\ndef __getattr__(name):\n    return layers.Dense\n", "net.Wide(3)"),
        ("from keras import layers\n", "layers.Dense(4 if hasattr(net, 'Dense') else 3)"),
    ],
)
def test_attributes_of_a_file_that_was_read(package: str, layer: str) -> None:
    script = f"import keras, net\nfrom keras import layers\nmodel = keras.Sequential([keras.Input((2,)), {layer}])\n"
    found = program({"main.py": script, "net.py": package}, "main.py")
    assert found is not None
    assert found.models[0].complete
    assert found.models[0].outputs[0].value("units") == 3


def test_what_is_handed_on_does_not_stand_where_it_is_passed() -> None:
    net = "from keras import layers\ndef dense(x, **rest):\n    return layers.Dense(units=3, **rest)(x)\n"
    script = "import keras\nfrom net import dense\nx = keras.Input((2,))\nmodel = keras.Model(x, dense(x, wide=2))\n"
    found = program({"main.py": script, "net.py": net}, "main.py")
    assert found is not None
    (call,) = [call for call in found.calls if call.api == "keras.layers.Dense"]
    assert (call.origin.filename, call.keywords["wide"].origin) == ("net.py", None)
    assert call.keywords["units"].origin is not None


def test_a_helper_whose_result_is_dropped_stands_in_its_own_file() -> None:
    net = """
from keras import layers
def block(x):
    return layers.Dense(3)(x)
def build(x):
    y = block(x)
    block(y)
    return y
"""
    script = "import keras\nfrom net import build\nx = keras.Input((2,))\nmodel = keras.Model(x, build(x))\n"
    found = program({"main.py": script, "net.py": net}, "main.py")
    assert found is not None
    (dropped,) = found.models[0].dead
    call = dropped.placement.call
    assert call is not None
    assert (call.filename, call.span and call.span.start_row) == ("net.py", 7)


def test_what_is_evaluated_is_read() -> None:
    net = """
import tensorflow as tf
def thinned(picture, factor):
    return picture if factor == 1 else tf.contrib.slim.max_pool2d(picture, [1, 1], stride=factor)
"""
    script = """
import tensorflow as tf
import net
slim = tf.contrib.slim
class ThinnedTest(tf.test.TestCase):
    def test_thinned(self):
        x = tf.placeholder(tf.float32, (None, 4, 4, 1))
        whole = slim.conv2d(x, 1, [3, 3], stride=1, scope="conv")
        part = net.thinned(whole, 2)
        tf.get_variable_scope().reuse_variables()
        at_once = slim.conv2d(x, 1, [3, 3], stride=2, scope="conv")
        with self.test_session() as session:
            self.assertAllClose(part.eval(), at_once.eval())
"""
    found = program({"main.py": script, "net.py": net}, "main.py")
    assert found is not None
    assert found.models
    assert not any(model.dead for model in found.models)
