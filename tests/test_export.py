"""What `export` writes: tables that other programs read, and that `law` reads to the same figures."""

import csv
import json

import duckdb
import pandas as pd
import pytest

import chains
import cli
from chains.analysis.tables import COLUMNS
from chains.stats.observations.observation_file import read_observations
from chains.stats.observations.row_file import cell, uncell

DEPTHS = {"model": "channel:drop=0.1,invert=0.05", "depth": [1, 2, 4], "worlds": 6}
FORMULAS = ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1"]
HOSTILE = ["plain", "'quoted'", "", 'says "x", and\nmore', *FORMULAS]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def exported(to="out", *more):
    assert cli.main(["export", "last", "--to", to, *more]) == 0


def law_of(capsys, *words):
    capsys.readouterr()
    assert cli.main(["law", *words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {key: value for key, value in found.items() if key not in ("runs", "files", "notes", "standing")}


def test_the_law_of_the_exported_facts_is_the_law_of_the_run_to_the_last_digit(capsys):
    """Of a run in which something is decided, so that regret has a law too."""
    chains.run_sync("full_loop", {"model": "channel:drop=0.15", "worlds": 2, "prompt": "honest", "hypotheses": "none"})
    exported()
    of_run = law_of(capsys, "last")
    assert law_of(capsys, "out/facts.csv") == of_run
    assert "regret" in str(of_run["conditions"])


def test_csv_and_parquet_hold_the_tables_of_the_api_as_pandas_and_duckdb_read_them():
    run = chains.run_sync(settings=DEPTHS)
    exported("csv", "--why")
    exported("parquet", "--format", "parquet", "--why")
    for name in COLUMNS:
        table = run.facts(why=True) if name == "facts" else getattr(run, name)()
        as_csv = pd.read_csv(f"csv/{name}.csv", dtype=str, keep_default_na=False)
        as_parquet = duckdb.sql(f"select * from 'parquet/{name}.parquet'")  # noqa: S608
        assert list(as_csv) == as_parquet.columns == list(table.columns)
        assert as_parquet.fetchall() == [tuple(row.values()) for row in table]
        assert as_csv.map(uncell).to_numpy().tolist() == [list(map(in_csv, row.values())) for row in table]
        assert name != "facts" or all(row["why"] for row in table)


def in_csv(value):
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_the_dictionary_has_each_column_of_each_table_with_its_meaning_and_type():
    chains.run_sync(settings=DEPTHS)
    exported()
    with open("out/dictionary.csv", encoding="utf-8", newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    for name in COLUMNS:
        with open(f"out/{name}.csv", encoding="utf-8", newline="") as file:  # noqa: PTH123
            assert [row["column"] for row in rows if row["table"] == name] == next(csv.reader(file))
    assert all(row["meaning"] for row in rows)
    types = {(row["table"], row["column"]): row["type"] for row in rows}
    assert types["facts", "cut_off"] == "true or false"
    assert types["facts", "hop"] == types["facts", "factor.depth"] == "whole number"
    assert types["trials", "regret"] == "number", "a measure is a number where no trial has it, too"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_is_never_run_and_reads_back_as_the_text(text):
    assert cell(text)[:1] not in list("=+-@\t\r＝＋－＠")
    assert uncell(cell(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_model_says_is_no_formula_in_any_cell_of_an_export(text):
    def says(messages):
        return text

    chains.run_sync(settings={"model": says, "depth": 2, "worlds": 1})
    exported()
    with open("out/messages.csv", encoding="utf-8", newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    assert [uncell(row["text"]) for row in rows if row["turn"] == "L2"] == [text]
    assert not [value for row in rows for value in row.values() if value[:1] in "=+-@" and value]


def test_law_takes_the_apostrophe_off_again(tmp_path):
    header = "world,replicate,depth,statement,hop,fate"
    path = tmp_path / "mine.csv"
    path.write_text(f"{header}\nw,1,1,{cell('=A1')},1,kept\n")
    assert read_observations(path).statement.tolist() == ["=A1"]


def test_an_export_overwrites_nothing(tmp_path, capsys):
    chains.run_sync(settings=DEPTHS)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "facts.csv").write_text("mine")
    assert cli.main(["export", "last", "--to", "out"]) == 2
    assert "out/facts.csv is there already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["facts.csv"]


@pytest.mark.parametrize("column", ["words", "regret", "cut_off"])
def test_a_column_of_ours_that_can_not_be_read_is_refused_in_a_sentence(column, tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text(f"world,replicate,depth,statement,hop,fate,{column}\nw,1,1,a,1,kept,maybe\n")
    assert cli.main(["law", str(path)]) == 2
    assert f"mine.csv line 2: {column} is 'maybe'; give" in capsys.readouterr().err
