"""`fates`: messages from anywhere, read and held against labels."""

import json

import pytest

import cli
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import world_for

WORLD = watermelon(3, facts=8)
ROW = {"scenario": "watermelon", "seed": 3, "facts": 8}


def copied(world, leave_out=()):
    return "\n".join(f"- {fact.render(0)}" for fact in world.facts if fact.id not in leave_out)


def written(folder, *rows):
    path = folder / "messages.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def told(path, capsys):
    assert cli.main(["fates", path, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_labels_are_compared_where_the_readers_agree(tmp_path, capsys):
    rows = [
        ROW | {
            "message": copied(WORLD, leave_out=("F02",)), "hop": 1, "prompt": "plain",
            "labels": {
                "F01": {"reader_1": "kept", "reader_2": "kept"},
                "F02": {"reader_1": "kept", "reader_2": "kept"},
                "F03": {"reader_1": "kept", "reader_2": "blurred"},
            },
        },
        ROW | {"message": copied(WORLD), "hop": 2, "target": "F04", "label": "kept"},
    ]  # fmt: skip
    found = told(written(tmp_path, *rows), capsys)
    assert (found["pairs"], found["agreed"]) == (4, 3)
    assert found["five_way"] == found["kept_or_not"] == found["recall"]["kept"] == pytest.approx(2 / 3)
    assert found["recall"]["blurred"] is None
    assert found["false_loss_by_hop"] == {"1": 0.5, "2": 0.0}
    assert found["false_loss_by_prompt"] == {"plain": 0.5}
    assert found["confusion"]["kept"] == {"kept": 2, "blurred": 0, "altered": 0, "inverted": 0, "omitted": 1}
    assert found["fates"][0]["fates"]["F02"] == "omitted"


def test_the_status_is_read_where_a_row_says_which_one_is_told(tmp_path, capsys):
    rows = [ROW | {"message": f"Overall status: {colour}.", "told": "red"} for colour in ("red", "amber")]
    assert told(written(tmp_path, *rows), capsys)["status_accuracy"] == 0.5


def test_a_setting_that_the_seed_would_choose_names_the_world_of_a_run_without_one(tmp_path, capsys):
    """With decisions, a world in a setting that was asked for is another than one that the seed put there."""
    world = world_for("go_ahead", 8116, 8)
    row = {"scenario": "go_ahead", "seed": 8116, "facts": 8, "setting": world.setting}
    assert world.facts != world_for("go_ahead", 8116, 8, world.setting).facts
    found = told(written(tmp_path, row | {"message": copied(world)}), capsys)
    assert set(found["fates"][0]["fates"].values()) == {"kept"}


def test_a_world_may_stand_in_a_file_beside_the_messages(tmp_path, capsys):
    (tmp_path / "pump.toml").write_text(
        '[[facts]]\nsubject = "pump P-12"\nvalence = "bad"\nslots = { delay = "3 weeks", way = "late/early" }\n'
        'renderings = ["{subject} will be {delay} {way}.", "{subject} is {delay} {way}."]\n'
    )
    found = told(written(tmp_path, {"world": "pump.toml", "message": "P-12 is 3 weeks late."}), capsys)
    assert found["fates"][0]["fates"] == {"F01": "kept"}


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ({"message": "x"}, "names no world"),
        (ROW, "has no message"),
        (ROW | {"message": "x", "labels": {"F99": ["kept"]}}, "'F99'"),
        (ROW | {"message": "x", "labels": {"F01": ["fine"]}}, "'fine'"),
        (ROW | {"message": "x", "labels": "kept"}, "labels"),
        (ROW | {"message": "x", "told": "purple"}, "'purple'"),
        (ROW | {"message": "x", "scenario": "watermelons"}, "watermelons"),
        (ROW | {"message": "x", "setting": "moon"}, "moon"),
        ({"world": "none.toml", "message": "x"}, "none.toml"),
    ],
)
def test_a_row_that_can_not_be_read_is_named_in_one_sentence(tmp_path, capsys, row, part):
    assert cli.main(["fates", written(tmp_path, row)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("mazedom: ")
    assert "line 1" in error
    assert part in error
    assert error.count("\n") == 1


def test_the_table_shows_false_loss_with_its_interval(tmp_path, capsys):
    rows = [ROW | {"message": copied(WORLD), "hop": 1, "target": "F01", "label": "kept"}]
    assert cli.main(["fates", written(tmp_path, *rows)]) == 0
    out = capsys.readouterr().out
    assert "false loss" in out
    assert "0.0 to 79.3%" in out
