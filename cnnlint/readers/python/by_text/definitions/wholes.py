"""Models of several parts, and programs of several places, that do not go together, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Dropped, Event, Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.adversarial.roles import role
from cnnlint.readers.python.by_text.fits import FIT, as_in_training, data_of, tapes_of
from cnnlint.readers.python.by_text.placed import Flaws, Losses, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, defined_once, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: layers with weights
WEIGHED = pattern(r"\b(Dense|Conv\w*D\w*|Embedding|LSTM|GRU|SimpleRNN)\(")
#: models that are not meant to learn, by their name or by what makes them
KEPT = pattern(
    r"teacher|target|frozen|vgg|feature|ema|old|ref|fixed|random|prior|pretrain|load|applications|hub|base|backbone|stop|augment|\.from_"
    r"|reservoir|echo|projector|hash",
    re.IGNORECASE,
)
#: what programs speak of whose first layers keep the weights that they were drawn with
DRAWN = pattern(
    r"extreme learning|reservoir|echo[ _-]?state|random (features|projection|network)|\bELM\b", re.IGNORECASE
)
#: what is judged, and what judges it
ACTING, JUDGING = pattern(r"actor|policy", re.IGNORECASE), pattern(r"critic|value|(^|_)q(_|$)", re.IGNORECASE)
#: methods of a model that leave its weights alone
LOOKING = frozenset({"save", "save_weights", "summary", "build", "predict", "evaluate"})
APART = pattern(
    r"\babs\(\s*\w+(\[\d\])?\s*-\s*\w+(\[\d\])?\s*\)|abs\(\w*subtract|euclid|siamese|l1_dist|l2_dist", re.IGNORECASE
)
#: data sets of ten classes
TEN = pattern(r"datasets\.(fashion_)?mnist|datasets\.cifar10\b|read_data_sets\(|import (fashion_)?mnist\b")
#: what may leave two classes of ten
PARTED = pattern(r"one_hot|label\w* *==|== *\d|% *2\b|[<>]=? *\d|isin|in1d|not_equal|!= *\d|// *\d|vectorize|where\(")
#: data of other kinds, which the classifier may be meant for
OTHERS = pattern(
    r"\bread_\w+\((?<!read_data_sets\()|\b(?:loadtxt|genfromtxt|tfds\.load|fetch_\w+|load_(?!data\b)\w+)\("
)
LOGARITHMS = frozenset({"log", "log10"})


@once
def events(parsed: Parsed) -> tuple[Event, ...]:
    """Every such place of a file."""
    if parsed.ast is None:
        return ()
    flaws = (_left_out, _teacher, _towers, _two_judges, _silence, _prepared_twice, _outside)
    return (
        *placed(Miswritten, parsed, (one for finder in flaws for one in finder(parsed))),
        *placed(Dropped, parsed, _two_classes(parsed)),
    )


def _left_out(parsed: Parsed) -> Flaws:
    """`decoder(encoder(x))` in a tape that is asked for the gradients of the decoder's weights alone."""
    if "GradientTape(" not in parsed.text or "stop_gradient" in parsed.text or DRAWN.search(parsed.text):
        return
    module = scopes(parsed)[0]
    classes = {one.name: one for one in parsed.listing.of(ast.ClassDef)}
    makers = defined_once(parsed)
    calls = {id(one.func) for one in parsed.listing.of(ast.Call)}
    looked = {id(one.value) for one in parsed.listing.of(ast.Attribute) if one.attr in LOOKING}
    loaded: dict[str, list[ast.Name]] = {}
    for one in parsed.listing.of(ast.Name):
        if isinstance(one.ctx, ast.Load):
            loaded.setdefault(one.id, []).append(one)
    weights = {
        one.value.id
        for one in parsed.listing.of(ast.Attribute)
        if one.attr in ("trainable_variables", "trainable_weights") and isinstance(one.value, ast.Name)
    }
    for tape in tapes_of(parsed.listing.of(ast.With)):
        within = [one for statement in tape.body for one in nodes_of(statement)]
        read = {one.id for one in within if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        asked = weights & {
            one.func.id for one in within if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
        }
        if not asked:
            continue
        for node in within:
            value = node.value if isinstance(node, ast.Assign) else None
            if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and isinstance(node, ast.Assign)):
                continue
            name = value.func.id
            maker = module.once(name)
            whole = classes.get(called(maker)) or makers.get(called(maker)) or maker if maker is not None else None
            if maker is None or whole is None or KEPT.search(f"{name} {written(maker)[:200]}"):
                continue
            if JUDGING.search(name) and any(ACTING.search(one) for one in asked):
                continue  # what an actor does is judged by what is trained elsewhere
            only = all(id(one) in calls or id(one) in looked for one in loaded.get(name, ()))
            given = {one.id for at in node.targets for one in nodes_of(at) if isinstance(one, ast.Name)}
            plain = not as_in_training(value) and any(
                as_in_training(one) and isinstance(one, ast.Call) and written(one.func) in asked for one in within
            )  # the one is told that it trains, and the other is not
            flows = any(reads(at, given) for one in _calls_of(within, asked) for at in one.args)
            if only and not plain and flows and given & read and WEIGHED.search(written(whole)):
                yield value, "left out", name
                return


