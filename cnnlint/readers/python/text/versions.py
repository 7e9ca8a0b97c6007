"""Which versions of its frameworks a file was written for, as far as its code shows: comments say nothing of it."""

from __future__ import annotations

import re

from msgspec import Struct

from cnnlint.graph import Frameworks
from cnnlint.readers.patterns import pattern

#: spellings that went away with 1.0 (December 2016), most of them renamed
BEFORE_ONE = pattern(
    r"\btf\.(initialize_all_variables|initialize_variables|mul|sub|neg|pack|unpack|select|scalar_summary|"
    r"histogram_summary|merge_all_summaries|image_summary|all_variables|batch_matmul|complex_abs|"
    r"train\.SummaryWriter)\s*\(|\btf\.parse_(?:single_)?example\([^()]*\bdense_(?:keys|types)\s*=|"
    # the axis came first
    r"\btf\.concat\(\s*(?:concat_dim\s*=\s*)?(?:-?\d+\s*,|[\w.]+\s*,\s*\[)|\btf\.split\(\s*(?:split_dim\s*=\s*)?\d+\s*,\s*[\w.]+\s*,"
)
ONE = pattern(
    r"\b(tf\.(placeholder|Session|InteractiveSession|layers\.|contrib\.|get_variable|variable_scope|app\.|"
    r"global_variables_initializer|train\.\w+Optimizer|losses\.\w+_cross_entropy|reset_default_graph|"
    r"estimator\.EstimatorSpec|truncated_normal|random_normal|disable_v2_behavior|enable_eager_execution|logging\.|flags\.)|"
    r"tensorflow\.(contrib|examples|compat\.v1)|tensorflow\.python\.framework|slim\.)"
)
#: `tf.keras`, `tf.math` and `tf.random.normal` say nothing: TensorFlow 1 has had them since 1.4, 1.5 and 1.13
TWO = pattern(
    r"\btf\.(function|GradientTape|data\.AUTOTUNE|random\.set_seed|"
    r"keras\.(utils|preprocessing)\.\w+_dataset_from_directory)\b"
)
KERAS_ONE = pattern(
    r"\b(nb_filter|nb_row|nb_col|border_mode|subsample|W_regularizer|b_regularizer|inner_activation|dim_ordering|"
    r"image_dim_ordering|concat_axis|show_accuracy|nb_val_samples|nb_worker|poolsize)\s*[=(]|\bmerge\(.*\bmode\s*=|"
    r"\bConvolution2D\(\s*[^,()=\n]+,\s*\d+\s*,\s*\d+|\boutput_dim\s*=.*\binit\s*=|\bModel\(\s*input\s*=|"
    r"\b(?:TimeDistributedDense|MaxoutDense)\(|\bDense\(\s*\w+\s*,\s*\w+\s*,\s*init\s*="
)

KERAS_TWO = pattern(
    r"\b(tensorflow\.keras|tf\.keras|from tensorflow import keras)\b|"
    r"\b(padding\s*=\s*['\"]|(kernel_size|filters|kernel_initializer|kernel_regularizer|use_bias|data_format|units)\s*=)"
)

