"""The command: options in, exit status out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from expectations import FIXTURES
from syrupy.assertion import SnapshotAssertion

from cnnlint.cli import main
from cnnlint.version import __version__

BAD = """\
import keras

model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="relu"),
    keras.layers.Softmax(),
])
"""
GOOD = BAD.replace('Dense(10, activation="relu")', "Dense(10)")
#: one warning, no error
WARNING = GOOD.replace(
    'Conv2D(8, 3, activation="relu")', "Conv2D(8, 3, activation='relu'),\n    keras.layers.Dropout(0.9)"
)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def write(name: str, text: str | bytes) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def cnnlint(*arguments: str, stdin: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(main, list(arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def reported(*arguments: str, stdin: str | bytes | None = None) -> list[tuple[str, str]]:
    report = json.loads(cnnlint("--format", "json", *arguments, stdin=stdin).stdout)
    return [(diagnostic["filename"], diagnostic["code"]) for diagnostic in report["diagnostics"]]


# --- exit status ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (WARNING, [], 1),
        (WARNING, ["--fail-on", "error"], 0),
        (WARNING, ["--severity", "error"], 0),
        (BAD, ["--severity", "error"], 1),
        (BAD, ["--ignore", "CNN1"], 0),
        (BAD, ["--select", "CNN2"], 0),
        ("", [], 0),
        ("def broken(:  # keras\n", [], 1),
    ],
)
def test_exit_status(text: str, options: list[str], status: int) -> None:
    write("model.py", text)
    assert cnnlint("model.py", *options).exit_code == status


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["--select", "CNN77", "."],
        ["--ignore", "relu-before-softmx", "."],
        ["--explain", "CNN77"],
        ["--explain", "CNN1"],
        ["--format", "xml"],
        ["--fail-on", "always"],
        ["-", "model.py"],
        ["--stdin-filename", "x.py", "model.py"],
        ["--fix", "--diff", "."],
        ["--fix", "-"],
        ["--unsafe-fixes", "."],
        ["--confirm-budget", "0", "."],
        ["--output-file", "no/such/folder/x", "."],
    ],
)
def test_wrong_usage_ends_in_2(arguments: list[str]) -> None:
    write("model.py", GOOD)
    result = cnnlint(*arguments)
    assert result.exit_code == 2
    assert "Error:" in result.stderr
    assert result.stdout == ""


def test_info_alone_is_no_failure() -> None:
    write("model.py", BAD)
    write("pyproject.toml", "[tool.cnnlint.severity]\nCNN101 = 'info'\n")
    result = cnnlint("model.py", "--format", "full")
    assert (result.exit_code, "[info]" in result.stdout) == (0, True)
    assert cnnlint("model.py", "--fail-on", "info").exit_code == 1


def test_what_is_found_may_be_no_failure() -> None:
    write("model.py", BAD)
    assert cnnlint("model.py").exit_code == 1
    for options in (["--exit-zero"], ["--fail-on", "never"]):
        result = cnnlint("model.py", *options)
        assert (result.exit_code, "CNN101" in result.stdout) == (0, True)
    write("pyproject.toml", "[tool.cnnlint]\nfail-on = 'never'\n")
    assert cnnlint("model.py").exit_code == 0
    assert cnnlint("model.py", "--fail-on", "error").exit_code == 1


# --- what is read ---------------------------------------------------------------------------------------------


def test_folders_several_paths_and_none() -> None:
    write("a/model.py", BAD)
    write("b/other.py", BAD)
    write("c.py", BAD)
    everything = [("a/model.py", "CNN101"), ("b/other.py", "CNN101"), ("c.py", "CNN101")]
    assert reported() == reported(".") == everything
    assert reported("c.py", "a") == [("a/model.py", "CNN101"), ("c.py", "CNN101")]


def test_standard_input() -> None:
    assert reported("-", stdin=BAD) == [("-", "CNN101")]
    assert reported("-", "--stdin-filename", "src/x.py", stdin=BAD) == [("src/x.py", "CNN101")]
    write("pyproject.toml", "[tool.cnnlint.per-file-ignores]\n'src/*' = ['CNN1']\n")
    assert reported("-", "--stdin-filename", "src/x.py", stdin=BAD) == []
    assert reported("-", "--stdin-filename", "src/x.py", "--isolated", stdin=BAD) == [("src/x.py", "CNN101")]


SICK: dict[str, bytes] = {
    "syntax.py": b"import keras\nmodel = (\n",
    "encoding.py": b"import keras  # \xff\xfe\n",
    "brackets.py": b"import keras\nx = " + b"(" * 5000 + b")" * 5000 + b"\n",
    "empty.py": b"",
    "zeros.py": b"import keras\n\0\n",
    "empty.ipynb": b"",
    "list.ipynb": b"[]",
    "broken.onnx": b"no model",
    "broken.keras": b"no archive",
}


@pytest.mark.parametrize("name", [*SICK, "missing.py", "no/such/folder", "loop"])
def test_what_cannot_be_read_is_one_diagnostic(name: str) -> None:
    """... and the other file is linted all the same."""
    write("good.py", BAD)
    paths = [name]
    if name in SICK:
        write(name, SICK[name])
    elif name == "loop":
        write("loop/model.py", GOOD)
        Path("loop/again").symlink_to("..", target_is_directory=True)
    found = reported(*paths, "good.py")
    assert found.count(("good.py", "CNN101")) == 1
    others = [(filename, code) for filename, code in found if filename != "good.py"]
    assert others == [("loop/again" if name == "loop" else name, "CNN901")]


def test_a_broken_file_says_where(snapshot: SnapshotAssertion) -> None:
    write("syntax.py", SICK["syntax.py"])
    assert cnnlint("syntax.py", "missing.py", "--format", "full").stdout == snapshot


# --- configuration and suppression ------------------------------------------------------------------------------


def test_configuration_is_heeded_and_isolated_heeds_none() -> None:
    write("pyproject.toml", "[tool.cnnlint]\nignore = ['CNN101']\nexclude = ['old']\n")
    write("model.py", BAD)
    write("old/model.py", BAD)
    assert reported(".") == []
    assert reported(".", "--select", "CNN1") == [("model.py", "CNN101")]
    assert reported(".", "--isolated") == [("model.py", "CNN101"), ("old/model.py", "CNN101")]


def test_mistake_in_the_configuration() -> None:
    write("pyproject.toml", "[tool.cnnlint]\nselct = ['CNN101']\n")
    write("model.py", GOOD)
    result = cnnlint("model.py")
    assert result.exit_code == 2
    assert "pyproject.toml:2: [tool.cnnlint]: there is no key 'selct'; did you mean 'select'?" in result.stderr
    assert cnnlint("model.py", "--isolated").exit_code == 0


def test_rules_of_the_project_are_trusted_code() -> None:
    write(
        "lint_rules/mine.py",
        "from cnnlint.diagnostics import Severity\nfrom cnnlint.rule.experiments import NotTestable\n"
        "from cnnlint.rule import Finding, Rule\n\n\nclass Mine(Rule):\n"
        '    """Mine."""\n\n    code, name, summary = "ACME100", "mine", "Mine"\n    severity = Severity.WARNING\n'
        '    experiment = NotTestable("taste")\n\n    def check_model(self, model):\n'
        '        yield Finding("a model", model.origin, model)\n',
    )
    write("pyproject.toml", '[tool.cnnlint]\nrules = ["lint_rules/"]\n')
    write("src/model.py", GOOD)
    assert reported("src") == [("src/model.py", "ACME100")]
    assert "ACME100" in cnnlint("--list-rules").stdout
    assert reported("src", "--isolated") == []
    assert cnnlint("src", "--isolated", "--select", "ACME100").exit_code == 2


def test_suppressions_and_unused_ones() -> None:
    write(
        "model.py",
        BAD.replace('relu"),\n    keras.layers.Soft', 'relu"),  # cnnlint: ignore[CNN101]\n    keras.layers.Soft'),
    )
    assert cnnlint("model.py").exit_code == 0
    write("model.py", GOOD.replace("import keras\n", "import keras  # noqa: CNN101\n"))
    assert reported("model.py") == [("model.py", "CNN902")]


# --- what is printed --------------------------------------------------------------------------------------------


def test_text(snapshot: SnapshotAssertion) -> None:
    write("model.py", BAD)
    result = cnnlint("model.py", "--format", "full")
    assert result.stdout == snapshot
    assert result.stderr == ""


def test_where_there_is_no_terminal_a_finding_is_a_line() -> None:
    write("model.py", BAD)
    first, last, fixable = cnnlint("model.py").stdout.splitlines()
    assert re.fullmatch(r"model\.py:\d+:\d+: CNN101 \[\*\] .*", first)
    assert last == "Found 1 error in 1 model of 1 file."
    assert fixable == "1 fixable with --fix --unsafe-fixes."
    assert cnnlint("model.py", "--quiet").stdout.splitlines() == [first]


def test_quiet_leaves_the_summary_out() -> None:
    write("model.py", GOOD)
    assert cnnlint("model.py").stdout == "Found no mistakes in 1 model of 1 file.\n"
    assert cnnlint("-q", "model.py").stdout == ""


def test_colour_on_request() -> None:
    write("model.py", BAD)
    assert "\x1b[" not in cnnlint("model.py").output
    assert "\x1b[1;31m" in cnnlint("model.py", "--color", "always").output


def test_output_file() -> None:
    write("model.py", BAD)
    result = cnnlint("model.py", "--format", "json", "--output-file", "report.json")
    assert (result.exit_code, result.output) == (1, "")
    assert json.loads(Path("report.json").read_text())["summary"]["errors"] == 1


def test_show_models(snapshot: SnapshotAssertion) -> None:
    write("model.py", GOOD)
    assert cnnlint("model.py", "--show-models").stdout == snapshot


def test_list_rules() -> None:
    text = cnnlint("--list-rules").stdout
    assert "CNN101  relu-before-softmax " in text
    rules = json.loads(cnnlint("--list-rules", "--format", "json").stdout)
    assert len(rules) == len(text.splitlines())
    assert [rule["code"] for rule in rules] == sorted(rule["code"] for rule in rules)
    assert {rule["name"] for rule in rules if not rule["default"]} >= {"relu-without-he-init"}


@pytest.mark.parametrize("identity", ["CNN101", "cnn101", "relu-before-softmax"])
def test_explain(identity: str) -> None:
    text = cnnlint("--explain", identity).stdout
    assert text.startswith("CNN101 relu-before-softmax [error, on by default]\n====")
    for heading in ("What it does", "Why is this bad", "Example", "Use instead"):
        assert f"## {heading}" in text
    data = json.loads(cnnlint("--explain", identity, "--format", "json").stdout)
    assert data["documentation"] in text


def test_version_and_help() -> None:
    assert cnnlint("--version").stdout == f"cnnlint {__version__}\n" or __version__ in cnnlint("--version").stdout
    text = cnnlint("-h").stdout
    for option in ("--select", "--confirm", "--fix", "--format"):
        assert option in text


def test_a_failing_rule_ends_in_2_and_the_rest_is_reported() -> None:
    write(
        "lint_rules/mine.py",
        "from cnnlint.diagnostics import Severity\nfrom cnnlint.rule.experiments import NotTestable\n"
        "from cnnlint.rule import Rule\n\n\nclass Mine(Rule):\n"
        '    """Mine."""\n\n    code, name, summary = "ACME100", "mine", "Mine"\n    severity = Severity.WARNING\n'
        '    experiment = NotTestable("taste")\n\n    def check_model(self, model):\n'
        '        raise KeyError("oops")\n',
    )
    write("pyproject.toml", '[tool.cnnlint]\nrules = ["lint_rules"]\n')
    write("model.py", BAD)
    result = cnnlint("model.py")
    assert result.exit_code == 2
    assert "CNN101" in result.stdout
    assert "ACME100 mine failed: KeyError: 'oops'" in result.stdout


# --- fixes ------------------------------------------------------------------------------------------------------


def test_a_comment_with_the_beginning_of_a_code() -> None:
    write("model.py", "# cnnlint: file-ignore[CNN1]\n" + BAD)
    assert cnnlint("model.py").exit_code == 0
    write("model.py", "# cnnlint: file-ignore[CNN1, CNN6]\n" + BAD)
    assert "no finding of CNN6 needs to be silenced here" in cnnlint("model.py").stdout


def test_diff_changes_nothing() -> None:
    write("model.py", BAD)
    result = cnnlint("--diff", "--unsafe-fixes", "model.py")
    assert result.exit_code == 1
    assert '-    keras.layers.Dense(10, activation="relu"),\n+    keras.layers.Dense(10),\n' in result.stdout
    assert result.stdout.startswith("--- a/model.py\n+++ b/model.py\n")
    assert result.stderr == "1 finding would be fixed in 1 file.\n"
    assert Path("model.py").read_text() == BAD


def test_fix_writes_and_reports_what_is_left() -> None:
    write("model.py", BAD)
    assert cnnlint("--fix", "model.py").exit_code == 1
    assert Path("model.py").read_text() == BAD  # a network that trains would be another one
    result = cnnlint("--fix", "--unsafe-fixes", "model.py")
    assert (result.exit_code, result.stdout) == (
        0,
        "1 finding was fixed in 1 file. Found no mistakes in 1 model of 1 file.\n",
    )
    assert Path("model.py").read_text() == GOOD
    assert cnnlint("--fix", "--unsafe-fixes", "model.py").stdout == "Found no mistakes in 1 model of 1 file.\n"


def test_diff_names_what_cannot_be_read() -> None:
    result = cnnlint("--diff", "missing.py")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "missing.py: cannot be read: no such file or directory\nNothing to fix.\n"


def test_diff_of_standard_input() -> None:
    result = cnnlint("--diff", "--unsafe-fixes", "-", stdin=BAD)
    assert "+    keras.layers.Dense(10),\n" in result.stdout


# --- in a process of its own ------------------------------------------------------------------------------------


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_without_confirm_no_framework_is_imported() -> None:
    code = (
        "import sys\nfrom cnnlint.cli import main\n"
        f"sys.argv = ['cnnlint', {str(FIXTURES / 'seeds')!r}, '--format', 'json', '--severity', 'info']\n"
        "try:\n    main()\nexcept SystemExit as status:\n    print(status.code, file=sys.stderr)\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(names & {'tensorflow', 'keras', 'numpy', 'onnx', 'torch', 'jax', 'scipy'}), file=sys.stderr)\n"
    )
    done = process("-c", code)
    assert done.stderr.splitlines() == ["1", "[]"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names")
@pytest.mark.parametrize(
    "name", ["a b.py", "new\nline.py", 'quo"te.py', "back\\slash.py", "café.py", "bad\udcff.py", "\u202ea.py"]
)
def test_a_diff_applies_and_a_baseline_holds_whatever_the_file_is_called(name: str) -> None:
    write(name, BAD)
    Path(name).write_bytes(b"\xef\xbb\xbf" + Path(name).read_bytes())
    before = Path(name).read_bytes()
    subprocess.run(["git", "init", "-q"], check=True)
    patch = cnnlint("--diff", "--unsafe-fixes", "-q", ".").stdout
    assert cnnlint("--write-baseline", "known.json", ".").exit_code == 0
    assert cnnlint("--baseline", "known.json", ".").exit_code == 0
    subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True)
    assert Path(name).read_bytes() not in (before, b"")


def test_a_diff_is_in_the_encoding_of_its_file() -> None:
    Path("model.py").write_bytes(
        b"# -*- coding: latin-1 -*-\n"
        + BAD.replace("keras.Input((28, 28, 1)),", "keras.Input((28, 28, 1)),  # café").encode("latin-1")
    )
    before = Path("model.py").read_bytes()
    subprocess.run(["git", "init", "-q"], check=True)
    patch = cnnlint("--diff", "--unsafe-fixes", "-q", ".").stdout_bytes
    assert b"caf\xe9" in patch
    subprocess.run(["git", "apply", "-"], input=patch, check=True)
    assert Path("model.py").read_bytes() != before


def test_an_interrupt_while_the_command_is_loaded_is_no_traceback() -> None:
    code = textwrap.dedent("""
        import sys

        class Interrupt:
            def find_spec(self, name, *rest):
                if name == "cnnlint.cli":
                    raise KeyboardInterrupt

        sys.meta_path.insert(0, Interrupt())
        from cnnlint.__main__ import main
        main()
    """)
    done = process("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_closed_pipe_is_no_traceback() -> None:
    write("model.py", BAD)
    command = f"{sys.executable} -m cnnlint {'model.py ' * 1} --format json | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env={**os.environ})
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that is used cannot be removed")
def test_a_current_folder_that_is_gone_is_no_traceback(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import sys; sys.path[:0] = {sys.path!r}; from cnnlint.__main__ import main; main()"
    command = ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone), sys.executable, "-c", code, "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "No such file or directory" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_an_output_that_takes_nothing_is_no_traceback() -> None:
    """Closed by a shell, or on a full disk: whatever is printed or read, a sentence and exit status 2."""
    write("model.py", BAD)
    for told in (
        "model.py >/dev/full",
        "model.py >&-",
        "--list-rules >&-",
        "--help >/dev/full",
        "completion bash >/dev/full",
        "- <&-",
    ):
        command = f"{sys.executable} -m cnnlint {told}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), (command, done.stderr)
        assert ("standard input is closed" if told == "- <&-" else "standard output") in done.stderr
    quiet = f"{sys.executable} -m cnnlint model.py >/dev/null 2>&-"
    assert subprocess.run(quiet, shell=True, check=False).returncode == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--explain", ""), "--explain is given nothing"),
        (("--diff-base", ""), "--diff-base is given nothing"),
        (("--baseline", ""), "--baseline is given nothing"),
        (("--confirm-report", ""), "--confirm-report is given nothing"),
        (("--diff", "--confirm"), "--diff and --confirm exclude each other"),
        (("--add-ignores", "--confirm-report", "x"), "--add-ignores and --confirm-report exclude each other"),
        (("--watch", "--confirm-weights"), "--watch only reports"),
        (("--write-baseline", "none/known.json"), "none/known.json: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told(options: tuple[str, ...], told: str) -> None:
    write("model.py", BAD)
    result = cnnlint("model.py", *options)
    assert result.exit_code == 2
    assert told in result.stderr


def test_confirm_without_the_framework_says_what_to_install() -> None:
    write("model.py", BAD)
    code = (
        "import importlib.util, sys\nfind, gone = importlib.util.find_spec, ('keras', 'tensorflow')\n"
        "importlib.util.find_spec = lambda name, *rest: None if name in gone else find(name, *rest)\n"
        "from cnnlint.cli import main\nsys.argv = ['cnnlint', '--confirm', 'model.py']\nmain()\n"
    )
    done = process("-c", code)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "cnnlint[confirm]"' in done.stderr
