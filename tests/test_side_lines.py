"""Lines beside the chain of command: who reads what, in which order, and what it is worth."""

import asyncio

import pytest

from chains.errors import BadInput
from chains.experiments.condition_plan import PlanSettings, planned
from chains.experiments.settings import ConditionSettings
from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Reply
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal, tree
from chains.organisation.hierarchy_file import read_hierarchy
from chains.organisation.prompts import read_prompt
from chains.organisation.side_lines import QUESTION, side_edges
from chains.running.langgraph_wiring import climber, wire
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource
from chains.running.transcript import retold
from chains.running.trial import in_turn, run_trial
from chains.worlds.scenario_registry import world_for

TRIAL = "c1.w1.r1"


def cast_of(hierarchy, side, *, seed=1, facts=12):
    world = world_for("watermelon", seed, facts, None)
    plan = planned(PlanSettings.of(ConditionSettings.of({"side": side})), hierarchy)
    tasks = {task: read_prompt(task, "plain") for task in ("ask", "answer")}
    return Cast(
        world=world,
        replicate=1,
        plan=plan,
        parts={
            seat.name: Part(model="channel", prompt=read_prompt(seat.role, "plain"), words=60, tasks=tasks)
            for seat in plan.seats
        },
        dealt=deal([fact.id for fact in world.facts], hierarchy, world.digest, 1),
        sources={"channel": resolve("channel")},
    )


def ran(folder, cast, channels, *, langgraph=False):
    """Run a trial with a channel a seat (`*` for all others); return how it ended and what was said by turn."""
    folder.mkdir(exist_ok=True)

    class Seats:
        async def reply(self, request):
            rates = channels.get(request.occasion.seat, channels["*"])
            return await Channel(parse_channel(rates)).reply(request)

    async def drive():
        climb = climber(wire(cast.plan), cast.plan) if langgraph else in_turn(cast.plan)
        with Log(folder, write=True) as log:
            end = await run_trial(TRIAL, cast, climb, ReplySource(log, {"channel": Seats()}))
            steps = {(step.seat, step.turn): step for step in log.steps()}
            return end, retold(cast, log, TRIAL), steps

    return asyncio.run(drive())


DEAF = {"*": "channel", "L2": "channel:drop=1"}
"""The middle manager of a chain of three passes nothing on."""


def test_a_skip_level_line_brings_to_the_top_what_the_chain_lost(tmp_path):
    hierarchy = chain(3)
    without, _, _ = ran(tmp_path / "a", cast_of(hierarchy, "none"), DEAF)
    with_it, _, _ = ran(tmp_path / "b", cast_of(hierarchy, "skip:L3>L0"), DEAF)
    assert without.top is None
    assert set(without.readings["L1"].fates) == {"O"}
    assert set(with_it.top.fates) == {"K"}
    assert set(with_it.readings["L1"].fates) == {"O"}


def test_the_executive_reads_each_line_under_its_own_heading(tmp_path):
    _, _, steps = ran(tmp_path, cast_of(chain(3), "skip:L3>L0+outside:The Press>L0"), DEAF)
    prompt = steps["L0", 0].request.messages[-1].content
    assert prompt.index("Report from L1:") < prompt.index("Report from L3:") < prompt.index("From The Press:")


def test_somebody_outside_knows_the_ledger_and_reports_on_it(tmp_path):
    end, replies, _ = ran(tmp_path, cast_of(chain(3), "outside:Press>L0"), DEAF)
    assert set(end.top.fates) == {"K"}
    assert replies["Press/to L0"].text.count("\n") == 11


def test_a_question_is_answered_from_what_the_seat_knows(tmp_path):
    end, replies, steps = ran(tmp_path, cast_of(chain(3), "question:L0>L3"), DEAF)
    asked = next(step for step in steps.values() if step.seat == "L0" and step.turn)
    answered = next(step for step in steps.values() if step.seat == "L3" and step.turn)
    assert replies["L1"].text in asked.request.messages[-1].content
    assert asked.reply.text in answered.request.messages[-1].content
    assert (asked.pass_, answered.pass_) == ("down", "up")
    assert set(end.top.fates) == {"K"}


def test_a_manager_asked_knows_what_was_reported_to_it_and_no_more(tmp_path):
    channels = {"*": "channel", "L2": "channel:drop=1"}
    end, _, _ = ran(tmp_path, cast_of(chain(3), "question:L0>L1"), channels)
    assert set(end.top.fates) == {"O"}


def test_a_peer_reads_what_its_peer_reported_and_carries_it_up(tmp_path):
    hierarchy = tree(2, 2)  # L2.1 and L2.2 report to L1.1, L2.3 and L2.4 to L1.2
    deaf = {"*": "channel", "L1.1": "channel:drop=1"}
    end, _, steps = ran(tmp_path / "a", cast_of(hierarchy, "peer:L2.1>L2.3"), deaf)
    assert steps["L2.1", 0].reply.text in steps["L2.3", 0].request.messages[-1].content
    assert end.top.fates.count("K") == 9  # three facts a worker: those of L2.2 alone are lost


def test_peers_that_wait_for_each_other_are_refused():
    with pytest.raises(BadInput, match="wait for each other"):
        planned(PlanSettings.of(ConditionSettings.of({"side": "peer:L2.1>L2.2+peer:L2.2>L2.1"})), tree(2, 2))