#: what only Keras 3 has: its operations, its random numbers, its preview, its backends
KERAS_THREE = pattern(
    r"^\s*(import|from) keras_core\b|(?<![\w.])keras\.(ops|random|distribution)\.\w|"
    r"^\s*from keras import [^\n]*\bops\b|^\s*(from|import) keras\.ops\b|"
    r"KERAS_BACKEND['\"]\]?\s*[=,]\s*['\"](jax|torch)",
    re.MULTILINE,
)
#: a file that tries what only Keras 3 has, or asks which Keras it runs on, is for others as well
EITHER_KERAS = pattern(
    r"^[ \t]*try:[ \t]*\n[ \t]+(?:import keras_core|from keras import [^\n]*\bops\b|(?:from|import) keras\.ops)|"
    r"^(?![ \t]*(?:print\b|keras\.__version__[ \t]*$))[^\n]*\bkeras\.(?:__version__|version\(\))|"
    r"\bhasattr\(\s*keras\b",
    re.MULTILINE,
)
#: a file that asks which TensorFlow it runs on, or what that has
EITHER_TENSORFLOW = pattern(
    r"compat\.v1|^(?![ \t]*print\b)[^\n]*\btf\.(?:__version__|VERSION)|"
    r"\b[hg](?:as|et)attr\(\s*tf\b|except AttributeError",
    re.MULTILINE,
)
#: the environment that Theano, or Keras on it, is told of
THEANO = pattern(r"\bTHEANO_FLAGS\b|\bKERAS_BACKEND\W{1,8}theano\b")
#: what Python 2 alone had: what is written for it and for Keras by itself is of Theano's days
PYTHON_TWO = pattern(
    r"^[ \t]*print[ \t]+(?:['\"%\w]|>>)|\bimport[ \t]+(?:cPickle|urllib2|izip)\b|\b(?:xrange|raw_input)\(",
    re.MULTILINE,
)
#: what a layer is told of where the channels are, and not where they are by default
CHANNELS_FIRST = pattern(r"=\s*['\"]channels_first")
#: a program that ends unless Keras is configured so
INSISTED = pattern(
    r"\bassert\b\s*\(?\s*[\w.]+\.image_(?:dim_ordering|data_format)\(\)\s*==\s*['\"](?:th|channels_first)['\"]"
)
TF_KERAS = pattern(r"\b(tensorflow\.keras|tf\.keras|tensorflow\.python\.keras|from tensorflow import keras)\b")
KERAS = pattern(r"^\s*(import keras\b|from keras[. ])", re.MULTILINE)
ALIAS = pattern(r"^\s*import\s+tensorflow(?:\.compat\.v\d)?\s+as\s+(\w+)", re.MULTILINE)


KERAS_ALIAS = pattern(r"^\s*(?:import\s+keras|from\s+tensorflow\s+import\s+keras)\s+as\s+(\w+)", re.MULTILINE)


#: what stands in every text in which the expression finds anything: faster to look for, and most often absent
SIGNS = {
    BEFORE_ONE: ("tf.",),
    THEANO: ("THEANO_FLAGS", "KERAS_BACKEND"),
    PYTHON_TWO: ("print", "cPickle", "urllib2", "izip", "xrange", "raw_input"),
    CHANNELS_FIRST: ("channels_first",),
    INSISTED: ("image_dim_ordering", "image_data_format"),
    ONE: ("tf.", "tensorflow", "slim."),
    TWO: ("tf.",),
    TF_KERAS: ("tensorflow", "tf.keras"),
    KERAS_ONE: (
        *("nb_", "border_mode", "subsample", "_regularizer", "inner_activation", "dim_ordering", "concat_axis"),
        *("show_accuracy", "merge(", "Convolution2D(", "output_dim", "Model(", "tedDense(", "MaxoutDense(", "init="),
        "poolsize",
    ),
    KERAS_THREE: (
        "keras_core",
        "keras.ops",
        "keras.random",
        "keras.distribution",
        "from keras import",
        "KERAS_BACKEND",
    ),
}


def _shows(text: str, expression: re.Pattern[str]) -> bool:
    """Whether an expression finds anything in a text."""
    return any(sign in text for sign in SIGNS[expression]) and expression.search(text) is not None


def _spelt_out(text: str, alias: re.Pattern[str], name: str) -> str:
    """The text with a library's other names replaced by the usual one."""
    aliases = {found for found in alias.findall(text) if found != name}
    return re.sub(rf"\b(?:{'|'.join(sorted(aliases))})\.", f"{name}.", text) if aliases else text


