"""Which packages bring rules is read from their files, and is what `importlib.metadata` says."""

import sys
from importlib.machinery import PathFinder
from importlib.metadata import entry_points

import pytest

from cnnlint.rule import installed


def listed(folder, name, text):
    about = folder / name
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.split('-')[0]}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(text)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def only_folders(monkeypatch):
    """Nothing but folders brings packages: a backport of `importlib.metadata`, which much imports, adds its finder."""
    monkeypatch.setattr(sys, "meta_path", [PathFinder])


def as_metadata_has_them():
    return {(one.name, one.value) for one in entry_points(group=installed.ENTRY_POINTS)}


def test_as_metadata_has_them(place, request):
    listed(
        place,
        "acme_rules-1.0.dist-info",
        "[console_scripts]\nacme = a:b\n\n[cnnlint.rules]\n# ours\nacme = acme.rules\n",
    )
    listed(
        place, "other-1.0.egg-info", "[cnnlint.rules]\none=other.one\ntwo = other.two\n[cnnlint.rules.else]\nno = no\n"
    )
    known = as_metadata_has_them()
    assert {("acme", "acme.rules"), ("one", "other.one"), ("two", "other.two")} <= known
    assert set(installed.entries()) == known
    assert installed.package_of(installed.Entry("acme", "acme.rules")) == "acme_rules"
    request.getfixturevalue("only_folders")
    assert set(installed._in_folders()) == known


def test_the_first_of_a_name_counts(place, tmp_path_factory, monkeypatch, request):
    behind = tmp_path_factory.mktemp("behind")
    monkeypatch.setattr(sys, "path", [*sys.path, str(behind)])
    listed(place, "acme_rules-2.0.dist-info", "[cnnlint.rules]\nacme = acme.new\n")
    listed(behind, "Acme.Rules-1.0.dist-info", "[cnnlint.rules]\nacme = acme.old\n")
    known = as_metadata_has_them()
    request.getfixturevalue("only_folders")
    assert {one.value for one in installed.entries()} >= {"acme.new"}
    assert "acme.old" not in {one.value for one in installed.entries()}
    assert set(installed.entries()) == known


def test_what_lies_elsewhere_is_asked_of_metadata(place, monkeypatch):
    archive = place / "rules.zip"
    archive.write_bytes(b"")
    monkeypatch.syspath_prepend(archive)
    assert installed._in_folders() is None
    assert "cnnlint_rules" in {one.value for one in installed.entries()}


def test_a_finder_of_its_own_is_asked(place, monkeypatch):
    class Finder:
        def find_spec(self, *_):
            return None

        def find_distributions(self, *_):
            return []

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])
    assert installed._in_folders() is None
    assert "cnnlint_rules" in {one.value for one in installed.entries()}
