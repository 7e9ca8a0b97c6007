"""CNN335."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "range": (
        "the generator cannot make what it is compared with: its output has another range than the data, {}",
        "scale the pictures as (x - 127.5) / 127.5 for tanh, and as x / 255 for a sigmoid",
    ),
    "bounded critic": (
        "this critic ends in a {}, and the distance that it is to measure has no bound",
        "layers.Dense(1), without an activation",
    ),
}


class AdversarialOutputMismatch(Rule):
    """An opponent whose output cannot be what it is compared with.

    ## What it does
    Finds generators that end in tanh beside pictures of 0 to 1, or in a sigmoid beside pictures of -1 to 1, and
    critics of Wasserstein's distance that end in a sigmoid.

    ## Why is this bad
    A discriminator tells what leaves the range of the data at a glance: it learns the range and nothing else. A
    critic says how far apart real and made samples are, which has no bound; behind a sigmoid its answers saturate,
    and the generator gets no gradient.

    ## Example
    ```python
    from tensorflow.keras import datasets, layers, models

    (pictures, _), _ = datasets.mnist.load_data()
    pictures = pictures.astype("float32") / 255

    generator = models.Sequential([
        layers.Input((100,)),
        layers.Dense(256, activation="relu"),
        layers.Dense(784, activation="tanh"),
        layers.Reshape((28, 28)),
    ])
    discriminator = models.Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    discriminator.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from tensorflow.keras import datasets, layers, models

    (pictures, _), _ = datasets.mnist.load_data()
    pictures = pictures.astype("float32") / 127.5 - 1

    generator = models.Sequential([
        layers.Input((100,)),
        layers.Dense(256, activation="relu"),
        layers.Dense(784, activation="tanh"),
        layers.Reshape((28, 28)),
    ])
    discriminator = models.Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    discriminator.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    Files that scale in more than one way, or by a layer or a scaler, are left alone, and so are files with a
    cross-entropy beside the critic's distance. Which of two networks makes and which judges names alone tell: a note.

    ## References
    - Radford and others: Unsupervised representation learning with deep convolutional generative adversarial networks
      (2015), section 4: images were scaled to the range of tanh
    - [TensorFlow 2: deep convolutional generative adversarial network](
      https://www.tensorflow.org/tutorials/generative/dcgan): the images are normalized to [-1, 1]
    - Arjovsky and others: Wasserstein GAN (2017), section 3: the critic is no classifier and has no sigmoid
    """

    code = "CNN335"
    name = "adversarial-output-mismatch"
    severity = Severity.INFO
    summary = "A generator or critic whose output has the wrong range"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("two models that are trained in turns are no single training run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
