"""One finding on the page: what is wrong and where, what to write instead, and what came of putting it to the test."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import PAIRED, Diagnostic, Evidence, Samples, Verdict
from cnnlint.reporters.html.charts import curves_charts, pairs_chart
from cnnlint.reporters.html.markup import Markup, join, link, prose, tag
from cnnlint.reporters.text import by_arm, has_place, number, place, said

WORDS = {
    Verdict.PROVED: "Shown without training",
    Verdict.CONFIRMED: "Trained both ways, the model as written does worse",
    Verdict.SLOWER: "Trained both ways, the model as written only takes longer",
    Verdict.NO_DIFFERENCE: "Trained both ways, the models end alike",
    Verdict.UNDECIDED: "The test decides nothing",
    Verdict.NOT_TESTABLE: "A short run would be dishonest evidence",
}
LESSONS = {
    Verdict.PROVED: "This does not depend on data or luck: it holds for every training. Mend it first.",
    Verdict.CONFIRMED: "More training did not make up for it here. Mend it before you tune anything.",
    Verdict.SLOWER: "More training makes up for it. Mending it saves that time.",
    Verdict.NO_DIFFERENCE: "On data like this, mending it changes nothing. Look elsewhere for what is wrong.",
    Verdict.UNDECIDED: "No harm shown does not mean that there is none. Your own data (--confirm-data) may tell.",
}
UNTRAINED = {Verdict.NO_DIFFERENCE: "Shown without training, both do the same"}
UNTRAINED_LESSONS = {
    Verdict.NO_DIFFERENCE: "As it runs here, mending it changes nothing. Look elsewhere for what is wrong.",
    Verdict.UNDECIDED: "What was not shown may be there all the same. Look at the line itself.",
}
"""The same of proofs."""
BEGINNING = "This is how training begins. Some get over it and some do not: mended, it is no matter of luck."
STRAIGHT = "This holds for all weights. What it costs is a question to your data: where a straight line does, nothing."
BESIDE = "How it works is shown without training. What it costs here, the runs say."
PROOFS = {
    "affine-network": STRAIGHT,
    "affine-pair": STRAIGHT,
    "dead-units": BEGINNING,
    "initial-loss": BEGINNING,
    "untaught-samples": BEGINNING,
    "variance-drift": BEGINNING,
}
"""What proofs teach that say nothing of how a training ends."""
UNTESTED = "not tested"
_WIDEST_LINE = 160
_WIDEST_STRIP, _LARGEST_DOT = 360, 8
"""Pixels of the samples' strip, and of a dot in it."""


def card(
    found: Diagnostic, anchor: str, layer: str | None, source: str | None, *, tested: bool, away: bool, kind: str
) -> Markup:
    """A finding as an article.

    `layer` is the anchor of its layer in the diagram; `tested` says that the run put findings to the test, so that
    those without evidence say so; `away` that it is in another file than the model, and is told so. `kind` is the
    class that filters know it by.
    """
    where = place(found) if away or found.node is not None or found.op_type is not None else _short_place(found)
    heading = tag(
        "h4",
        tag("span", found.severity.value, class_="severity"),
        " ",
        link(found.url or "", tag("b", found.code), " ", found.name, class_="rule"),
    )
    layered = link(f"#{layer}" if layer else "", found.layer, class_="layer") if found.layer else None
    locus = tag("p", tag("span", where), join(" · ", layered) if layered else None, class_="place")
    return tag(
        "article",
        tag("header", tag("div", heading, locus), badge(found.evidence) if found.evidence or tested else None),
        tag("p", prose(found.message), class_="message"),
        _source(found, source) if source is not None and source.strip() and has_place(found) else None,
        tag("p", tag("b", "Instead "), prose(found.help), class_="help") if found.help else None,
        _evidence(found.evidence) if found.evidence is not None else None,
        id=anchor,
        class_=f"finding {kind} {found.severity.value}",
    )


