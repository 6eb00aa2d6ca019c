"""Every column that is printed has a meaning, from one place, and `--explain` tells it."""

import re

import pytest

from chains.analysis.words import GLOSSARY, PRINTED, meaning
from chains.terminal.views.narrow_tables import plain
from chains.terminal.views.output import Gate

VALUE = re.compile(r"|hop \d+|-?\d+|as fates-\d+|goal \d+|\d+ goals?|fates-\d+")
"""Headings that are values of the rows' own."""
CHANNEL = "model=channel:drop=0.2,flip=0.02"
LOSSY = (
    ("full_loop", "depth=1,2"),
    ("watermelon_status", "depth=2 certainty=mixed"),
    ("pause", "depth=2"),
    ("stop_work", "depth=2"),
    ("five_words", "depth=2"),
    ("selection", "depth=2"),
    ("both_sides", "depth=1,2"),
    ("exploits", "forum=worker"),
)


@pytest.fixture
def headings(monkeypatch):
    """Collect the headings of all tables that are printed."""
    found = {}
    printed = Gate._table

    def collecting(self, table, options):
        found.update(dict.fromkeys(plain(column.header) for column in table.columns))
        return printed(self, table, options)

    monkeypatch.setattr(Gate, "_table", collecting)
    return found


@pytest.mark.parametrize(("experiment", "varied"), LOSSY)
def test_every_heading_of_a_run_is_explained(experiment, varied, mazedom, headings):
    settings = [word for text in (CHANNEL, "hypotheses=none", "worlds=2", *varied.split()) for word in ("--set", text)]
    assert mazedom("run", experiment, *settings).status == 0
    mazedom("show", "last", "--profile")
    assert headings
    assert [heading for heading in headings if meaning(heading) is None and not VALUE.fullmatch(heading)] == []


def test_every_heading_of_other_verbs_is_explained(mazedom, headings):
    run = ("run", "--set", "model=channel:drop=0.3", "--set", "depth=1,2,4", "--set", "remedy=none,audit")
    mazedom(*run, "--set", "worlds=3", "--set", "replicates=2")
    for words in (
        ("compare", "last", "--by", "depth=1"),
        ("law", "last"),
        ("show", "last", "--alike"),
        ("show", "last", "--audits"),
        ("show", "last", "--trial", "--why"),
        ("run", "depth", "--dry-run"),
        ("list", "runs"),
        ("list", "settings"),
        ("list", "measures"),
    ):
        ran = mazedom(*words)
        assert ran.status == 0, ran.err
    own = {"a: depth=1", "b: depth=2", "b: depth=4", "as a worker's notes may have it"}
    unknown = [heading for heading in headings if meaning(heading) is None and not VALUE.fullmatch(heading)]
    assert {*unknown} <= own


def test_explain_tells_the_columns_of_the_tables_above_it(mazedom):
    mazedom("run", "--set", CHANNEL, "--set", "depth=1,2", "--set", "worlds=2")
    shown, told = mazedom("show", "last", "--explain").out.split("what the words of the tables mean")
    assert "unfounded" in shown
    assert re.search(r"^unfounded +claims that the ledger does not support", told, re.MULTILINE)
    assert re.search(r"^retention +share of the facts kept", mazedom("compare", "last", "--explain").out, re.MULTILINE)
    assert "depth=1 " not in told  # a condition is a value, and no word
    refused = mazedom("show", "last", "--explain", "--json")
    assert refused.status == 2
    assert "leave it out with --json" in refused.err


def test_the_list_of_measures_ends_with_the_glossary(mazedom):
    told = mazedom("list", "measures").out.partition("\nglossary\n")[2]
    assert len(re.findall(rf"^(?:{'|'.join(map(re.escape, GLOSSARY))}) ", told, re.MULTILINE)) == len(GLOSSARY)
    assert mazedom("list", "measures", "--json").document["glossary"] == GLOSSARY


def test_a_word_is_in_one_list_alone():
    assert not {*PRINTED} & {word for words in GLOSSARY for word in words.split(", ")}
