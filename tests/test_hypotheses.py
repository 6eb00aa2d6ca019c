"""Hypotheses: their grammar, and what a wrong one is told."""

import pytest

from chains.errors import BadInput
from chains.experiments.experiment import read_experiment
from chains.experiments.hypotheses import check_exponents, read_arm, read_hypotheses
from chains.experiments.overrides import override
from chains.running.folders import experiment_files

FACTORS = {
    "prompt": ("plain", "career", "five_words"),
    "depth": (1, 2, 3, 5),
    "model": ("channel:drop=0.1,flip=0.02", "smollm2"),
}


def read(text, factors=FACTORS):
    (hypothesis,) = read_hypotheses({"h": text}, factors)
    return hypothesis


def test_a_contrast_of_a_measure_is_read():
    found = read("retention(prompt=five_words) < retention(prompt=plain)")
    assert (found.quantity, found.left, found.relation, found.right, found.number) == (
        "retention", {"prompt": "five_words"}, "<", {"prompt": "plain"}, 0,
    )  # fmt: skip
    assert not found.exponent
    assert not found.equal_words


def test_a_contrast_of_an_exponent_is_read():
    found = read("q(prompt=career) > q(prompt=plain)")
    assert found.exponent
    assert found.right == {"prompt": "plain"}


def test_a_number_stands_for_the_other_side():
    found = read("q(prompt=career) > 1")
    assert (found.right, found.number) == (None, 1)
    assert read("retention > 40%").number == pytest.approx(0.4)
    assert read("bad_excess != 0").left == {}


def test_a_margin_is_read():
    assert read("retention(prompt=career) > retention(prompt=plain) - 0.05").number == pytest.approx(-0.05)
    assert read("retention(prompt=career) > retention(prompt=plain) + 5%").number == pytest.approx(0.05)


def test_equal_words_are_read():
    found = read("distortion(prompt=career)>distortion(prompt=plain) at equal words")
    assert found.equal_words


def test_settings_are_read_as_their_kind():
    assert read("retention(depth=5, prompt=career) < retention(depth=1, prompt=plain)").left == {
        "depth": 5,
        "prompt": "career",
    }


def test_a_part_of_a_model_s_name_begins_no_setting():
    arm = read_arm("model=channel:drop=0.1,flip=0.02, prompt=plain", FACTORS)
    assert arm == {"model": "channel:drop=0.1,flip=0.02", "prompt": "plain"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retenton(prompt=plain) > 0.5", "did you mean retention?"),
        ("retention(promt=plain) > 0.5", "did you mean prompt?"),
        ("retention(prompt=carer) > 0.5", "did you mean career?"),
        ("retention(prompt=plain) >= 0.5", "'>=' can't be tested"),
        ("retention(prompt=plain) > omission(prompt=plain)", "same quantity"),
        ("retention(prompt=plain) > retention(prompt=plain)", "the same arm"),
        ("retention(prompt=plain) > retention(depth=2)", "only one side says which depth"),
        ("retention(prompt=plain, prompt=career) > 0.5", "prompt is set twice"),
        ("q(depth=2) > 1", "3 or more depths"),
        ("words(prompt=career) > words(prompt=plain) at equal words", "can't be taken at equal words"),
        ("q(prompt=career) > q(prompt=plain) at equal words", "can't be taken at equal words"),
        ("retention(plain) > 0.5", "no setting of a factor"),
        ("retention is lower", "can't be read"),
        ("", "can't be read"),
        ("retention(depth=two) > 0.5", "whole number"),
        ("retention(prompt=plain > 0.5", "can't be read"),
    ],
)
def test_a_wrong_hypothesis_is_told_what_is_wrong(text, said):
    with pytest.raises(BadInput, match="hypothesis h: ") as raised:
        read(text)
    assert said in str(raised.value)


def test_q_needs_three_depths():
    with pytest.raises(BadInput, match="3 or more depths"):
        read("q > 1", {"depth": (2, 4)})


def test_more_than_four_can_t_be_registered():
    with pytest.raises(BadInput, match="lists 5; at most 4"):
        read_hypotheses(dict.fromkeys("abcde", "retention > 0.5"), FACTORS)


def experiment(tmp_path, hypotheses):
    path = tmp_path / "e.toml"
    path.write_text(f'worlds = 2\n[factors]\nprompt = ["plain", "career"]\n[hypotheses]\n{hypotheses}\n')
    return path


def test_an_experiment_file_registers_them(tmp_path):
    found = read_experiment(experiment(tmp_path, 'h1 = "retention(prompt=career) < retention(prompt=plain)"'))
    assert found.registered[0].quantity == "retention"


@pytest.mark.parametrize(
    ("written", "said"),
    [('h1 = "retention(prompt=honest) < 0.5"', "never 'honest'"), ("h1 = 3", "valid string"), ("h1 = ''", "can't be")],
)
def test_a_wrong_one_in_a_file_names_the_file(written, said, tmp_path):
    with pytest.raises(BadInput, match=r"e\.toml") as raised:
        read_experiment(experiment(tmp_path, written))
    assert said in str(raised.value)


def test_settings_put_over_a_file_add_one_or_leave_all_out(tmp_path):
    found = read_experiment(experiment(tmp_path, 'h1 = "retention(prompt=career) < retention(prompt=plain)"'))
    assert set(override(found, ["hypotheses.h2=words(prompt=plain) > 30"]).hypotheses) == {"h1", "h2"}
    assert not override(found, ["hypotheses=none", "prompt=plain"]).hypotheses
    with pytest.raises(BadInput, match="hypotheses=none leaves it out"):
        override(found, ["prompt=plain"])
    with pytest.raises(BadInput, match="takes none"):
        override(found, ["hypotheses=all"])


def test_an_exponent_of_several_conditions_at_once_is_refused_when_it_is_registered(mazedom):
    sets = ("model=channel", "depth=1,2,4", "prompt=plain,career", "selection.manager=1,2", "worlds=1")
    words = [word for text in sets for word in ("--set", text)]
    several = mazedom("run", *words, "--set", "hypotheses.convex=q(prompt=career) > 1", "--json")
    assert several.status == 2
    assert "leaves selection.manager open; say which in each arm, as in" in several.document["error"]
    one = "hypotheses.convex=q(prompt=career, selection.manager=1) > 1"
    assert mazedom("run", *words, "--set", one, "--json").status == 0


@pytest.mark.parametrize("name", sorted(experiment_files()))
def test_every_hypothesis_that_ships_can_be_tested(name):
    experiment = read_experiment(experiment_files()[name])
    check_exponents(experiment.registered, experiment.factors)
