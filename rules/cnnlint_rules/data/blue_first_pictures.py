"""CNN555."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class BlueFirstPictures(Rule):
    """Pictures of OpenCV, whose channels stand the other way round.

    ## What it does
    Finds pictures that `cv2.imread` or a camera of OpenCV gives, and that reach `preprocess_input` of an application,
    or `predict` of a model that Keras's own generators of pictures train, or a list of what `load_img` reads, with
    their channels as they were read.

    ## Why is this bad
    OpenCV gives blue, green and red; Keras reads red first, and so do the weights that come with it. Nothing is
    refused: faces are blue to the network, and what hangs on colours is found wrongly.

    ## Example
    ```python
    import cv2
    import numpy as np
    from keras.applications.resnet50 import ResNet50, decode_predictions, preprocess_input

    model = ResNet50(weights="imagenet")
    picture = cv2.resize(cv2.imread("fox.jpg"), (224, 224))
    print(decode_predictions(model.predict(preprocess_input(np.expand_dims(picture, 0)))))
    ```

    ## Use instead
    ```python
    import cv2
    import numpy as np
    from keras.applications.resnet50 import ResNet50, decode_predictions, preprocess_input

    model = ResNet50(weights="imagenet")
    picture = cv2.cvtColor(cv2.resize(cv2.imread("fox.jpg"), (224, 224)), cv2.COLOR_BGR2RGB)
    print(decode_predictions(model.predict(preprocess_input(np.expand_dims(picture, 0)))))
    ```

    ## Exceptions
    Files that turn the channels round somewhere (`cvtColor`, `[..., ::-1]`), make grey of them, or speak of their order
    are left alone, and so are models that are trained on what OpenCV reads.

    ## References
    - [OpenCV 4: imread](https://docs.opencv.org/4.x/d4/da8/group__imgcodecs.html): "the decoded images will have the
      channels stored in B G R order"
    - [Keras 3: applications](https://keras.io/api/applications/)
    """

    code = "CNN555"
    name = "blue-first-pictures"
    severity = Severity.WARNING
    summary = "Pictures of OpenCV are given to what was trained on red first"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the pictures lie in files that are not read")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each file."""
        for event in program.events_of(DataMisused):
            if event.why == "blue first":
                problem = f"a picture of OpenCV stands blue first, and what {event.what} stands red first"
                advice = "turn the channels round: cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)"
                yield Finding(problem, event.origin, event.model, help=advice)