def badge(evidence: Evidence | None) -> Markup:
    """What came of the test, as a label."""
    return badge_of(evidence.verdict.value if evidence is not None else UNTESTED)


def badge_of(word: str) -> Markup:
    """A verdict as a label."""
    return tag("span", word, class_=f"badge {slug(word)}")


def slug(word: str) -> str:
    """A verdict as the name of a class."""
    return word.replace(" ", "-")


def _short_place(found: Diagnostic) -> str:
    cell = f"cell {found.cell}, " if found.cell is not None else ""
    return f"{cell}line {found.location.row}, column {found.location.column}" if has_place(found) else "the whole file"


def _source(found: Diagnostic, source: str) -> Markup:
    """The source line with the stretch marked that the finding is about, cut where it is very long."""
    indent = len(source) - len(source.lstrip())
    start = min(found.location.column - 1, len(source))
    one_line = found.end_location.row == found.location.row
    end = max(start, min(found.end_location.column - 1, len(source))) if one_line else len(source.rstrip())
    first = max(0, start - _WIDEST_LINE // 2) if len(source) > _WIDEST_LINE else min(indent, start)
    last = min(len(source), first + _WIDEST_LINE)
    code = tag(
        "code",
        "…" if first > indent else None,
        source[first:start],
        tag("mark", source[start : min(end, last)]) if end > start else None,
        source[min(end, last) : last].rstrip(),
        "…" if last < len(source) else None,
    )
    return tag("pre", tag("span", found.location.row, class_="row"), code)


def _evidence(evidence: Evidence) -> Markup:
    verdict = evidence.verdict
    how = UNTRAINED.get(verdict, WORDS[verdict]) if _untrained(evidence) else WORDS[verdict]
    words = tag("p", tag("b", f"{verdict.value.capitalize()}."), f" {how}: ", prose(said(evidence)))
    told = [
        f"{name}: {', '.join(map(_number, values))}"
        for name, values in evidence.also.items()
        if not by_arm(name, values)
    ]
    notes = [tag("li", prose(note)) for note in (*told, *evidence.notes)]
    facts = " · ".join(_facts(evidence))
    return tag(
        "section",
        words,
        tag("p", lesson, class_="lesson") if (lesson := _lesson(evidence)) is not None else None,
        _pictures(evidence),
        _horizons(evidence),
        _figures(evidence),
        tag("ul", *notes, class_="notes") if notes else None,
        tag("p", facts, class_="facts") if facts else None,
        class_=f"evidence {slug(verdict.value)}",
    )


def _lesson(evidence: Evidence) -> str | None:
    if evidence.verdict is Verdict.UNDECIDED and PROOFS.get(evidence.method) is STRAIGHT:
        return STRAIGHT
    if evidence.verdict is not Verdict.PROVED:
        taught = LESSONS.get(evidence.verdict)
        return UNTRAINED_LESSONS.get(evidence.verdict, taught) if _untrained(evidence) else taught
    return BESIDE if evidence.pairs is not None else PROOFS.get(evidence.method, LESSONS[Verdict.PROVED])


def _untrained(evidence: Evidence) -> bool:
    """Whether nothing was to be trained: it is a proof that was asked for."""
    return evidence.method != PAIRED and evidence.pairs is None


def _pictures(evidence: Evidence) -> Markup | None:
    drawn: list[tuple[str, Markup]] = []
    if evidence.series:
        statistic = evidence.statistic or "the statistic"
        count = len(evidence.series)
        pairs = f"{statistic}, {count} pair{'' if count == 1 else 's'} and their mean"
        drawn.append((pairs, pairs_chart(statistic, evidence.series)))
    if evidence.curves is not None and evidence.curves.steps:
        drawn += curves_charts(evidence.curves)
    if evidence.samples is not None:
        drawn.append(("the data, and what it is to be told as", _samples(evidence.samples)))
    if not drawn:
        return None
    figures = (tag("figure", chart, tag("figcaption", caption)) for caption, chart in drawn)
    return tag("div", *figures, class_="pictures")


def _samples(shown: Samples) -> Markup:
    """The samples in a size that can be looked at, their labels below."""
    dot = max(1, min(_LARGEST_DOT, _WIDEST_STRIP // max(1, shown.width)))
    picture = tag(
        "img",
        src=f"data:image/png;base64,{shown.png}",
        width=shown.width * dot,
        height=shown.height * dot,
        alt=f"{len(shown.labels)} samples of the data",
    )
    labels = tag("div", *(tag("span", label) for label in shown.labels), style=f"width: {shown.width * dot}px")
    return tag("div", picture, labels if any(shown.labels) else None, class_="samples")


def _horizons(evidence: Evidence) -> Markup | None:
    """The arms, a row each, at both horizons: without this repair, with all, and the model as it was written."""
    early, late, whole = evidence.early, evidence.late, evidence.whole
    if early is None or late is None or early.steps == late.steps:
        return None
    left = "this fault alone left in" if evidence.beside else "as written"
    rows: list[tuple[str, str | None, float | None, float | None]] = [
        (left, "written", early.as_written, late.as_written),
        ("all repaired", "repaired", early.repaired, late.repaired),
    ]
    if whole is not None:
        count = len(whole.repairs) + 1
        rows.append((f"as written, none of {count} repairs made", None, None, whole.as_written))
    when = [f"{one.steps:,} steps{f' ({one.pairs} pairs)' if one.pairs else ''}" for one in (early, late)]
    heads = (tag("th", f"{evidence.statistic} after {told}") for told in when)
    body = []
    for name, arm, first, last in rows:
        figures = ("" if one is None else _number(one) for one in (first, last))
        body.append(tag("tr", tag("th", name, scope="row", class_=arm), *(tag("td", one) for one in figures)))
    return tag("table", tag("thead", tag("tr", tag("td"), *heads)), tag("tbody", *body), class_="figures arms")


def _figures(evidence: Evidence) -> Markup | None:
    """Figures of both arms, a row for each statistic."""
    rows: list[tuple[str, list[float | None], float | None]] = []
    if evidence.statistic is not None and evidence.as_written is not None:
        rows.append((evidence.statistic, [evidence.as_written, evidence.repaired], evidence.difference))
    rows += [
        (name, list(values), values[1] - values[0]) for name, values in evidence.also.items() if by_arm(name, values)
    ]
    if not rows:
        return None
    names = (tag("th", head, scope="col", class_=head.split()[-1]) for head in ("as written", "repaired", "difference"))
    body = (
        tag(
            "tr",
            tag("th", name, scope="row"),
            *(tag("td", "" if value is None else _number(value)) for value in values),
            tag("td", "" if difference is None else _signed(difference)),
        )
        for name, values, difference in rows
    )
    return tag("table", tag("thead", tag("tr", tag("td"), *names)), tag("tbody", *body), class_="figures")


def _facts(evidence: Evidence) -> Iterator[str]:
    """How it was done, in short phrases."""
    if evidence.method != "none":
        yield evidence.method
    if evidence.pairs:
        yield f"{evidence.pairs} pair{'' if evidence.pairs == 1 else 's'}"
    if evidence.steps:
        yield f"{evidence.steps:,} steps"
    if evidence.p_value is not None:
        yield f"p = {evidence.p_value:.2g}"
    if evidence.data is not None:
        yield evidence.data
    if evidence.backend:
        yield evidence.backend
    if evidence.seed is not None:
        yield f"seed {evidence.seed}"
    if evidence.seconds is not None:
        yield f"{evidence.seconds:.1f} s" + (" in an earlier run" if evidence.cached else "")


def _number(value: float) -> str:
    return number(value).replace("-", "−")


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _number(value)