def _calls_of(nodes: list[ast.AST], models: set[str]) -> list[ast.Call]:
    """The calls of these models: what another one gives goes into them, and is not what they are to answer."""
    return [one for one in nodes if isinstance(one, ast.Call) and written(one.func) in models]


#: what is learned from and never learns by gradients itself
TEACHER = pattern(r"(^|[._])teacher", re.IGNORECASE)
FIXED = pattern(r"(^|[._])target(_|$)", re.IGNORECASE)


def _teacher(parsed: Parsed) -> Flaws:
    """`tape.gradient(loss, teacher.trainable_variables)` where a student is to learn; of a target network, as well."""
    agent = re.search(r"discount|reward|next_state|next_obs", parsed.text) is not None
    student = re.search(r"student", parsed.text, re.IGNORECASE) is not None
    for scope in scopes(parsed) if "GradientTape(" in parsed.text and (agent or student) else ():
        asked: list[tuple[ast.Call, str]] = []
        for call in scope.calls(frozenset({"gradient"})):
            of = scope.bound_to(call.args[1], call)[0] if len(call.args) == 2 else None
            if isinstance(of, ast.Attribute) and "trainable" in of.attr:
                asked.append((call, written(of.value)))
        taped = [at for one in tapes_of(scope.of(ast.With)) for at in nodes_of(one)]
        named = [one for one in taped if isinstance(one, (ast.Name, ast.Attribute))]
        taught = any(re.search("student", written(one), re.IGNORECASE) for one in named)
        told = {written(at.func) for at in taped if isinstance(at, ast.Call) and as_in_training(at)}
        taught = taught and not any(of in told for _, of in asked)  # it is told that it trains
        kept = [one for one in asked if (taught and TEACHER.search(one[1])) or (agent and FIXED.search(one[1]))]
        if kept and len(kept) == len(asked):
            yield kept[0][0].args[1], "other learns", kept[0][1], True
            return