class Versions(Struct):
    """What a file shows so far: its text, and then its imports one by one."""

    tensorflow: int | None
    keras: int | None
    tf_keras: bool
    compat_v1: bool
    #: the versions of Keras that the text itself is spelt for, and those of the files that it imports
    own: frozenset[int] = frozenset()
    beside: frozenset[int] = frozenset()
    #: TensorFlow's own Keras shows, whether alone or beside Keras
    beside_tensorflow: bool = False
    #: Theano is imported or set up: it is what Keras may run on
    theano: bool = False
    #: it is written for Python 2
    python_two: bool = False
    #: some of its layers are told that the channels come first
    channels_first: bool = False
    #: it asserts that they do
    insists: bool = False

    @property
    def either_format(self) -> bool:
        """Whether the file is of the days when Keras ran on Theano too, and channels came first as often as last.

        What uses `tensorflow.keras` beside Keras has TensorFlow under both: Theano's end was announced (September 2017)
        before there was one (TensorFlow 1.4, November 2017).
        """
        if self.keras == 1 or self.theano:
            return True
        return not self.beside_tensorflow and (1 in self.own | self.beside or (self.python_two and self.keras != 3))

    @classmethod
    def shown(cls, code: str) -> Versions:
        """What a source shows without its comments."""
        code = _spelt_out(code, ALIAS, "tf")
        tf_keras = _shows(code, TF_KERAS)
        own = keras_spellings(code)
        keras = keras_version(own)
        return cls(
            # Keras 3 came with TensorFlow 2.16, and runs on no TensorFlow 1
            2 if keras == 3 and not EITHER_TENSORFLOW.search(code) else tensorflow_version(code),
            keras,
            tf_keras and not KERAS.search(code),
            "compat.v1" in code,
            own,
            beside_tensorflow=tf_keras,
            theano=_shows(code, THEANO),
            python_two=_shows(code, PYTHON_TWO),
            channels_first=_shows(code, CHANNELS_FIRST),
            insists=_shows(code, INSISTED),
        )

    def follow(self, spelt: frozenset[int]) -> None:
        """A file of the tree is imported, and runs on the same Keras: its text counts where the importer's is mute."""
        self.beside |= spelt
        if not self.own:
            self.keras = keras_version(self.beside) or (2 if self.keras == 2 else None)

    def see(self, dotted: str) -> None:
        """A module is imported."""
        self.theano |= dotted.partition(".")[0] == "theano"
        # the examples and contrib came before 1.0: a file that shows to be older stays so
        old = self.tensorflow == 0 and not dotted.startswith("tensorflow.compat")
        if dotted.startswith(("tensorflow.compat.v1", "tensorflow.contrib", "tensorflow.examples")) and not old:
            self.tensorflow = 1
        if dotted.startswith("tensorflow.keras") and self.tensorflow is None:
            self.keras = self.keras or 2

    def frameworks(self) -> Frameworks:
        """The versions the file was written for."""
        return Frameworks(
            self.tensorflow,
            self.keras,
            tf_keras=self.tf_keras,
            compat_v1=self.compat_v1,
            beside_tensorflow=self.beside_tensorflow,
        )


def keras_spellings(text: str) -> frozenset[int]:
    """The major versions of Keras that a text is spelt for: what only one of them has, or what Keras 2 renamed."""
    named = _spelt_out(text, KERAS_ALIAS, "keras")
    three = _shows(named, KERAS_THREE) and not EITHER_KERAS.search(named)
    shown = (_shows(text, KERAS_ONE), KERAS_TWO.search(text), three)
    return frozenset(number for number, found in enumerate(shown, 1) if found)


def keras_version(spelt: frozenset[int]) -> int | None:
    """1 for code in the spelling of Keras 1 alone, 3 for what only Keras 3 has, or None where that does not show."""
    return 3 if 3 in spelt else (1 if spelt == {1} else None)


def spelt(code: str) -> frozenset[int]:
    """The same of a file that another imports: nothing where it does not import Keras itself."""
    code = _spelt_out(code, ALIAS, "tf")
    return keras_spellings(code) if KERAS.search(code) or _shows(code, TF_KERAS) else frozenset()


def tensorflow_version(text: str) -> int | None:
    """0 for code from before 1.0, 1, 2, or None where the text does not show it."""
    text = _spelt_out(text, ALIAS, "tf")
    if _shows(text, BEFORE_ONE):
        return 0
    if _shows(text, ONE):
        return 1
    return 2 if _shows(text, TWO) else None
