"""Settings as they are written, and the conditions that they cross to."""

import pytest

from chains.errors import BadInput
from chains.experiments.experiment import DEFAULT, Condition, Experiment, read_experiment
from chains.experiments.overrides import override, split
from chains.experiments.scoped import Scoped
from chains.experiments.settings import SETTINGS, ConditionSettings, check_value, resolved
from chains.organisation.hierarchy import chain, tree
from chains.running.prepare import prepare
from chains.shipped import shipped


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_commas_separate_settings():
    assert split("depth=2,4,8") == ("depth", ["2", "4", "8"])


def test_a_part_of_the_form_name_equals_value_belongs_to_the_part_before_it():
    assert split("model=channel:drop=0.1,flip=0.02") == ("model", ["channel:drop=0.1,flip=0.02"])
    assert split("model=channel:drop=0.1,flip=0.02,smollm2,channel:k=2,drop=0.1") == (
        "model",
        ["channel:drop=0.1,flip=0.02", "smollm2", "channel:k=2,drop=0.1"],
    )


@pytest.mark.parametrize("text", ["depth", "=4", "depth=", "depth= "])
def test_a_setting_without_key_or_value_is_an_error(text):
    with pytest.raises(BadInput, match="not KEY=VALUE"):
        split(text)


@pytest.mark.parametrize("name", ["..toml", "...toml", ".hidden.toml"])
def test_an_experiment_is_not_called_as_a_folder_above_that_of_runs_is(tmp_path, name):
    path = tmp_path / name
    path.write_text("worlds = 1")
    assert read_experiment(path).name in ("experiment", "hidden")


def test_bytes_that_are_no_text_are_an_error():
    """As the command line passes them on, they could be written to no file."""
    with pytest.raises(BadInput, match="not UTF-8"):
        split("question=bad \udcff byte")


def test_several_settings_become_a_factor_and_one_becomes_fixed():
    made = override(DEFAULT, ["depth=2,4", "prompt=plain"])
    assert made.factors == {"depth": (2, 4)}
    assert made.fixed["prompt"] == "plain"
    assert [condition.name for condition in made.conditions] == ["depth=2", "depth=4"]


def test_factors_are_crossed_the_first_varying_slowest():
    made = Experiment(factors={"depth": (2, 4), "prompt": ("plain", "honest")})
    assert [condition.name for condition in made.conditions] == [
        "depth=2, prompt=plain",
        "depth=2, prompt=honest",
        "depth=4, prompt=plain",
        "depth=4, prompt=honest",
    ]


def test_every_condition_has_the_same_worlds_and_replicates():
    made = override(DEFAULT, ["seeds=4,9", "replicates=3"])
    by_condition = {}
    for trial in made.trials():
        by_condition.setdefault(trial.condition, []).append((trial.seed, trial.replicate))
    assert len(set(map(tuple, by_condition.values()))) == 1
    assert len(by_condition["c1"]) == 6


def test_a_condition_holds_every_setting_resolved():
    condition = override(DEFAULT, []).conditions[0]
    assert condition.values["scenario"] == "watermelon"
    assert condition.values["model"] == "smollm2"
    assert condition.values["words"] == 60


def test_the_narrowest_scope_wins():
    hierarchy = tree(2, 2)
    settings = ConditionSettings.of({"model": "a", "model.manager": "b", "model.level.2": "c", "model.L2.1": "d"})
    holds = {seat.name: settings.model.at(seat) for seat in hierarchy.seats}
    assert holds == {"L0": "a", "L1.1": "b", "L1.2": "b", "L2.1": "d", "L2.2": "c", "L2.3": "c", "L2.4": "c"}


def test_a_log_from_before_a_setting_existed_reads_with_its_default():
    values = {
        "scenario": "watermelon",
        "depth": 2,
        "span": 1,
        "hierarchy": None,
        "prompt": "honest",
        "prompt.order": "x",
    }
    condition = Condition(id="c1", factors={}, values=values)
    assert condition.settings.depth == 2
    assert condition.settings.prompt == Scoped("honest", {"order": "x"})
    assert (condition.settings.remedy, condition.settings.reports, condition.settings.rounds) == ("none", True, 1)
    assert condition.model_dump()["values"] == values


