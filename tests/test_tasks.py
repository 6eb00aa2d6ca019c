"""A task is one row beside the code that asks; its number in the log never changes, and the log says what was asked."""

from pathlib import Path

import pytest
from conftest import steps_of

from chains.errors import BadInput
from chains.experiments.condition_plan import PlanSettings, planned
from chains.experiments.settings import ConditionSettings
from chains.organisation.hierarchy import chain
from chains.organisation.task import PLUGINS_FROM, TASKS, task
from chains.organisation.turn_key import ROOM, ROUND

NUMBERS = {
    "report": 10_000, "rate": 20_000, "audit": 30_000, "revise": 40_000, "watch": 50_000, "skip": 60_000,
    "stop": 70_000, "override": 80_000, "veto": 90_000, "ask": 100_000, "answer": 110_000, "decide": 120_000,
    "order": 130_000, "relay": 140_000, "act": 150_000, "score": 200_000, "guess": 210_000,
    "claim": 300_000, "step_down": 310_000, "post": 320_000, "chat": 330_000, "hold": 340_000,
}  # fmt: skip


def asking(cast, turn, said):
    """Ask nothing: a row is all that these tests need."""


def test_numbers_are_those_of_the_logs_that_were_written_so_far():
    """Sampling seeds are made of them too."""
    shipped = {name: row.number for name, row in TASKS.items() if row.prompt is None}
    assert shipped == NUMBERS


def test_a_plugin_s_number_follows_from_its_name_alone():
    assert task("second guess", asking, "up").number == 4_650_000


@pytest.mark.parametrize("number", [30_000, PLUGINS_FROM + 1, ROUND, -ROOM])
def test_a_plugin_can_not_take_a_number_of_the_package_or_one_out_of_range(number):
    with pytest.raises(BadInput, match=f"has number {number}; leave it out"):
        task("greedy", asking, "up", number=number)


def test_two_tasks_of_one_number_are_refused():
    task("early", asking, "up", number=9_000_000)
    with pytest.raises(BadInput, match="tasks 'early' and 'late' have the same number in the log, 9000000"):
        task("late", asking, "up", number=9_000_000)


def test_every_turn_of_a_plan_is_known_by_its_seat_and_number():
    settings = ConditionSettings.of(
        {
            "loop": True, "selection": 3, "forum": "worker", "side": "question:L0>L3+outside:Press>L0",
            "remedy": "audit:rate=1,then=send_back,watchers=2+skip:by=targeted+memory+verbatim+stop_work:override=true"
            "+veto+screen",
        }
    )  # fmt: skip
    plan = planned(PlanSettings.of(settings), chain(3))
    asked = [turn for turn in plan.turns if not turn.ruled]
    others = {
        "guess",
        "step_down",
        "chat",
        "claim",
        "hold",
    }  # of `rate`, `revise`, `post`, and remedies that exclude these
    assert {turn.task for turn in asked} == set(NUMBERS) - others
    assert len({(turn.seat.name, turn.number) for turn in asked}) == len(asked)


def test_a_line_of_the_log_says_what_was_asked_and_in_which_round(mazedom):
    sets = ("model=channel", "depth=2", "rounds=2", "worlds=1", "remedy=audit:rate=1")
    assert mazedom("run", *(word for one in sets for word in ("--set", one))).status == 0
    (run,) = Path("runs").glob("*/*")
    said = [(step["round"], step["name"], step["task"], step["pass"]) for step in steps_of(run)]
    one_round = [
        ("L2", "report", "up"), ("auditor/audit L2", "audit", "audit"), ("L1/rates L2", "rate", "audit"),
        ("L1", "report", "up"), ("auditor/audit L1", "audit", "audit"), ("L0/rates L1", "rate", "audit"),
        ("L0", "report", "decide"),
    ]  # fmt: skip
    assert set(said) == {(number, *what) for number in (1, 2) for what in one_round}
