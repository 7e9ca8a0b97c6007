"""The configuration: where it is found, what it may say, what the command line changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnlint import config, configured
from cnnlint.config import ConfigError, FailOn, Settings
from cnnlint.diagnostics import Severity
from cnnlint.rule import registry


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def resolve(folder: Path) -> Settings:
    return configured.Closest().within(str(folder))


def test_all_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        """
        [tool.cnnlint]
        select = ["CNN1", "oversized-pooling"]
        extend-select = ["CNN401"]
        ignore = ["CNN102"]
        exclude = ["legacy/"]
        fail-on = "error"
        rules = ["lint_rules"]
        [tool.cnnlint.per-file-ignores]
        "tests/**" = ["ALL"]
        [tool.cnnlint.severity]
        CNN201 = "info"
        """,
    )
    settings = resolve(tmp_path / "models")
    assert settings == Settings(
        select=("CNN1", "oversized-pooling"),
        extend_select=("CNN401",),
        ignore=("CNN102",),
        exclude=("legacy/",),
        fail_on=FailOn.ERROR,
        rules=("lint_rules",),
        per_file_ignores={"tests/**": ("ALL",)},
        severity={"CNN201": Severity.INFO},
        root=str(tmp_path),
        source=str(tmp_path / "pyproject.toml"),
    )
    assert settings.rule_folders == (str(tmp_path / "lint_rules"),)


def test_the_closest_configuration_decides(tmp_path: Path) -> None:
    write(tmp_path, "[tool.cnnlint]\nignore = ['CNN101']\n")
    write(tmp_path / "a", "[project]\nname = 'has no table'\n")
    write(tmp_path / "a" / "b", "[tool.cnnlint]\nignore = ['CNN102']\n")
    (tmp_path / "a" / "b" / "c").mkdir()
    (tmp_path / "a" / "own").mkdir()
    (tmp_path / "a" / "own" / "cnnlint.toml").write_text("ignore = ['CNN103']\n[severity]\nCNN1 = 'info'\n")
    write(tmp_path / "a" / "own", "[tool.cnnlint]\nignore = ['CNN104']\n")
    closest = configured.Closest()
    for folder, ignore in [
        ("a", "CNN101"),
        ("a/b/c", "CNN102"),
        ("a/b", "CNN102"),
        ("", "CNN101"),
        ("a/own", "CNN103"),
    ]:
        assert closest.within(str(tmp_path / folder)).ignore == (ignore,)
    assert configured.of_all(closest, [str(tmp_path / "a/b/m.py"), str(tmp_path / "a/n.py")]).ignore == ("CNN101",)
    assert closest.within(str(tmp_path / "a" / "own")).severity == {"CNN1": Severity.INFO}


def test_what_is_wrong_in_a_file_of_its_own_is_named(tmp_path: Path) -> None:
    (tmp_path / "cnnlint.toml").write_text("\n[severity]\nCNN1 = 'info'\n[per-file-ignore]\n")
    with pytest.raises(ConfigError) as error:
        resolve(tmp_path)
    told = f"{tmp_path / 'cnnlint.toml'}:4: there is no key 'per-file-ignore'; did you mean 'per-file-ignores'?"
    assert str(error.value) == told


def test_a_named_configuration_holds_for_everything_and_names_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path / "a", "[tool.cnnlint]\nignore = ['CNN101']\nrules = ['lint_rules']\n")
    told: list[str] = []
    found = configured.named(str(path), told.append)
    assert (found.ignore, found.root, found.rules) == (("CNN101",), str(tmp_path), ())
    assert "--config names no code" in told[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.cnnlint]\nselct = []\n", "selct"),
        ("[tool.cnnlint]\nselect = 'ALL'\n", "select"),
        ("[tool.cnnlint]\nfail-on = 'warn'\n", "warn"),
        ("[tool.cnnlint.severity]\nCNN101 = 'off'\n", "off"),
        ("[tool]\ncnnlint = 3\n", "not a table"),
        ("[tool.cnnlint\n", "TOML"),
        ("[tool.cnnlint]\nroot = '/'\n", "root"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message) as raised:
        resolve(tmp_path)
    assert str(path) in str(raised.value)


def test_command_line_select_starts_afresh() -> None:
    settings = Settings(select=("CNN1",), ignore=("CNN101",), extend_select=("CNN2",))
    changed = config.with_options(settings, select=["CNN101"], ignore=["CNN9"], fail_on=FailOn.ERROR)
    assert (changed.select, changed.extend_select, changed.ignore) == (("CNN101",), (), ("CNN9",))
    assert changed.fail_on is FailOn.ERROR
    added = config.with_options(settings, extend_select=["CNN3"], ignore=["CNN301"])
    assert (added.select, added.extend_select) == (("CNN1",), ("CNN2", "CNN3"))
    assert added.ignore == ("CNN101", "CNN301")


def codes(settings: Settings) -> set[str]:
    return {rule.code for rule in registry.load().selected(settings)}


def test_default_selection_leaves_out_what_has_to_be_selected() -> None:
    every = {rule.code for rule in registry.load()}
    by_default = {rule.code for rule in registry.load() if rule.default}
    assert codes(Settings()) == by_default
    assert codes(Settings(select=("ALL",))) == every
    assert by_default < every


def test_selectors() -> None:
    first_family = {rule.code for rule in registry.load() if rule.code.startswith("CNN1")}
    always = {"CNN900", "CNN901"}
    assert codes(Settings(select=("CNN1",))) == first_family | always
    assert codes(Settings(select=("relu-before-softmax",))) == {"CNN101"} | always
    assert codes(Settings(select=("cnn101",))) == {"CNN101"} | always
    assert codes(Settings(select=("CNN1",), ignore=("CNN101",))) == first_family - {"CNN101"} | always
    assert codes(Settings(select=("CNN101",), ignore=("CNN1",))) == {"CNN101"} | always  # the narrower one wins
    assert codes(Settings(select=("CNN101",), ignore=("CNN101",))) == always
    assert codes(Settings(select=("CNN1",), ignore=("CNN901", "ALL"))) == first_family


@pytest.mark.parametrize("selector", ["CNN77", "relu-before-softmx", "", "X"])
def test_unknown_selector(selector: str) -> None:
    with pytest.raises(ConfigError, match="unknown rule selector"):
        codes(Settings(select=(selector,)))


def test_suggests_what_was_meant() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'relu-before-softmax' \(CNN101\)"):
        codes(Settings(ignore=("relu-before-softmx",)))
    with pytest.raises(ConfigError, match=r"did you mean 'CNN101'"):  # CNN711 has as much in common, elsewhere
        codes(Settings(ignore=("CNN1o1",)))
    with pytest.raises(ConfigError, match=r"did you mean 'ALL'"):
        codes(Settings(select=("all",)))


@pytest.mark.parametrize("name", ["cnlint", "CNNlint", "cnn-lint", "cnnlints"])
def test_a_heading_that_is_misspelt_is_told(tmp_path: Path, name: str) -> None:
    text = f"[project]\nname = 'x'\n[tool.ruff]\n[tool.{name}.severity]\nCNN1 = 'info'\n"
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        resolve(tmp_path)
    assert str(error.value) == f"{path}:4: there is no [tool.{name}]; did you mean [tool.cnnlint]?"
    path.write_text(text + "[tool.cnnlint]\n")
    assert resolve(tmp_path).source == str(path)
    path.write_text("[tool.pylint]\n[tool.cpplint]\n[tool.tflint]\n")
    assert resolve(tmp_path).source is None


def test_severity_of_the_narrower_selector() -> None:
    settings = Settings(severity={"CNN101": Severity.ERROR, "CNN1": Severity.INFO})
    overrides = registry.load().severities(settings)
    assert overrides["CNN101"] is Severity.ERROR
    assert overrides["CNN102"] is Severity.INFO


RULE = '''
from typing import ClassVar

from cnnlint.diagnostics import Severity
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule import Finding, Rule
from .shared import ADVICE


class Base(Rule):
    """What rules of this project share."""


class NoDense(Base):
    """No dense layers."""

    code = "ACME001"
    name = "no-dense"
    severity = Severity.WARNING
    summary = "A dense layer"
    experiment = NotTestable("a matter of taste")

    def check_model(self, model):
        for node in model:
            if node.kind == "Dense":
                yield Finding(f"{node.name} is dense; {ADVICE}", node.origin, model, node)
'''


def project_rules(folder: Path, text: str = RULE) -> Settings:
    (folder / "lint_rules").mkdir()
    (folder / "lint_rules" / "no_dense.py").write_text(text)
    (folder / "lint_rules" / "shared.py").write_text("ADVICE = 'we do not do that here'\n")
    return Settings(rules=("lint_rules",), root=str(folder))


def test_rules_of_a_project(tmp_path: Path) -> None:
    found = registry.load(project_rules(tmp_path).rule_folders)
    rule = found.get("no-dense")
    assert rule is not None
    assert found.matching("ACME") == (rule,)
    assert len(found) == len(registry.load()) + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("from .shared import ADVICE", "from .nowhere import ADVICE"), "no_dense"),
        (('code = "ACME001"', 'code = "CNN101"'), "two rules are called CNN101"),
        (('code = "ACME001"', 'code = "acme1"'), "acme1"),
        (("    summary = ", "    other = "), "lacks summary"),
    ],
)
def test_broken_rules_of_a_project(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    settings = project_rules(tmp_path, RULE.replace(*change))
    with pytest.raises(ConfigError, match=message):
        registry.load(settings.rule_folders)


def test_missing_folder_of_rules(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        registry.load((str(tmp_path / "nowhere"),))


def test_extend(tmp_path: Path) -> None:
    """Keys of the nearer file hold, tables have both; code that a file elsewhere names is not run."""
    write(
        tmp_path,
        "[tool.cnnlint]\nignore = ['CNN101']\nfail-on = 'error'\nextend-select = ['CNN211']\n"
        "rules = ['x']\n[tool.cnnlint.severity]\nCNN1 = 'info'\nCNN2 = 'info'\n",
    )
    path = write(
        tmp_path / "a",
        "[tool.cnnlint]\nextend = '../pyproject.toml'\nignore = ['CNN102']\n"
        "extend-select = ['CNN402']\n[tool.cnnlint.severity]\nCNN1 = 'error'\n",
    )
    found = config.load(path)
    assert (found.ignore, found.fail_on, found.extend_select) == (("CNN102",), FailOn.ERROR, ("CNN211", "CNN402"))
    assert found.severity == {"CNN1": Severity.ERROR, "CNN2": Severity.INFO}
    assert (found.rules, found.root) == ((), str(tmp_path / "a"))


@pytest.mark.parametrize(
    ("extend", "message"),
    [
        ("'../none.toml'", "pyproject.toml:2: [tool.cnnlint]: extend: there is no file "),
        ("'pyproject.toml'", "extend leads back to"),
        ("'other.toml'", "extend leads back to"),
        ("'bare.toml'", "bare.toml has no [tool.cnnlint]"),
        ("3", "extend has to be the path of a file"),
        ("'wrong.toml'", "wrong.toml:2: [tool.cnnlint]: there is no key 'x'"),
    ],
)
def test_what_cannot_be_extended_is_told(tmp_path: Path, extend: str, message: str) -> None:
    path = write(tmp_path, f"[tool.cnnlint]\nextend = {extend}\n")
    (tmp_path / "other.toml").write_text("[tool.cnnlint]\nextend = 'pyproject.toml'\n")
    (tmp_path / "bare.toml").write_text("[project]\n")
    (tmp_path / "wrong.toml").write_text("[tool.cnnlint]\nx = 1\n")
    with pytest.raises(ConfigError) as error:
        config.load(path)
    assert message in str(error.value)


SCHEMA = Path(__file__).parent.parent / "docs" / "config-schema.json"


def test_the_schema_is_current_and_says_what_the_reader_says(tmp_path: Path) -> None:
    import json
    import runpy

    import jsonschema

    generate = runpy.run_path(str(SCHEMA.parents[1] / "scripts" / "generate_schema.py"))["config_schema"]
    assert SCHEMA.read_text() == generate(), "run scripts/generate_schema.py"
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for table, right in [
        ({"select": ["CNN1"], "fail-on": "never", "severity": {"CNN1": "info"}, "extend": "x"}, True),
        ({"selekt": []}, False),
        ({"fail-on": "warn"}, False),
        ({"exclude": "x"}, False),
    ]:
        assert validator.is_valid(table) is right
        try:
            config.msgspec.convert(table, config.Table)
            assert right
        except config.msgspec.ValidationError:
            assert not right


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "ignore = [\n  'CNN1',\n  'relu-before-softmx',\n]\n",
            "3: ignore: unknown rule selector 'relu-before-softmx'; did you",
        ),
        ("[severity]\nCNN1 = 'info'\nCNN77 = 'error'\n", "3: severity: unknown rule selector 'CNN77'"),
        (
            "[per-file-ignores]\n'a.py' = ['XYZ']\n",
            "2: per-file-ignores: unknown rule selector 'XYZ'; --list-rules shows",
        ),
        (
            "select = ['relu']\n",
            "1: select: unknown rule selector 'relu'; did you mean 'relu-before-softmax' (CNN101)?",
        ),
    ],
)
def test_a_selector_that_matches_no_rule_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    from cnnlint.lint.one_file import linter

    (tmp_path / "cnnlint.toml").write_text(text)
    with pytest.raises(ConfigError) as error:
        linter(resolve(tmp_path))
    assert str(error.value).startswith(f"{tmp_path / 'cnnlint.toml'}:{told}")
    with pytest.raises(ConfigError, match=r"^unknown rule selector 'CNN88'"):  # the command line has no place
        linter(config.with_options(Settings(), select=["CNN88"]))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[severity]\nCNN102 = 'info'\nCNN101 = 'warn'\n",
            "3: severity: 'CNN101' is 'warn'; it may be info, warning or error",
        ),
        ("severity.CNN101 = 3\n", "1: severity: 'CNN101' has to be info, warning or error"),
        ("[per-file-ignores]\nb = []\n'a/*' = 'CNN1'\n", "3: per-file-ignores: 'a/*' has to be a list of rules"),
        ("\n[tool.cnnlint]\nselect = []\n", "2: a cnnlint.toml has its keys without a heading [tool.cnnlint]"),
        ("\nextend = 'gone.toml'\n", "2: extend: there is no file {folder}/gone.toml"),
        ("select = []\nselect = []\n", "2: not valid TOML: Cannot overwrite a value"),
        ("select = [\n", "1: not valid TOML: Invalid value"),
        ("a.b = 1\n", "1: there is no key 'a'; the keys are exclude, extend, extend-select, fail-on, ignore, "),
    ],
)
def test_where_a_mistake_stands(tmp_path: Path, text: str, told: str) -> None:
    """The line of the entry that is wrong, in whatever way its table is written."""
    path = tmp_path / "cnnlint.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        resolve(tmp_path)
    assert str(raised.value).startswith(f"{path}:{told.format(folder=tmp_path)}")


def test_a_configuration_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "cnnlint.toml").write_bytes(b"select = []\n# \xff\n")
    with pytest.raises(ConfigError, match=r"cnnlint.toml:2: not valid TOML, which is written in UTF-8"):
        resolve(tmp_path)
