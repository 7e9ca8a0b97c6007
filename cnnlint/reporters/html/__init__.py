"""The report as one page that needs nothing else: models drawn, findings beside their layers, verdicts with their runs.

No script, no font, no picture from elsewhere; the page tells the browser to load nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files

from msgspec import Struct, field

from cnnlint.diagnostics import Diagnostic, ModelSummary, Severity, Verdict
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.html.diagram import draw
from cnnlint.reporters.html.filters import Filters
from cnnlint.reporters.html.findings import UNTESTED, badge_of, card, slug
from cnnlint.reporters.html.markup import Markup, join, link, prose, tag
from cnnlint.reporters.models import facts, training, unknown
from cnnlint.reporters.summary import counted, sentence, summarize
from cnnlint.version import __version__

_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


class Drawn(Struct):
    """A model or, where `model` is None, what a file has beside its models; with its findings and their anchors."""

    anchor: str
    model: ModelSummary | None
    findings: list[tuple[str, Diagnostic]] = field(default_factory=list)


class Look(Struct, frozen=True):
    """What all parts of a page share."""

    outcome: Outcome
    filters: Filters
    #: findings were put to the test
    tested: bool
    #: models in which nothing was found are shown at once, rather than opened by a click
    whole: bool


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """The page, a file at a time."""
    sections = _sections(outcome)
    filters = Filters(list(sections), outcome.diagnostics)
    tested = any(found.evidence is not None for found in outcome.diagnostics)
    yield "<!DOCTYPE html>\n"
    yield '<html lang="en">\n'
    yield (
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="generator", content=f"cnnlint {__version__}"),
            tag("title", "cnnlint: " + ", ".join(list(sections)[:3]) + (" …" if len(sections) > 3 else "")),
            tag("style", Markup(files(__package__).joinpath("page.css").read_text(encoding="utf-8")), filters.style()),
        )
        + "\n<body>\n"
    )
    yield _head(outcome, options, tested, filters.lists()) + "\n"
    if len(sections) > 1:
        yield _contents(sections, filters) + "\n"
    look = Look(outcome, filters, tested, options.show_models)
    yield "<main>\n"
    for number, (name, parts) in enumerate(sections.items(), 1):
        yield _file(f"file-{number}", name, parts, look) + "\n"
    yield "</main>\n"
    yield _foot(tested) + "\n</body>\n</html>\n"


def drawn(outcome: Outcome) -> Iterator[tuple[ModelSummary, list[Diagnostic]]]:
    """Every model with the findings that are about it, file by file."""
    for parts in _sections(outcome).values():
        yield from ((part.model, [one for _, one in part.findings]) for part in parts if part.model is not None)


def _sections(outcome: Outcome) -> dict[str, list[Drawn]]:
    """Findings by file and model. A finding in a helper belongs to the file that was linted when it was found."""
    sections: dict[str, list[Drawn]] = {}
    for number, model in enumerate(outcome.models, 1):
        sections.setdefault(model.filename, []).append(Drawn(f"model-{number}", model))
    for number, found in enumerate(outcome.diagnostics, 1):
        key = (found.code, found.filename, found.location.row)
        parts = sections.setdefault(outcome.read_from.get(key, found.filename), [])
        _home(found, parts).findings.append((f"finding-{number}", found))
    return {name: sections[name] for name in sorted(sections)}


def _home(found: Diagnostic, parts: list[Drawn]) -> Drawn:
    """The model that a finding is about, among those of a file; models may share a name."""
    named = [part for part in parts if part.model is not None and part.model.name == found.model]
    if named:
        return max(named, key=lambda part: _fits(found, part.model))
    if not parts or parts[0].model is not None:
        parts.insert(0, Drawn("", None))
    return parts[0]


def _fits(found: Diagnostic, model: ModelSummary | None) -> int:
    """How well a finding's layer suits a model: 2 where name and row agree, 1 where the name does."""
    rows = [layer.get("row") for layer in (model.layers if model else ()) if layer["name"] == found.layer]
    return 2 if found.location.row in rows else int(bool(rows))


def _head(outcome: Outcome, options: Options, tested: bool, lists: Markup | None) -> Markup:
    errors = [
        tag("p", tag("b", error.filename), ": ", prose(error.message), class_="failure") for error in outcome.errors
    ]
    told = " ".join(part for part in (options.note, sentence(summarize(outcome))) if part)
    return tag(
        "header",
        tag("p", "cnnlint", class_="brand"),
        tag("h1", told),
        _tally(outcome) if tested else None,
        tag("p", " · ".join(_circumstances(outcome)), class_="circumstances"),
        *errors,
        lists,
        class_="page",
    )


def _tally(outcome: Outcome) -> Markup:
    """How many findings came to which verdict."""
    counts = {verdict.value: 0 for verdict in Verdict} | {UNTESTED: 0}
    for found in outcome.diagnostics:
        counts[found.evidence.verdict.value if found.evidence is not None else UNTESTED] += 1
    cells = (
        tag("li", tag("b", count), " ", tag("span", word), class_=slug(word) if count else "none")
        for word, count in counts.items()
    )
    return tag("ul", *cells, class_="tally")


