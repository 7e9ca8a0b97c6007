"""Generate the table of what earlier releases of Keras took and the one that stands for them does not.

    python scripts/generate_releases.py FOLDER [--check]

A generation of Keras is "0", "1" or "2" (stand-alone, to 2.3), "tf1" (tf.keras in TensorFlow 1), "tf" (tf.keras 2) or
"3". `keras_signatures.json` has one release of each but "0" and "tf1"; a name counts for a generation if any of its
releases takes it. FOLDER holds the sources of releases, each in a folder named after it: `1.2.2`, `2.9.0` (a checkout
of keras-team/keras at that tag), `tf-1.15.0` (the Python files of that release of TensorFlow). They are parsed and
never run. The table is `keras_releases.json` in `cnnlint/graph/tables/`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from generate_signatures import FAMILIES, FOLDER, NO_NAMES, PUBLIC, aliased, dump, further
from release_sources import Release
from signature_sources import Entry

from cnnlint.graph.tables import load

#: what a release's name begins with, and its generation: the first that fits
GENERATIONS = {
    "0.": "0",
    "1.": "1",
    "2.0.": "2",
    "2.1.": "2",
    "2.2.": "2",
    "2.3.": "2",
    "2.": "tf",
    "tf-1.": "tf1",
    "tf-2.": "tf",
    "3.": "3",
}
#: modules of strings by the names that Keras 0 and 1 have for them
OLD = {"initializers": "initializations", "losses": "objectives"}
#: what `compile` and the like take through `**kwargs` in a way that the text does not show
FURTHER = {
    ("0", "compile"): [],
    ("1", "compile"): [],
    ("2", "compile"): ["options", "run_metadata", "feed_dict", "fetches"],
    ("tf1", "compile"): ["options", "run_metadata", "feed_dict", "fetches"],
    ("tf", "compile"): [
        "cloning",
        "distribute",
        "experimental_run_tf_function",
        "sample_weight_mode",
        "target_tensors",
    ],
}


def generation(release: str) -> str:
    """The generation of a release, by the name of its folder."""
    return next(name for start, name in GENERATIONS.items() if release.startswith(start))


def order(release: str) -> list[int]:
    """Releases in their order."""
    return [int(number) for number in re.findall(r"\d+", release)]


def slim(version: str, name: str, entry: Entry) -> Entry:
    """An entry as the table of signatures writes it."""
    method = name.rpartition(".")[2]
    if name.startswith("keras.models.Model.") and (version, method) in FURTHER:
        entry = {**entry, "open": False, "also": sorted({*entry["also"], *FURTHER[version, method]})}
    entry = further(version, name, entry)
    named = [*entry["parameters"], *entry["keyword_only"]]
    required = [parameter for parameter in named if parameter not in entry["optional"]]
    kept = {key: value for key, value in entry.items() if value and key != "optional"}
    return {"parameters": [], **kept, **({"required": required} if required else {})}


def covers(wide: Entry, narrow: Entry) -> bool:
    """Whether a signature takes every call that another takes."""
    names = lambda one: {*one["parameters"], *one.get("keyword_only", ()), *one.get("also", ())}  # noqa: E731
    ordered = wide["parameters"][: len(narrow["parameters"])] == narrow["parameters"]
    starred = wide.get("star", False) or (ordered and not narrow.get("star"))
    keywords = wide.get("open", False) or (names(narrow) <= names(wide) and not narrow.get("open"))
    return starred and keywords and set(wide.get("required", ())) <= set(narrow.get("required", ()))


def strings(release: Release) -> dict[str, set[str]]:
    """The strings that a release resolves, by family: every name that its module binds."""
    found = {}
    for family, module in FAMILIES.items():
        homes = [f"{release.prefix}.{where}{name}" for where in ("", "src.") for name in (module, OLD.get(module, "-"))]
        homes += [inner for inner in release.bound for home in homes if inner.startswith(f"{home}.")]
        names = {
            name for home in homes for name, node in release.bound.get(home, {}).items() if release.own(home, node)
        }
        found[family] = {name for name in names if not name.startswith("_")} - NO_NAMES
    found["metric"] |= found["loss"]
    return found


def main() -> int:
    """Write the table, or say whether it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the table would change")
    options = parser.parse_args()
    releases = sorted((path.name for path in options.folder.iterdir()), key=order, reverse=True)
    stands, words = load("keras_signatures")["entries"], load("keras_strings")["entries"]
    table: dict[str, list[Entry]] = {}
    extra: dict[str, dict[str, set[str]]] = {}
    for name in releases:
        version, release = generation(name), Release(options.folder / name)
        for api, found in release.entries():
            entry = slim(version, api, found)
            wraps = entry.get("open") and (not entry["parameters"] or ".applications." in api)
            if wraps or not PUBLIC.fullmatch(api):
                continue
            known = stands.get(api, ())
            known = stands[known] if isinstance(known, str) else known
            if any(version in one["versions"] and not one.get("open") for one in known):
                entry.pop("open", None)  # what it hands on was refused further up
            rivals = [one for one in (*known, *table.get(api, ())) if version in one["versions"]]
            if not any(covers(one, entry) for one in rivals):
                table.setdefault(api, []).append({"versions": [version], **entry})
        for family, names in strings(release).items() if version not in words else ():
            extra.setdefault(version, {}).setdefault(family, set()).update(names)
    head: dict[str, Any] = {"releases": releases}
    head["strings"] = {v: {f: sorted(names) for f, names in sorted(of.items())} for v, of in sorted(extra.items())}
    text = dump(head, aliased(table))
    path = FOLDER / "keras_releases.json"
    stale = not path.exists() or path.read_text("utf-8") != text
    if stale and not options.check:
        path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {'out of date' if stale and options.check else 'written' if stale else 'up to date'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
