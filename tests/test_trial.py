"""One trial: who reads what, what is asked, what is logged, and what is never asked again."""

import asyncio

import pytest
from msgspec import structs

from chains.errors import Hopeless, ReplayDiffers, ReplyMissing
from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Message, Reply, Request
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal, held_below, pyramid, tree
from chains.organisation.planning import plan_of
from chains.organisation.prompts import read_prompt
from chains.organisation.sitting import PERSON
from chains.organisation.turn_key import Key
from chains.running.langgraph_wiring import climber, mermaid, wire
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource, difference
from chains.running.trial import in_turn, run_trial
from chains.worlds.scenario_registry import world_for

TRIAL = "c1.w1.r1"
LOSSY = "drop=0.2,flip=0.1"


class Counting:
    """A provider that counts, and can fail or wait for some seats."""

    def __init__(self, rates=LOSSY, failing=(), slow=()):
        self._inner = Channel(parse_channel(rates))
        self._failing, self._slow = failing, slow
        self.asked = []
        self.at_once = self.most_at_once = 0

    async def reply(self, request):
        seat = request.occasion.seat
        self.asked.append(seat)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        # Every call lets the others begin; a slow one ends after all others.
        for _ in range(50 if seat in self._slow else 3):
            await asyncio.sleep(0)
        self.at_once -= 1
        if seat in self._failing:
            raise Hopeless(f"no reply for {seat}")
        return await self._inner.reply(request)


class Signing:
    """A provider whose every reply is the seat's own."""

    async def reply(self, request):
        return Reply(text=f"Signed, {request.occasion.seat}!")


def cast_of(hierarchy, seed=1, *, manager="plain", people=(), replicate=1):
    world = world_for("watermelon", seed, 8, None)
    variants = {"worker": "plain", "manager": manager, "executive": "plain"}
    return Cast(
        world=world,
        replicate=replicate,
        plan=plan_of(hierarchy),
        parts={
            seat.name: Part(
                model=PERSON if seat.name in people else "channel",
                prompt=read_prompt(seat.role, variants[seat.role]),
                words=60,
            )
            for seat in hierarchy.seats
        },
        dealt=deal([fact.id for fact in world.facts], hierarchy, world.digest, replicate),
        sources={"channel": resolve("channel")},
    )


def ran(folder, cast, provider, *, langgraph=True):
    """Run a trial; return how it ended and every logged step by seat."""

    async def drive():
        climb = climber(wire(cast.plan), cast.plan) if langgraph else in_turn(cast.plan)
        with Log(folder, write=True) as log:
            reply_source = ReplySource(log, None if provider is None else {"channel": provider})
            try:
                end = await run_trial(TRIAL, cast, climb, reply_source)
            finally:
                await reply_source.settle()
                steps = {step.seat: step for step in log.steps()}
            return end, steps, reply_source.questions

    return asyncio.run(drive())


def read(step):
    return step.request.messages[-1].content


def test_a_seat_reads_its_own_notes_or_those_who_report_to_it_and_nobody_else(tmp_path):
    cast = cast_of(tree(2, 2))
    _, steps, _ = ran(tmp_path, cast, Signing())
    for name, step in steps.items():
        below = cast.hierarchy.reports_of(name)
        assert step.heard == below
        for other, said in steps.items():
            assert (said.reply.text in read(step)) == (other in below), (name, other)
        for worker in cast.dealt:
            assert (cast.notes(worker) in read(step)) == (worker == name)


def test_what_a_seat_reads_does_not_grow_with_depth(tmp_path):
    """A channel that says little: the tenth manager's prompt is no longer than the first's."""
    _, steps, _ = ran(tmp_path, cast_of(chain(12)), Counting("drop=0.1"))
    assert len(read(steps["L1"])) <= len(read(steps["L11"]))


def test_siblings_are_asked_at_the_same_time(tmp_path):
    provider = Counting()
    ran(tmp_path, cast_of(pyramid([1, 2, 6])), provider)
    assert provider.most_at_once == 6


def test_nothing_logged_is_asked_again(tmp_path):
    cast, provider = cast_of(tree(2, 2)), Counting()
    first, steps, _ = ran(tmp_path, cast, provider)
    assert len(provider.asked) == len(steps) == 7
    again, after, _ = ran(tmp_path, cast, provider)
    assert len(provider.asked) == 7
    assert after == steps
    assert again.readings == first.readings


def test_a_trial_replays_without_a_provider_and_without_langgraph(tmp_path):
    cast = cast_of(pyramid([1, 2, 5]))
    live, _, _ = ran(tmp_path, cast, Counting())
    for langgraph in (True, False):
        end, _, _ = ran(tmp_path, cast, None, langgraph=langgraph)
        assert end.readings == live.readings


def test_langgraph_and_one_after_another_ask_the_same(tmp_path):
    steps = []
    for number, langgraph in enumerate((True, False)):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, found, _ = ran(folder, cast_of(tree(2, 3)), Counting(), langgraph=langgraph)
        steps.append({seat: (step.digest, step.reply_digest) for seat, step in found.items()})
    assert steps[0] == steps[1]