def _circumstances(outcome: Outcome) -> Iterator[str]:
    """Versions, seed and time."""
    evidence = [found.evidence for found in outcome.diagnostics if found.evidence is not None]
    yield f"cnnlint {__version__}"
    yield from sorted({one.backend for one in evidence if one.backend})
    seeds = sorted({one.seed for one in evidence if one.seed is not None})
    if seeds:
        yield f"seed {', '.join(map(str, seeds))}"
    seconds = sum(one.seconds or 0.0 for one in evidence if not one.cached)
    if seconds:
        yield f"{seconds:,.0f} s of tests"
    earlier = sum(one.cached for one in evidence)
    if earlier:
        yield f"{counted(earlier, 'verdict')} of earlier runs"
    yield from sorted({one.data for one in evidence if one.data and one.data.startswith("your data")})


def _contents(sections: dict[str, list[Drawn]], filters: Filters) -> Markup:
    items = []
    for number, (name, parts) in enumerate(sections.items(), 1):
        findings = [found.severity for part in parts for _, found in part.findings]
        words = [
            tag("span", counted(findings.count(severity), _NOUNS[severity]), class_=f"pill {severity.value}")
            for severity in sorted(set(findings), key=lambda one: -one.rank)
        ]
        kinds = " ".join(
            filter(None, (f"file-{number}", filters.rules(one for part in parts for _, one in part.findings)))
        )
        told = None if words else "nothing found"
        items.append(tag("li", link(f"#file-{number}", name), " ", *words, told, class_=kinds))
    return tag("nav", tag("ol", *items), aria_label="files")


def _file(anchor: str, name: str, parts: Sequence[Drawn], look: Look) -> Markup:
    folder, slash, base = name.rpartition("/")
    title = tag("h2", tag("span", folder + slash, class_="folder"), base)
    return tag("section", title, *(_part(part, name, look) for part in parts), id=anchor, class_="file")


def _part(part: Drawn, filename: str, look: Look) -> Markup:
    model = part.model
    layers: dict[str, int] = {}
    marks: dict[int, list[tuple[str, Diagnostic]]] = {}
    if model is not None:
        layers = {layer["name"]: number for number, layer in enumerate(model.layers)}
        for anchor, found in part.findings:
            if found.layer in layers:
                marks.setdefault(layers[found.layer], []).append((anchor, found))
    cards = [
        card(
            found,
            anchor,
            f"{part.anchor}-{layers[found.layer]}" if found.layer in layers else None,
            look.outcome.lines.get((found.filename, found.cell, found.location.row)),
            tested=look.tested,
            away=found.filename != filename,
            kind=look.filters.rule(found),
        )
        for anchor, found in sorted(part.findings, key=lambda item: _weight(item[1]))
    ]
    if model is None:
        return tag("div", tag("div", *cards, class_="findings"), class_="part apart")
    drawing = tag("div", *_described(model), draw(model, part.anchor, marks), _set_up(model), class_="model")
    heading = tag("h3", model.name, tag("span", f" {model.kind}"))
    if not cards and not look.whole:
        told = f"{counted(len(model.layers), 'layer')}, nothing found"
        head = tag("summary", heading, tag("span", told, class_="told"))
        return tag("details", head, drawing, id=part.anchor, class_="part clean")
    side = tag("div", heading, drawing, class_="side")
    if not cards:
        return tag("div", side, id=part.anchor, class_="part alone")
    pieces = join(side, tag("div", *cards, class_="findings"))
    return tag("div", pieces, id=part.anchor, class_="part")


def _weight(found: Diagnostic) -> tuple[int, str, int]:
    """The order of a model's findings: what was shown first, then by severity, then by place."""
    shown = found.evidence is not None and found.evidence.verdict in (Verdict.PROVED, Verdict.CONFIRMED)
    return (-found.severity.rank - shown, found.code, found.location.row)


def _described(model: ModelSummary) -> Iterator[Markup]:
    cell = f"cell {model.cell}, " if model.cell is not None else ""
    yield tag("p", " · ".join((f"{cell}line {model.location.row}", *facts(model))), class_="described")


def _set_up(model: ModelSummary) -> Markup:
    lines = [tag("li", line) for line in training(model.training or {})]
    lines += [tag("li", tag("b", "unknown: "), unknown(part), class_="unknown") for part in model.unknown]
    return tag("ul", *lines, class_="set-up") if lines else Markup("")


def _foot(tested: bool) -> Markup:
    if not tested:
        return tag("footer", tag("p", "Read from the source, which was not run."))
    terms = (join(tag("dt", badge_of(verdict.value)), tag("dd", _MEANINGS[verdict])) for verdict in Verdict)
    method = (
        "Models were rebuilt from what was read of the source, which was not run. In paired training runs the model "
        "with all its repairs and the same without one of them start from the same weights and see the same batches; "
        "what was to be measured, in which direction and by what margin, was fixed by the rule beforehand."
    )
    return tag("footer", tag("h3", "What the verdicts mean"), tag("dl", *terms), tag("p", method))


_MEANINGS = {
    Verdict.PROVED: "Shown without training: by algebra or definition, by what Keras answers, or before training.",
    Verdict.CONFIRMED: "Worse early, and worse still where the repaired model has levelled off; exact test over pairs.",
    Verdict.SLOWER: "Behind early, with no harm to speak of in the end: it costs time, not accuracy.",
    Verdict.NO_DIFFERENCE: "An equivalence test passed, early and in the end: the finding weighs less.",
    Verdict.UNDECIDED: "Neither a difference nor its absence was shown; the reason is given, and nothing weighs less.",
    Verdict.NOT_TESTABLE: "No short run would be honest evidence; the reason is given.",
}

__all__ = ["drawn", "render"]