def _towers(parsed: Parsed) -> Flaws:
    """`abs(tower()(left) - tower()(right))` of a function that makes new layers each time."""
    makers = {name: one for name, one in defined_once(parsed).items() if not one.args.args}
    if not makers or "Input" not in parsed.text or not APART.search(parsed.text):
        return
    for scope in scopes(parsed):
        applied: dict[str, list[tuple[ast.Call, str]]] = {}
        for call in scope.of(ast.Call):
            network = scope.resolved(call.func) if isinstance(call.func, ast.Name) else call.func
            maker = network.func.id if isinstance(network, ast.Call) and isinstance(network.func, ast.Name) else ""
            bare = isinstance(network, ast.Call) and not network.args and not network.keywords
            if bare and maker in makers and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
                applied.setdefault(maker, []).append((call, call.args[0].id))
        for maker, pair in applied.items():
            names = {name for _, name in pair}
            inputs = [scope.once(name) for name in names]
            entries = all(one is not None and called(one) in ("Input", "InputLayer") for one in inputs)
            networks = {written(call.func) for call, _ in pair}
            one_each = len(networks) == 2 or any(isinstance(call.func, ast.Call) for call, _ in pair)
            shapes = {written(_shape(one)) for one in inputs if one is not None}
            alike = len(shapes) == 1 and "set_weights(" not in parsed.text
            alike = alike and len({SIDES.sub("", name) for name in names}) == 1  # radar and lidar are two things
            if (
                len(pair) == len(names) == 2
                and entries
                and alike
                and one_each
                and WEIGHED.search(written(makers[maker]))
            ):
                yield pair[1][0], "two towers", maker, True
                return


#: what tells the two of a pair apart in their names
SIDES = pattern(
    r"_?(left|right|first|second|one|two|anchor|positive|negative|reference|query|other|this|that|[ablrpqxyuv12])(?=_|$|\d)",
    re.IGNORECASE,
)


def _shape(made: ast.expr) -> ast.expr:
    """What an input is told of its shape."""
    told = [*operands(made)[:1], *(one.value for one in getattr(made, "keywords", ()) if one.arg == "shape")]
    return told[0] if told else ast.Constant(None)


def _two_judges(parsed: Parsed) -> Flaws:
    """`judge(real)` and `judge(judged(z))` of TensorFlow 1, whose layers have neither names nor a scope to share."""
    if "tf.layers" not in parsed.text or "make_template" in parsed.text:
        return
    for name, function in defined_once(parsed).items():
        text = written(function)
        layers = re.search(r"tf\.layers\.(dense|conv2d)\(", text)
        if role(name) != "judge" or not layers or re.search(r"scope|reuse|name=|get_variable", text):
            continue
        calls = [one for one in parsed.listing.of(ast.Call) if called(one) == name]
        within = {
            id(inner)
            for one in parsed.listing.of(ast.With)
            if any("scope" in written(item.context_expr) for item in one.items)
            for inner in nodes_of(one)
        }
        if len(calls) == 2 and not any(id(one) in within for one in calls):
            yield calls[1], "two towers", name, True
            return


def _silence(parsed: Parsed) -> Flaws:
    """`log(abs(stft(sound)))`: of silence, minus infinity."""
    for scope in scopes(parsed) if "stft" in parsed.text else ():
        for call in scope.of(ast.Call):
            if (
                called(call) not in LOGARITHMS
                or len(call.args) != 1
                or any(one.arg == "where" for one in call.keywords)
            ):
                continue
            given = scope.bound_to(call.args[0], call)[0]
            parts = [given]
            for part in parts:
                inner = [scope.bound_to(one, call)[0] for one in nodes_of(part) if isinstance(one, ast.Name)]
                parts += [one for one in inner if len(parts) < 12 and not isinstance(one, ast.Name)]
            guarded = any(
                isinstance(one, ast.Add) or called(one) in ("maximum", "clip", "clip_by_value", "where")
                for part in parts
                for one in nodes_of(part)
            )
            loud = any(called(one) == "stft" for part in parts for one in nodes_of(part))
            size = any(called(one) in ("abs", "square", "absolute") for part in parts for one in nodes_of(part))
            picked = any(isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Compare) for one in parts)
            mended = any(called(one) == "nan_to_num" and call in operands(one) for one in scope.of(ast.Call))
            if loud and size and not guarded and not picked and not mended:
                yield call, "silence", written(call)
                return


