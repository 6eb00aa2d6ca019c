"""The verb `law`: what it prints of runs, files and archives, what it draws, and how it refuses."""

import json
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from chains.stats.observations.simulate import Planted, simulate
from chains.terminal.views.curve_data import Curve, Panel
from chains.terminal.views.terminal_plot import Plot

FEW = ("--resamples", "40")
SVG = "{http://www.w3.org/2000/svg}"


def written(planted, path):
    """Write a planted study as a stranger would, as CSV."""
    columns = ("world", "replicate", "depth", "statement", "hop", "fate", "valence")
    rows = simulate(planted, seed=3).observations().rows()
    lines = [",".join(str(row[column]) for column in columns) for row in rows]
    path.write_text("\n".join([",".join(columns), *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """With q = 1.6."""
    planted = Planted(worlds=24, replicates=2, statements=6, q=1.6, worker=0.1, loss=0.1)
    return written(planted, tmp_path_factory.mktemp("study") / "study.csv")


@pytest.fixture
def few(tmp_path):
    """Too few worlds for inference, and quick for that."""
    return written(Planted(worlds=3, replicates=2, statements=6), tmp_path / "few.csv")


def test_a_strangers_file_gives_every_part_of_the_document(mazedom, study):
    ran = mazedom("law", study, "--exact", "--json", *FEW)
    assert ran.status == 0
    found = ran.document
    assert found["depth"]["ci"][0] < 1.6 < found["depth"]["ci"][1]
    assert found["depth"]["q"] > 1
    assert found["depth"]["p"] < 0.05
    assert set(found["hop"]) >= {"k", "ci", "p"}
    assert set(found["valence"]) >= {"hazard_ratio", "ci", "p"}
    assert (found["verdict"], found["worlds"], found["replicates"]) == ("superlinear", 24, 2)


@pytest.mark.heavy
def test_the_same_seed_gives_the_same_document_and_another_seed_other_resamples(mazedom, study):
    documents = [mazedom("law", study, "--json", *FEW, "--seed", seed).out for seed in (1, 1, 2)]
    assert documents[0] == documents[1] != documents[2]


def test_the_verdict_and_its_reasons_are_said_in_words(mazedom, study):
    out = mazedom("law", study, "--exact", *FEW).out
    assert "verdict: superlinear" in out
    assert "faster than linearly" in out
    assert "dotted: a constant hazard" in out


def test_without_a_known_error_k_is_not_trusted(mazedom, study):
    ran = mazedom("law", study, *FEW)
    assert "k, hop (not trusted)" in ran.out
    assert "instrument's error" in ran.out


def test_a_run_is_read_and_too_few_worlds_have_no_headline(mazedom):
    settings = ["model=channel:drop=0.2", "depth=1,2,4", "prompt=plain", "worlds=3", "replicates=2"]
    made = mazedom("run", "--json", *[word for one in settings for word in ("--set", one)])
    assert made.status == 0
    ran = mazedom("law", "last", *FEW)
    assert ran.status == 0
    assert "verdict: none" in ran.out
    assert "3 worlds" in ran.out
    assert "planted" in ran.out
    assert " to " not in ran.out.split("what the executive hears")[1].split("verdict")[0], "no intervals over 3 worlds"
    found = mazedom("law", "last", "--json", *FEW).document
    assert found["verdict"] is None
    assert found["depth"]["q"] is None
    assert found["depth"]["why"]


def test_a_reason_that_bars_every_verdict_is_said_once(mazedom, tmp_path):
    once = written(Planted(worlds=9, replicates=1, statements=6), tmp_path / "once.csv")
    out = " ".join(mazedom("law", once, *FEW).out.split())
    assert out.startswith("verdict: none")
    assert out.count("distinct replicate") == 1
    assert "- so too for distortion" in out


@pytest.mark.usefixtures("channel_as_model")
def test_conditions_have_laws_of_their_own(mazedom):
    settings = ["model=channel:drop=0.2", "depth=1,2,4", "prompt=plain,career", "worlds=2"]
    mazedom("run", "--json", *[word for one in settings for word in ("--set", one)])
    found = mazedom("law", "last", "--json", *FEW).document
    assert [one["condition"] for one in found["conditions"]] == ["prompt=plain", "prompt=career"]
    assert "did you mean prompt?" in mazedom("law", "last", "--by", "promt").err


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_figures_are_written_alike_each_time(mazedom, few, tmp_path, ending):
    files = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for file in files:
        ran = mazedom("law", few, "--json", "--figure", file, *FEW)
        assert ran.status == 0
        json.loads(ran.out)
        assert str(file) in ran.err
    assert files[0].read_bytes() == files[1].read_bytes()
    if ending == "svg":
        assert ET.parse(files[0]).getroot().tag == f"{SVG}svg"  # noqa: S314  our own file


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone.csv",), "no file at 'gone.csv'"),
        (("last", "--figure", "law.jpg"), "can't be a '.jpg' file; did you mean png?"),
        (("last", "--figure", "law"), "can't be a 'law' file; known: pdf, png, svg"),
        (("last", "--figure", "no/law.svg"), "no folder no to write the figure to"),
        (("last", "--exact"), "--exact is said of files"),
        (("last", "last"), "is named twice; a run counts once"),
        (("last", "--resamples", "0"), "'0' is no whole number, at least 1"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(mazedom, words, said):
    mazedom("run", "--json", "--set", "model=channel", "--set", "depth=1", "--set", "worlds=1")
    ran = mazedom("law", *words)
    assert ran.status == 2
    assert said in ran.err
    assert ran.out == ""


def drawn(panel, width=80, encoding="utf-8"):
    console = Console(width=width, force_terminal=False)
    console._encoding = encoding  # what the terminal can show
    with console.capture() as capture:
        console.print(Plot(panel))
    return capture.get()


CURVES = [
    Curve("one", [(0, 0.0), (1, 1.0), (2, 2.0)], [(0, 0), (0.5, 1.5), (1.5, 2.5)], 0),
    Curve("two", [(0, 0.0), (1, float("inf")), (2, float("nan"))], (), 1),
    Curve("", [(0, 0.0), (2, 2.0)], (), 0, dotted=True),
]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_plot_is_never_wider_than_its_room_and_names_every_curve(width):
    lines = drawn(Panel("Here", CURVES, "hop", "what", "dotted: a line"), width).split("\n")
    assert max(map(len, lines)) <= width
    assert sum("● one" in line for line in lines) == 1
    assert sum("■ two" in line for line in lines) == 1


def test_curves_are_told_apart_where_the_terminal_knows_letters_alone(monkeypatch):
    monkeypatch.setattr("rich.console.ConsoleOptions.ascii_only", property(lambda _: True))
    out = drawn(Panel("Here", CURVES, "hop", "what"))
    assert out.isascii()
    assert "o one" in out
    assert "x two" in out


def test_an_axis_ends_where_the_curve_has_its_last_finite_point():
    """All is lost at hop 1, so that the hazard beyond is infinite."""
    out = drawn(Panel("Here", [Curve("one", [(0, 0.0), (1, float("inf")), (9, float("inf"))])], "hop"))
    assert "● one" in out
    assert "9" not in out


def test_a_panel_without_a_finite_point_says_so():
    assert "nothing to draw" in drawn(Panel("Here", [Curve("one", [(0, float("nan"))])], "hop"))