def test_every_setting_has_a_default_that_it_takes_and_a_description():
    assert ConditionSettings.of(resolved({})) == ConditionSettings()
    assert all(setting.about for setting in SETTINGS.values())


@pytest.mark.parametrize(("value", "kind"), [(1, int), (1.0, float), ("1", float), ("0.5", float)])
def test_a_number_stays_as_it_is_written_because_a_request_holds_it(value, kind):
    """1 and 1.0 make two requests: replies logged for one are none for the other."""
    assert type(check_value("temperature", value)) is kind
    assert type(ConditionSettings.of({"temperature": value}).temperature.general) is kind


def test_scopes_are_taken_by_what_may_differ_between_seats_alone():
    with pytest.raises(BadInput, match="takes no scope"):
        ConditionSettings.of({"depth.manager": 3})
    with pytest.raises(BadInput, match="did you mean words"):
        ConditionSettings.of({"wrods.manager": 3})


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("wrolds=3", "did you mean worlds"),
        ("dpeth=3", "unknown setting 'dpeth'; did you mean depth?"),
        ("depth=many", "depth must be a whole number, not 'many'"),
        ("depth=0", "depth is 0; it must be at least 1"),
        ("depth.manager=3", "depth takes no scope"),
        ("model.level.x=a", "a level is a number"),
        ("temperature=-1", "at least 0"),
        ("temperature=nan", "at least 0"),
        ("twin=perhaps", "true or false"),
        ("worlds=0", "at least 1"),
        ("worlds=1,2", "use seeds=1,2"),
        ("seeds=a", "whole numbers"),
        ("seeds=1,1", "listed twice"),
        ("seeds=-1", "greater than or equal to 0"),
        ("replicates=0", "greater than or equal to 1"),
        ("replicates=some", "replicates"),
        ("depth=2,2", "twice"),
        ("limits.cals=3", "did you mean calls"),
        ("limits.calls=0", "limits.calls"),
        ("models.big.base_ulr=http://x", "did you mean base_url"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting, words):
    with pytest.raises(BadInput) as error:
        override(DEFAULT, [setting]).conditions  # noqa: B018
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_scope_that_names_nothing_is_an_error():
    with pytest.raises(BadInput, match="levels 0 to 3"):
        ConditionSettings.of({"model.level.7": "x"}).check_scopes(chain(3))
    with pytest.raises(BadInput, match="did you mean manager"):
        ConditionSettings.of({"model.managr": "x"}).check_scopes(chain(3))


def test_a_file_says_the_same_as_settings(tmp_path):
    text = """
question = "Deeper?"
worlds = 2
[fixed]
facts = 6
"prompt.manager" = "honest"
model.worker = "channel"
[factors]
depth = [2, 4]
[limits]
calls = 50
"""
    made = read_experiment(written(tmp_path, text))
    assert made.name == "mine"
    assert made.seeds == (1, 2)
    assert made.fixed == {"facts": 6, "prompt.manager": "honest", "model.worker": "channel"}
    assert made.limits.calls == 50
    same = override(
        Experiment(name="mine", question="Deeper?"),
        ["worlds=2", "facts=6", "prompt.manager=honest", "model.worker=channel", "depth=2,4", "limits.calls=50"],
    )
    assert same == made


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wrolds = 3", "unknown key 'wrolds'; did you mean worlds?"),
        ("worlds = 3\nseeds = [1]", "keep one"),
        ("[fixed]\ndepht = 3", "did you mean depth?"),
        ("[factors]\ndepth = 3", "must be a list"),
        ("[factors]\ndepth = []", "must be a list"),
        ("[fixed]\ndepth = 3\n[factors]\ndepth = [2, 3]", "both fixed and a factor"),
        ("[fixed]\ndepth = 2.5", "whole number"),
        ("[fixed]\ndepth = true", "whole number"),
        ("limits = 3", "limits must be a table"),
        ("[limits]\nmoney = 3", "unknown key 'limits.money'"),
        ("worlds = ", "not a TOML file"),
        ("worlds = 'x'", "whole number"),
        ("[models.big]\nmodel = 3", "models.big.model"),
        ("sizes = 3", "sizes must be tables"),
        ("[sizes.big]\ndepht = 3", "sizes.big: unknown setting 'depht'; did you mean depth?"),
        ("[sizes.big]\nworlds = 0", "sizes.big: worlds is 0"),
    ],
)
def test_a_faulty_file_is_one_sentence_that_names_file_and_key(tmp_path, text, words):
    with pytest.raises(BadInput) as error:
        read_experiment(written(tmp_path, text))
    assert words in str(error.value)
    assert "mine.toml" in str(error.value)