def _prepared_twice(parsed: Parsed) -> Flaws:
    """`preprocess_input(inputs)` in the graph of a model, and in what is mapped over its data."""
    if parsed.source.code.count("preprocess_input") < 2:
        return
    functions = defined_once(parsed)
    in_graph: list[ast.Call] = []
    fitted = {owner(one) for one in parsed.listing.of(ast.Call) if method(one) in FIT}
    made = {called(one.value) for one in parsed.listing.of(ast.Assign) if written(one.targets[0]) in fitted}
    for scope in scopes(parsed):
        if isinstance(scope.root, ast.FunctionDef) and fitted and scope.root.name not in made:
            within = {owner(one) for one in scope.calls(FIT)}
            if not within:
                continue  # another model than the one that is trained
        for call in scope.of(ast.Call):
            given = scope.bound_to(call.args[0], call)[0] if len(call.args) == 1 else None
            entry = called(call) == "preprocess_input" and given is not None and called(given) == "Input"
            if entry and not _of_another(scope, call.args[0], fitted):
                in_graph.append(call)
    flowing = [
        one
        for one in parsed.listing.of(ast.keyword)
        if one.arg == "preprocessing_function" and written(one.value).endswith("preprocess_input")
    ]
    if len(in_graph) == 1 and flowing:
        yield in_graph[0], "prepared twice", written(in_graph[0].func)
        return
    for scope in scopes(parsed) if len(in_graph) == 1 else ():
        read = {written(stream) for call in scope.calls(FIT) if (stream := data_of(call)) is not None}
        for node in scope.of(ast.Assign):
            bound = {one.id for target in node.targets for one in nodes_of(target) if isinstance(one, ast.Name)}
            for one in nodes_of(node.value) if bound & read else ():
                mapped = one.args[0] if method(one) == "map" and isinstance(one, ast.Call) and one.args else None
                body = functions.get(mapped.id) if isinstance(mapped, ast.Name) else mapped
                if body is not None and any(called(at) == "preprocess_input" for at in nodes_of(body)):
                    yield in_graph[0], "prepared twice", written(in_graph[0].func)
                    return


def _of_another(scope: Scope, entry: ast.expr, fitted: set[str]) -> bool:
    """Whether the only model that begins with an input has a name that nothing trains."""
    name = written(entry)
    made = [one for one in scope.of(ast.Assign) if called(one.value) == "Model" and reads(one.value, {name})]
    return len(made) == 1 and isinstance(scope.root, ast.Module) and written(made[0].targets[0]) not in fitted


def _outside(parsed: Parsed) -> Flaws:
    """`model = Sequential(…)`, and then `with strategy.scope(): model.compile(…)`."""
    if "Strategy(" not in parsed.text or ".scope()" not in parsed.text:
        return
    module: Scope = scopes(parsed)[0]
    held = {
        id(inner)
        for one in module.of(ast.With)
        if any(method(item.context_expr) == "scope" for item in one.items)
        for inner in nodes_of(one)
    }
    makers = {name for name, one in defined_once(parsed).items() if _makes_a_model(one)}
    for call in module.calls(frozenset({"compile"})):
        name = written(call.func.value)  # type: ignore[attr-defined]
        made = module.once(name)
        plain = made is not None and called(made) in makers | {"Sequential", "Model", "load_model"}
        if id(call) in held and plain and made is not None and id(made) not in held:
            yield made, "outside", name
            return


def _makes_a_model(function: ast.FunctionDef) -> bool:
    """Whether a function returns a model that it builds, in no scope of its own."""
    text = written(function)
    returns = any(isinstance(one, ast.Return) and one.value is not None for one in nodes_of(function))
    return returns and "scope()" not in text and re.search(r"\b(Sequential|Model)\(", text) is not None


def _two_classes(parsed: Parsed) -> Losses:
    """`DNNClassifier(…)` of ten digits, which is not told how many there are."""
    if not TEN.search(parsed.text) or OTHERS.search(parsed.source.code):
        return
    for call in parsed.listing.of(ast.Call):
        if re.match(r"(DNN|Linear|DNNLinearCombined|BoostedTrees|Baseline)Classifier$", called(call)):
            told = any(one.arg in (None, "n_classes") for one in call.keywords)
            if not told and not call.args and PARTED.search(parsed.source.code) is None:
                yield call, "two classes", called(call)
                return