def test_a_replay_that_lacks_a_reply_says_which(tmp_path):
    with pytest.raises(ReplyMissing, match=r"^c1\.w1\.r1, seat L2: the log holds no reply"):
        ran(tmp_path, cast_of(chain(2)), None)


def test_a_request_that_is_not_the_logged_one_is_never_asked(tmp_path):
    ran(tmp_path, cast_of(chain(3)), Counting())
    provider = Counting()
    with pytest.raises(ReplayDiffers, match=r"seat L2: the prompt is not the logged one: -.* / \+"):
        ran(tmp_path, cast_of(chain(3), manager="career"), provider)
    assert provider.asked == []


def test_a_paid_reply_is_logged_though_a_sibling_has_failed(tmp_path):
    """LangGraph drops the slow sibling when the other fails; its reply, already under way, is logged all the same."""
    cast = cast_of(pyramid([1, 3]))
    failing = Counting(failing=("L1.1",), slow=("L1.2",))
    with pytest.raises(Hopeless, match=r"no reply for L1\.1"):
        ran(tmp_path, cast, failing)
    with Log(tmp_path) as log:
        assert {step.seat for step in log.steps()} == {"L1.2", "L1.3"}
    mended = Counting()
    end, _, _ = ran(tmp_path, cast, mended)
    assert end.status == "finished"
    assert sorted(mended.asked) == ["L0", "L1.1"]


def test_a_trial_waits_for_all_of_its_people_and_their_siblings_go_on(tmp_path):
    cast = cast_of(pyramid([1, 3, 3]), people=("L1.1", "L1.3", "L0"))
    end, steps, questions = ran(tmp_path, cast, Counting())
    assert (end.status, end.error) == ("waiting", "L1.1, L1.3")
    assert set(steps) == {"L2.1", "L2.2", "L2.3", "L1.2"}
    assert {question.key for question in questions} == {Key(TRIAL, "L1.1"), Key(TRIAL, "L1.3")}


def test_an_answer_that_a_person_gave_is_taken_from_the_log(tmp_path):
    cast = cast_of(chain(2), people=("L1",))
    _, _, (question,) = ran(tmp_path, cast, Counting())
    with Log(tmp_path, write=True) as log:
        ReplySource(log, None).record(
            question.key, question.turn, question.heard, question.request, Reply(text="All is well.", tries=0)
        )
    end, steps, questions = ran(tmp_path, cast, Counting())
    assert (end.status, questions) == ("finished", [])
    assert "All is well." in read(steps["L0"])


def test_sampling_seeds_hang_on_world_replicate_and_seat_and_on_no_prompt():
    def seeds(**of):
        cast = cast_of(chain(3), **of)
        said = dict.fromkeys(("L1", "L2", "L3"))
        return [turn.ask(cast, said).settings["seed"] for turn in cast.plan.turns]

    base = seeds()
    assert len(set(base)) == 4
    assert seeds(manager="career") == base
    assert not set(seeds(replicate=2)) & set(base)
    assert not set(seeds(seed=2)) & set(base)


def test_the_facts_held_at_or_below_a_seat_are_those_of_its_workers():
    cast = cast_of(tree(2, 2))
    held = held_below(cast.hierarchy, cast.dealt)
    assert held["L0"] == frozenset(fact.id for fact in cast.world.facts)
    assert held["L1.1"] == frozenset(cast.dealt["L2.1"]) | frozenset(cast.dealt["L2.2"])
    assert not held["L1.1"] & held["L1.2"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"model": "b"}, "the log has model 'a' and this run would ask 'b'"),
        ({"settings": {"seed": 2, "stop": None}}, "the log has seed = 1 and this run would ask with 2"),
        (
            {"messages": (Message(role="user", content="One.\nThree."),)},
            "prompt is not the logged one: -Two. / +Three.",
        ),
    ],
)
def test_two_requests_differ_in_words_that_a_person_understands(changed, says):
    logged = Request(model="a", messages=(Message(role="user", content="One.\nTwo."),), settings={"seed": 1})
    assert says in difference(logged, structs.replace(logged, **changed))


def test_who_asks_is_no_part_of_the_digest():
    cast = cast_of(chain(1))
    request = cast.plan.by_name["L1"].ask(cast, {})
    assert request.occasion is not None
    assert request.digest == structs.replace(request, occasion=None).digest


def test_the_drawn_graph_is_the_org_chart():
    hierarchy = pyramid([1, 2, 3])
    lines = [line.strip("\t;").replace("\\2e", ".") for line in mermaid(plan_of(hierarchy)).splitlines()]
    edges = {tuple(line.split(" --> ")) for line in lines if " --> " in line and "__" not in line}
    assert edges == {(edge.below, edge.above) for edge in hierarchy.edges}
