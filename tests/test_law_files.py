"""Anyone's data: what is read of a CSV or JSONL file, and the sentence for each way in which one is damaged."""

import json

import pytest

from chains.errors import BadInput
from chains.stats.observations.observation_file import read_observations

HEADER = "world,replicate,depth,statement,hop,fate"
GOOD = f"{HEADER}\nw1,1,2,a,1,kept\nw1,1,2,a,2,omitted\nw1,1,2,b,1,K\nw1,1,2,b,2,i\n"


def written(folder, text, name="mine.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaint(folder, text, name="mine.csv"):
    with pytest.raises(BadInput) as raised:
        read_observations(written(folder, text, name))
    return str(raised.value)


def records(text):
    names, *rows = [line.split(",") for line in text.strip().split("\n")]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_words_and_letters_are_the_same_fates(tmp_path):
    found = read_observations(written(tmp_path, GOOD))
    assert list(zip(found.statement, found.hop, found.fate, strict=True)) == [
        ("a", 1, "K"), ("a", 2, "O"), ("b", 1, "K"), ("b", 2, "I"),
    ]  # fmt: skip
    assert found.conditions == ("all",)
    assert not found.exact


def test_jsonl_says_the_same_as_csv(tmp_path):
    lines = [row | {"depth": int(row["depth"]), "hop": int(row["hop"])} for row in records(GOOD)]
    as_json = "".join(json.dumps(line) + "\n\n" for line in lines)
    one, other = read_observations(written(tmp_path, GOOD)), read_observations(written(tmp_path, as_json, "mine.jsonl"))
    assert list(one.rows()) == [row | {"words": pytest.approx(row["words"], nan_ok=True)} for row in other.rows()]
    assert len(read_observations(written(tmp_path, as_json, "no_ending"))) == 4


def test_what_spreadsheets_write_is_read(tmp_path):
    """A byte-order mark, CRLF, quotes, whole numbers with .0, empty lines, further columns, any case of fates."""
    text = (
        "\ufeffWorld,replicate,depth,statement,hop,fate,note\r\n"
        '1,1.0,2.0,"seal, leaks",1,Kept,"two\r\nlines"\r\n\r\n,,,,,,\r\n1,1.0,2,"seal, leaks",2,OMITTED,\r\n'
    )
    found = read_observations(written(tmp_path, text))
    assert found.statement.tolist() == ["seal, leaks"] * 2
    assert found.depths == (2,)


def test_valence_weight_and_condition_are_read_where_given(tmp_path):
    text = f"{HEADER},valence,weight,condition\nw,1,1,a,1,kept,Bad,2.5,prompt=x\nw,1,1,b,1,kept,,,prompt=x\n"
    found = read_observations(written(tmp_path, text))
    assert found.valence.tolist() == ["bad", ""]
    assert found.weight.tolist() == [2.5, 1.0]
    assert found.conditions == ("prompt=x",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("w1,1,2,a,2,omitted", "w1,1,2,a,2,ommited"), "line 3: fate is 'ommited'; did you mean omitted?"),
        (("w1,1,2,a,2,omitted", "w1,1,2,a,2,"), "line 3: fate is ''; known: altered, blurred"),
        (("w1,1,2,a,2,omitted", "w1,1,2,a,2,x"), "line 3: fate is 'x'; known:"),
        (("w1,1,2,a,2,omitted", "w1,1,2,a,3,omitted"), "line 3: hop 3 is beyond the depth of 2"),
        (("w1,1,2,a,1,kept", "w1,1,2,a,0,kept"), "line 2: hop is '0'; give a whole number from 1, and hop 1 is the"),
        (("w1,1,2,a,1,kept", "w1,1,two,a,1,kept"), "line 2: depth is 'two'; give a whole number from 1"),
        (("w1,1,2,a,1,kept", "w1,1,2,a,1.5,kept"), "line 2: hop is '1.5'"),
        (("w1,1,2,a,1,kept", "w1,1,inf,a,1,kept"), "line 2: depth is 'inf'"),
        (("w1,1,2,a,1,kept", ",1,2,a,1,kept"), "line 2: world is empty; give a name or a number"),
        (("w1,1,2,a,1,kept\n", ""), "line 2: statement 'a' of world w1, replicate 1 has no row for hop 1 of 2"),
        (("w1,1,2,a,2,omitted\n", ""), "line 2: statement 'a' of world w1, replicate 1 has no row for hop 2 of 2"),
        (("w1,1,2,a,2,omitted", "w1,1,3,a,2,omitted"), "its other rows say depth 3, and one chain has one depth"),
        (("w1,1,2,a,2,omitted", "w1,1,2,a,1,omitted"), "line 3: hop 1 of statement 'a' of world w1, replicate 1"),
        (("w1,1,2,a,1,kept", "w1,1,2,a,1"), "line 2: 5 cells where the first line has 6 columns"),
        (("w1,1,2,a,1,kept", "w1,1,2,a,1,kept,"), "line 2: 7 cells where the first line has 6 columns"),
        (("w1,1,2,a,1,kept", 'w1,1,2,a,1,"kept'), "no CSV (unexpected end of data)"),
        ((HEADER, HEADER.replace(",fate", ",fates")), "line 1: no 'fate'; rename 'fates'"),
        ((HEADER, HEADER.replace("world,", "")), "line 1: no 'world'; the columns are world, replicate"),
        ((HEADER, HEADER + ",hop"), "line 1: two columns are called 'hop'"),
        ((GOOD, GOOD.replace(",", ";")), "line 1: columns are separated by ';'; separate them with commas"),
        ((GOOD, GOOD.replace(",", "\t")), "separated by '\\t'"),
        ((GOOD, ""), "is empty; the columns are"),
        ((GOOD, " \n\n"), "is empty; the columns are"),
        ((GOOD, HEADER), "holds no observation; the columns are"),
    ],
)
def test_a_damaged_csv_is_refused_with_its_line(tmp_path, change, said):
    sentence = complaint(tmp_path, GOOD.replace(*change))
    assert said in sentence
    assert str(tmp_path / "mine.csv") in sentence


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: no JSON ("),
        ("3", "line 2: no object; the columns are"),
        ('{"world": 1}', "line 2: no 'replicate'; the columns are"),
        ('{"world": 1, "replicate": 1, "depth": true, "statement": 1, "hop": 1, "fate": "kept"}', "depth is True"),
        ('{"world": [], "replicate": 1, "depth": 1, "statement": 1, "hop": 1, "fate": "kept"}', "world is []; give"),
        ('{"world": null, "replicate": 1, "depth": 1, "statement": 1, "hop": 1, "fate": "kept"}', "world is empty"),
        ('{"world": 1, "replicate": 1, "depth": 1, "statement": 1, "hop": 1, "fate": null}', "fate is None"),
    ],
)
def test_a_damaged_jsonl_is_refused_with_its_line(tmp_path, line, said):
    first = '{"world": 9, "replicate": 1, "depth": 1, "statement": 1, "hop": 1, "fate": "kept"}\n'
    assert said in complaint(tmp_path, first + line, "mine.jsonl")