@pytest.mark.parametrize(
    ("side", "says"),
    [
        ("skip:L3", "is not KIND:FROM>TO"),
        ("skipp:L3>L0", "no kind of side line.*skip"),
        ("skip:L1>L0", "two levels up"),
        ("peer:L3>L2", "are no peers"),
        ("question:L2>L1", "a question goes down"),
        ("skip:L9>L0", "no seat 'L9'"),
        ("outside:L2>L0", "sits in the hierarchy"),
        ("outside:a/b>L0", "is no name for a seat"),
        ("skip:L3>L0+skip:L3>L0", "there twice"),
    ],
)
def test_a_side_line_that_is_not_possible_is_refused_in_one_sentence(side, says):
    with pytest.raises(BadInput, match=says):
        planned(PlanSettings.of(ConditionSettings.of({"side": side})), chain(3))


def test_a_hierarchy_file_has_side_lines_too(tmp_path):
    path = tmp_path / "firm.toml"
    path.write_text('[reports_to]\nAna = "Ben"\nBen = "Cleo"\n\n[[side]]\nkind = "skip"\nfrom = "Ana"\nto = "Cleo"\n')
    hierarchy = read_hierarchy(path)
    assert hierarchy.sided
    assert planned(PlanSettings.of(ConditionSettings.of({})), hierarchy).top == ("Ben", "Ana")
    assert side_edges("none", hierarchy) == []


def test_langgraph_and_turn_by_turn_say_the_same_and_log_the_same(tmp_path):
    side = "skip:L3>L0+question:L1>L3+outside:Press>L2"
    channels = {"*": "channel:drop=0.3"}
    told = [
        ran(tmp_path / str(langgraph), cast_of(chain(3), side), channels, langgraph=langgraph)[1]
        for langgraph in (False, True)
    ]
    assert {name: reply.text for name, reply in told[0].items()} == {
        name: reply.text for name, reply in told[1].items()
    }


def test_a_run_with_side_lines_replays_to_the_letter(mazedom):
    settings = ("--set", "depth=3", "--set", "side=skip:L3>L0+question:L0>L2,none", "--set", "worlds=2")
    assert mazedom("run", "--set", "model=channel:drop=0.2", "--set", "prompt=plain", *settings).status == 0
    verified = mazedom("replay", "last", "--verify", "--json")
    assert verified.status == 0, verified.out
    shown = mazedom("show", "last", "--trial", "c1.w1.r1")
    assert "ask of L2: L0, executive" in shown.out


def test_what_an_outsider_and_a_worker_who_is_asked_know_is_not_shown_as_invented(mazedom):
    side = "outside:Press>L0+question:L0>L3"
    mazedom("run", "--set", "model=channel", "--set", f"side={side}", "--set", "depth=3", "--set", "worlds=1")
    messages = mazedom("show", "last", "--trial", "--json").document["messages"]
    told = [message for message in messages if message["seat"] in ("Press", "L3")]
    assert [message["invented"] for message in told] == [[]] * 3
    assert "from outside: Press" in mazedom("show", "last", "--trial").out


def test_a_model_whose_reports_have_a_grammar_asks_one_question():
    cast = cast_of(chain(3), "question:L0>L2")
    cast = cast.model_copy(update={"sources": {"channel": resolve("smollm2")}})
    asks = next(turn for turn in cast.plan.turns if turn.task == "ask")
    request = asks.ask(cast, {"L1": "- All is well."})
    assert request.settings["grammar"] == QUESTION


@pytest.mark.parametrize(
    "idle", [{"side": "skip:L3>L0"}, {"selection": 2}, {"selection.manager": 4}, {"rounds": 3}, {"remedy": "verbatim"}]
)
def test_what_is_about_reports_is_refused_where_none_climb(idle):
    values = {"selection": 1, "rounds": 1, "side": "none", "remedy": "none", "loop": True, "reports": False}
    planned(PlanSettings.of(ConditionSettings.of(values)), chain(3))
    with pytest.raises(BadInput, match="reports = false leaves none"):
        planned(PlanSettings.of(ConditionSettings.of(values | idle)), chain(3))


@pytest.mark.parametrize(
    ("side", "remedy"),
    [
        ("outside:Press>L0+skip:L3>L0+question:L0>L2", "none"),
        ("outside:Press>L3", "audit:rate=1,then=send_back"),
    ],
)
def test_an_outsider_who_says_nothing_is_not_read_by_whoever_asks_or_writes_once_more(tmp_path, side, remedy):
    hierarchy = chain(3)
    plan = planned(PlanSettings.of(ConditionSettings.of({"side": side, "remedy": remedy})), hierarchy)
    cast = cast_of(hierarchy, side)
    tasks = {
        turn.task: read_prompt(turn.task, "plain") for turn in plan.turns if not turn.ruled and turn.task != "report"
    }
    parts = {
        seat.name: Part(
            model="channel",
            prompt=read_prompt(seat.role if seat.role != "auditor" else "manager", "plain"),
            words=60,
            tasks=tasks,
        )
        for seat in plan.seats
    }
    cast = cast.model_copy(update={"plan": plan, "parts": parts})

    class Silent:
        async def reply(self, request):
            if request.occasion.seat == "Press":
                return Reply(text="", finish="empty")
            return await Channel(parse_channel("channel:drop=0.5")).reply(request)

    async def drive():
        with Log(tmp_path, write=True) as log:
            end = await run_trial(TRIAL, cast, in_turn(cast.plan), ReplySource(log, {"channel": Silent()}))
            return end, list(log.steps())

    end, steps = asyncio.run(drive())
    assert end.status == "finished"
    asked = [step for step in steps if step.turn and step.seat in ("L0", "L3")]
    assert asked
    assert not any("From Press:" in step.request.messages[-1].content for step in asked)
