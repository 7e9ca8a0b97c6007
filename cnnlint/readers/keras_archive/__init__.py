"""The reader of saved Keras models: the saved configuration to the model graph.

    unpack      from the bytes of any kind of file to the configuration, with limits
    hdf5        the attributes of an HDF5 file
    configs     a layer's configuration in the graph's words
    sanity      the values in it, checked once
    operations  Keras's operations on tensors (keras.ops), which have no configuration
    models      Sequential and Functional configurations to nodes, nested ones inlined
    training    what `compile` was given

Weights are not looked at, nothing is unpickled, and no class is imported.
"""

from __future__ import annotations

from pathlib import PurePath

from cnnlint.readers.reading import FileLoader, Problem, Reading


def read(filename: str, data: bytes, *, load: FileLoader | None = None) -> Reading:
    """Read a saved model. The program has one model; its nodes name the layer that they come from.

    A file that is no archive of a Keras model is a Problem; classes that Keras does not have are opaque nodes.
    """
    from cnnlint.graph import Frameworks, Program
    from cnnlint.readers.keras_archive.models import TooLarge, read_model
    from cnnlint.readers.keras_archive.unpack import NotAnArchive, unpack

    reading = Reading(filename)
    try:
        config, keras = unpack(data)
        model = read_model(config, PurePath(filename).stem, keras)
    except NotAnArchive as error:
        reading.problems.append(Problem(str(error), kind="format"))
        return reading
    except (TooLarge, RecursionError) as error:
        message = str(error) if isinstance(error, TooLarge) else "its models are nested too deeply"
        reading.problems.append(Problem(message, kind="too-complex"))
        return reading
    reading.program = Program(filename, kind="archive", models=[model], frameworks=Frameworks(keras=keras))
    return reading