def test_a_json_list_is_told_from_lines(tmp_path):
    assert "is one JSON list; write one object a line" in complaint(tmp_path, "[{}]", "mine.json")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("valence|bda", "valence is 'bda'; did you mean bad?"),
        ("weight|0", "weight is '0'; give a number above 0"),
        ("weight|heavy", "weight is 'heavy'"),
        ("weight|nan", "weight is 'nan'"),
        ("valance|bad", "line 1: 'valance' is not known; did you mean valence?"),
    ],
)
def test_optional_columns_are_checked(tmp_path, more, said):
    column, value = more.split("|")
    assert said in complaint(tmp_path, f"{HEADER},{column}\nw,1,1,a,1,kept,{value}\n")


def test_a_statement_can_not_change_its_valence_on_the_way(tmp_path):
    text = f"{HEADER},valence\nw,1,2,a,1,kept,bad\nw,1,2,a,2,kept,good\n"
    assert "line 3: valence of statement 'a' is 'good', and 'bad' in line 2" in complaint(tmp_path, text)


def test_files_that_can_not_be_read_say_why(tmp_path):
    assert "line 2: not UTF-8" in complaint(tmp_path, HEADER.encode() + b"\nw\xff")
    with pytest.raises(BadInput, match=r"no file at .*gone\.csv"):
        read_observations(tmp_path / "gone.csv")
    with pytest.raises(BadInput, match=r"can't read .*is a directory"):
        read_observations(tmp_path)
