"""The two ends of what a channel can do: all comes through, or nothing does."""

import asyncio
from itertools import product

import pytest

from chains.experiments.experiment import TrialId
from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Reply
from chains.models.spec import resolve
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import chain, deal, pyramid, tree
from chains.organisation.hierarchy_file import read_hierarchy
from chains.organisation.planning import plan_of
from chains.organisation.prompts import read_prompt
from chains.running.langgraph_wiring import climber, wire
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource
from chains.running.trial import run_trial
from chains.scoring.facts.reader import Reader
from chains.scoring.measures.fate_shares import shares_by_hop
from chains.worlds.documents.form import NoteForm
from chains.worlds.scenario_registry import world_for

SETTINGS = ("lab", "plant", "release", "vehicle", "ward")


def cast_of(hierarchy, seed, setting, model="channel", facts=8):
    world = world_for("watermelon", seed, facts, setting)
    prompts = {role: read_prompt(role, "plain") for role in ("worker", "manager", "executive")}
    return Cast(
        world=world,
        replicate=1,
        plan=plan_of(hierarchy),
        parts={seat.name: Part(model=model, prompt=prompts[seat.role], words=60) for seat in hierarchy.seats},
        dealt=deal([fact.id for fact in world.facts], hierarchy, world.digest, 1),
        sources={model: resolve(model)},
    )


def ran(casts, folder, provider):
    """Run each cast as a trial of its own through LangGraph and the log; return the ends."""

    async def all_of_them():
        with Log(folder, write=True) as log:
            climbs = {}
            ends = []
            for number, cast in enumerate(casts, 1):
                hierarchy = cast.hierarchy
                if hierarchy.name not in climbs:
                    climbs[hierarchy.name] = climber(wire(cast.plan), cast.plan)
                reply_source = ReplySource(log, dict.fromkeys(cast.sources, provider))
                trial = str(TrialId("c1", number, cast.replicate))
                ends.append(await run_trial(trial, cast, climbs[hierarchy.name], reply_source))
            return ends

    return asyncio.run(all_of_them())


def test_the_settings_tried_here_are_all_there_are():
    assert {world_for("watermelon", seed, 6).setting for seed in range(60)} == set(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS)
def test_verbatim_relay_keeps_every_fact_at_every_hop(setting, tmp_path):
    """Forty worlds a setting, two hundred in all: whatever is lost here is lost by the instrument."""
    hierarchies = (chain(4), chain(4), tree(2, 2), pyramid([1, 2, 4]))
    casts = [cast_of(hierarchies[seed % 4], seed, setting) for seed in range(1000, 1040)]
    lost = []
    for cast, end in zip(casts, ran(casts, tmp_path, Channel(parse_channel(""))), strict=True):
        for hop, shares in shares_by_hop(end.readings.values(), cast.hierarchy.depth).items():
            if shares.kept != 1 or shares.invented or shares.unfounded:
                lost.append((cast.world.seed, cast.hierarchy.name, hop, shares))
    assert not lost


def test_the_channel_relays_what_it_heard_word_for_word_if_it_does_not_paraphrase(tmp_path):
    cast = cast_of(chain(4), 7, "plant", "channel:paraphrase=0")
    ran([cast], tmp_path, Channel(parse_channel("paraphrase=0")))
    with Log(tmp_path) as log:
        assert {step.reply.text for step in log.steps()} == {cast.notes("L4")}


@pytest.mark.parametrize("form", ["memo", "minutes", "tickets", "thread", "mixed"])
def test_documents_relayed_word_for_word_keep_every_fact_at_every_hop(form, tmp_path):
    """The rules misread some facts in the documents; what is known of the documents keeps that from being a loss."""
    for seed in (1000, 1001):
        (folder := tmp_path / str(seed)).mkdir()
        cast = cast_of(chain(3), seed, None, facts=12).model_copy(update={"form": NoteForm(form)})
        (end,) = ran([cast], folder, Silent(Reply(text=cast.notes("L3"))))
        shares = shares_by_hop(end.readings.values(), 3)
        assert [(one.kept, one.invented) for one in shares.values()] == [(1, 0)] * 3


class Silent:
    """Answers every request with a given reply."""

    def __init__(self, reply):
        self.given = reply

    async def reply(self, request):
        return self.given


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="", finish="empty"),
        Reply(text=" \n\t "),
        Reply(text="I can't help with that.", finish="refusal"),
        Reply(text="", finish="filter"),
    ],
    ids=["empty", "white space", "refusal", "filter"],
)
def test_an_empty_message_omits_everything(reply, tmp_path):
    cast = cast_of(tree(2, 2), 3, "ward")
    (end,) = ran([cast], tmp_path, Silent(reply))
    for reading in end.readings.values():
        assert set(reading.fates) <= {"O", "-"}
        assert reading.words == reading.invented == reading.unfounded == 0
    for shares in shares_by_hop(end.readings.values(), 2).values():
        assert shares.omitted == 1


@pytest.mark.parametrize(
    "hierarchy",
    [chain(1), chain(6), tree(3, 2), tree(1, 5), pyramid([1, 3, 9]), pyramid([1, 2, 5])],
    ids=lambda hierarchy: hierarchy.name,
)
def test_fates_sum_to_one_at_every_hop(hierarchy, tmp_path):
    lossy = "channel:drop=0.15,blur=0.1,alter=0.1,flip=0.1,invent=0.3"
    casts = [cast_of(hierarchy, seed, None, lossy, facts=12) for seed in (1, 2, 3)]
    for end in ran(casts, tmp_path, Channel(parse_channel(lossy.partition(":")[2]))):
        by_hop = shares_by_hop(end.readings.values(), hierarchy.depth)
        assert sorted(by_hop) == list(range(1, hierarchy.depth + 1))
        for shares in by_hop.values():
            assert sum(shares[:5]) == pytest.approx(1)


def test_a_fact_is_followed_along_the_path_of_its_holder(tmp_path):
    """A seat is read for the facts held at or below it, and for no others."""
    path = tmp_path / "firm.toml"
    path.write_text('[reports_to]\nAna = "Ben"\nBea = "Ben"\nBen = "Cy"\nDan = "Cy"\n')
    hierarchy = read_hierarchy(path)
    cast = cast_of(hierarchy, 5, "release", facts=9)
    (end,) = ran([cast], tmp_path, Channel(parse_channel("")))
    position = {fact.id: index for index, fact in enumerate(cast.world.facts)}
    for worker, facts in cast.dealt.items():
        passed = set(hierarchy.path_up(worker))
        for fact in facts:
            followed = {seat for seat, reading in end.readings.items() if reading.fates[position[fact]] != "-"}
            assert followed == passed


def test_a_reading_names_the_instrument_that_took_it(tmp_path):
    (end,) = ran([cast_of(chain(2), 1, "lab")], tmp_path, Channel(parse_channel("")))
    assert end.instrument == Reader.version


def test_every_setting_meets_every_shape(tmp_path):
    """The relay is lossless from one worker up to nine, for few facts and many."""
    shapes = (chain(4), tree(2, 3))
    casts = [cast_of(shape, 11, setting, facts=facts) for shape, setting, facts in product(shapes, SETTINGS, (6, 16))]
    for end in ran(casts, tmp_path, Channel(parse_channel(""))):
        assert {letter for reading in end.readings.values() for letter in reading.fates} <= {"K", "-"}