def test_a_missing_file_is_answered_with_the_nearest(tmp_path):
    written(tmp_path, "worlds = 1")
    with pytest.raises(BadInput, match=r"did you mean .*mine\.toml"):
        read_experiment(tmp_path / "mime.toml")


def test_a_model_set_for_all_seats_stands_in_place_of_a_files_lineages_and_their_models(tmp_path):
    path = tmp_path / "mixed.toml"
    path.write_text(
        'worlds = 1\n[fixed]\nlineage = "hot+cold"\n[models.hot]\nmodel = "smollm2"\n[models.cold]\nmodel = "smollm2"\n'
    )
    changed = override(read_experiment(path), ["model=channel:drop=0.1"])
    assert "lineage" not in changed.fixed
    assert not changed.models
    assert changed.fixed["model"] == "channel:drop=0.1"


@pytest.mark.parametrize("key", ["model.auditor", "words.watcher", "prompt.outside"])
def test_what_is_set_for_a_seat_that_no_condition_has_is_refused(key):
    setting = f"{key}={'10' if key.startswith('words') else 'channel' if key.startswith('model') else 'plain'}"
    experiment = override(DEFAULT, ["model=channel", setting])
    with pytest.raises(BadInput, match="no condition has a seat of the role"):
        prepare(experiment, "r1")
    audited = override(experiment, ["remedy=none,audit:watchers=1", "side=outside:Press>L0"])
    assert prepare(audited, "r1").conditions


SIZED = """
worlds = 2
[fixed]
facts = 6
[factors]
depth = [2, 4]
[sizes.small]
[sizes.strong]
worlds = 3
replicates = 2
facts = 40
depth = [2, 8]
"""


def test_a_size_sets_what_the_file_says_of_it_and_what_is_set_besides_stands_above_it(tmp_path):
    made = read_experiment(written(tmp_path, SIZED))
    strong = override(made, ["facts=30", "size=strong"])
    assert (len(strong.seeds), strong.replicates, strong.fixed["facts"], strong.factors["depth"]) == (3, 2, 30, (2, 8))
    small = override(made, ["size=small"])
    assert (small.seeds, small.fixed, small.factors) == (made.seeds, made.fixed, made.factors)
    assert "sizes" not in strong.model_dump()  # a run holds what came of it


@pytest.mark.parametrize(
    ("text", "words"),
    [("size=huge", "its sizes are small, strong"), ("size=small,strong", "its sizes are small, strong")],
)
def test_a_size_that_the_file_lacks_is_answered_with_those_that_it_has(tmp_path, text, words):
    with pytest.raises(BadInput, match=words):
        override(read_experiment(written(tmp_path, SIZED)), [text])
    with pytest.raises(BadInput, match="the experiment has no sizes"):
        override(DEFAULT, ["size=small"])


SLOW = ("full_loop", "stop_work", "veto")
"""Their worlds take seconds to draw."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.stem, marks=[pytest.mark.heavy] if path.stem in SLOW else [])
        for path in sorted(shipped("runs").glob("*.toml"))
    ],
)
def test_every_experiment_that_ships_has_sizes_for_small_middle_and_strong_models(name):
    made = read_experiment(shipped("runs") / f"{name}.toml")
    assert list(made.sizes) == ["small", "middle", "strong"]
    assert override(made, ["size=small"]).conditions == made.conditions
    for size in ("middle", "strong"):
        sized = override(made, [f"size={size}"])
        assert (
            prepare(sized.model_copy(update={"seeds": (1,), "replicates": 1}), "sized").conditions == sized.conditions
        )
