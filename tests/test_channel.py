"""The synthetic channel: what it plants is there, exactly, and is read back from the text alone."""

import asyncio
import math
from collections import Counter
from functools import cache

import pytest

from chains.errors import BadInput
from chains.models.channel.channel import Channel, ChannelRates, parse_channel
from chains.models.channel.codebook import NOTHING, codebook, lines_of, planted, wrong_values
from chains.models.provider import Message, Occasion, Request
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.scenario.watermelon import SETTINGS, watermelon
from chains.worlds.world import World


def occasion(world: World, heard: tuple[str, ...], hop: int = 1, depth: int = 4, replicate: int = 0) -> Occasion:
    return Occasion(world, replicate, f"L{depth + 1 - hop}.1", "manager", hop, depth, heard)


def relay(rates: ChannelRates, given: Occasion) -> str:
    return asyncio.run(Channel(rates).reply(Request(model="channel", messages=(), occasion=given))).text


def notes(world: World) -> str:
    return "\n".join(f"- {fact.render(0)}" for fact in world.facts)


def chain(world: World, name: str, depth: int = 4, replicate: int = 0) -> list[str]:
    """Return the messages of one chain, hop by hop."""
    rates, said = parse_channel(name), [notes(world)]
    for hop in range(1, depth + 1):
        said.append(relay(rates, occasion(world, (said[-1],), hop, depth, replicate)))
    return said[1:]


@cache
def large_world(seed: int) -> World:
    return watermelon(seed, facts=40)


def worlds(count: int) -> list[World]:
    return [large_world(seed) for seed in range(count)]


def world_of(*facts: Fact) -> World:
    return World(scenario="mine", version="1", seed=0, setting="mine", title="mine", facts=facts)


def losses(name: str, depth: int, count: int = 60, valence: str | None = None) -> list[tuple[int, int]]:
    """Return for each hop how many facts were kept before it, and how many of them were lost at it."""
    seen = [(0, 0)] * depth
    for world in worlds(count):
        alive = {fact.id for fact in world.facts if valence in (None, fact.valence)}
        for hop, message in enumerate(chain(world, name, depth)):
            fates = planted(world, message).fates
            lost = {fact for fact in alive if fates[fact] != "kept"}
            seen[hop] = (seen[hop][0] + len(alive), seen[hop][1] + len(lost))
            alive -= lost
    return seen


def assert_share(count: int, of: int, expected: float) -> None:
    """Fail where a count is four standard errors of a binomial from what is expected."""
    assert abs(count - of * expected) <= 4 * math.sqrt(of * expected * (1 - expected)) + 1e-9, (count, of, expected)


# What it relays


def test_a_channel_without_rates_loses_nothing_over_any_depth():
    for setting in SETTINGS:
        for seed in range(4):
            world = watermelon(seed, facts=20, setting=setting)
            for message in chain(world, "channel", depth=6):
                assert set(planted(world, message).fates.values()) == {"kept"}
                assert len(lines_of(message)) == len(world.facts)


def test_lines_keep_the_order_in_which_they_were_heard():
    world = watermelon(3)
    ids = [fact.id for fact in reversed(world.facts)]
    heard = "\n".join(world.fact(name).render(1) for name in ids)
    said = relay(parse_channel("channel"), occasion(world, (heard,)))
    assert [codebook(world).states[line].fact for line in lines_of(said)] == ids


def test_paraphrase_changes_words_and_never_what_is_said():
    world = watermelon(4, facts=40)
    heard = notes(world)
    assert relay(parse_channel("paraphrase=0"), occasion(world, (heard,))) == heard
    reworded = relay(parse_channel("channel"), occasion(world, (heard,)))
    assert reworded != heard
    assert set(planted(world, reworded).fates.values()) == {"kept"}


def test_the_same_request_has_the_same_reply_and_another_seat_or_replicate_another():
    world = watermelon(5, facts=40)
    rates = parse_channel("drop=0.2,alter=0.2,invent=1")
    given = occasion(world, (notes(world),))
    first = relay(rates, given)
    assert relay(rates, given) == first
    assert relay(rates, occasion(world, (notes(world),), replicate=1)) != first
    assert relay(rates, occasion(world, (notes(world),), hop=2)) != first
    assert relay(rates.model_copy(update={"seed": 1}), given) != first


def test_a_fact_has_the_same_fate_whatever_else_is_heard():
    """So a trial with other facts dropped from the ledger is still paired with this one."""
    world = watermelon(6, facts=40)
    rates = parse_channel("drop=0.2,blur=0.1,alter=0.2,flip=0.1")
    whole = planted(world, relay(rates, occasion(world, (notes(world),)))).fates
    for fact in world.facts:
        alone = planted(world, relay(rates, occasion(world, (fact.render(0),)))).fates
        assert alone[fact.id] == whole[fact.id]


def test_reports_of_several_people_are_joined_and_a_fact_said_twice_is_passed_on_once():
    world = watermelon(7)
    one, two = world.facts[:2]
    said = relay(parse_channel("channel"), occasion(world, (one.render(0), f"{two.render(0)}\n{one.render(1)}")))
    assert Counter(planted(world, said).fates.values()) == {"kept": 2, "omitted": 10}
    assert len(lines_of(said)) == 2


def test_words_that_are_not_the_channels_own_pass_as_they_are():
    world = watermelon(8)
    own = world.facts[0].render(0)
    said = relay(parse_channel("drop=1"), occasion(world, (f"- All is well, I think.\n{own}",)))
    assert said == "- All is well, I think."


@pytest.mark.parametrize("heard", [(), ("",), ("(no report)",), (f"- {NOTHING}", "(no report)")])
def test_where_nothing_is_heard_it_says_so_and_claims_nothing(heard):
    world = watermelon(9)
    said = relay(parse_channel("channel"), occasion(world, heard))
    assert said == "- Nothing to report."
    assert set(planted(world, said).fates.values()) == {"omitted"}


def test_what_is_said_is_counted_and_signed():
    world = watermelon(1)
    request = Request(
        model="channel",
        messages=(Message(role="user", content="Report what you know."),),
        occasion=occasion(world, (world.facts[0].render(0),)),
    )
    reply = asyncio.run(Channel(parse_channel("channel")).reply(request))
    assert (reply.finish, reply.served_by) == ("stop", "channel")
    assert (reply.usage.prompt, reply.usage.completion) == (4, len(reply.text.split()))


# What it plants


def test_each_cause_has_its_planted_share():
    planted_rates = {"omitted": 0.1, "blurred": 0.06, "altered": 0.08, "inverted": 0.04}
    fates: Counter[str] = Counter()
    for world in worlds(60):
        fates.update(planted(world, chain(world, "drop=0.1,blur=0.06,alter=0.08,flip=0.04", depth=1)[0]).fates.values())
    for fate, rate in planted_rates.items():
        assert_share(fates[fate], 2400, rate)


def test_without_a_law_the_hazard_is_constant():
    for alive, lost in losses("drop=0.1,alter=0.05", depth=6):
        assert_share(lost, alive, 0.15)


@pytest.mark.parametrize("k", [0.7, 1.4])
def test_the_hazard_follows_the_planted_power_of_the_hop(k):
    scale = -math.log(1 - 0.08)
    for hop, (alive, lost) in enumerate(losses(f"drop=0.08,k={k}", depth=6), start=1):
        assert_share(lost, alive, 1 - math.exp(-scale * (hop**k - (hop - 1) ** k)))


def test_beside_a_rate_of_the_worker_the_power_is_that_of_the_managers():
    """So that `law`, which gives the worker's message a level of its own, finds the k that was planted."""
    scale = -math.log(1 - 0.08)
    first, *managers = losses("drop=0.08,k=1.4,worker=0.2", depth=5)
    assert_share(first[1], first[0], 0.2)
    for place, (alive, lost) in enumerate(managers, start=1):
        assert_share(lost, alive, 1 - math.exp(-scale * (place**1.4 - (place - 1) ** 1.4)))


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 9])
def test_the_loss_of_a_chain_follows_the_planted_power_of_its_managers(depth):
    """End-of-chain loss 1 - exp(-(l0 + l N^q)) with N managers and l0 the worker's own."""
    seen = losses("drop=0.06,q=1.4,worker=0.1", depth)
    total = -math.log(0.9) - math.log(1 - 0.06) * (depth - 1) ** 1.4
    assert_share(sum(lost for _, lost in seen), seen[0][0], 1 - math.exp(-total))
    assert_share(seen[0][1], seen[0][0], 0.1)


def test_with_q_alone_the_worker_loses_nothing():
    assert losses("drop=0.2,q=1.2", depth=2, count=5)[0][1] == 0


def test_the_worker_may_have_a_rate_of_its_own():
    first, second, *_ = losses("drop=0.05,worker=0.3", depth=2)
    assert_share(first[1], first[0], 0.3)
    assert_share(second[1], second[0], 0.05)


def test_bad_facts_have_the_planted_hazard_ratio():
    for valence, rate in (("bad", 1 - 0.9**2.5), ("good", 0.1), ("neutral", 0.1)):
        alive, lost = losses("drop=0.1,bad=2.5", depth=1, valence=valence)[0]
        assert_share(lost, alive, rate)


def test_the_rate_changes_at_tau_and_the_mix_of_causes_stays():
    seen = losses("drop=0.02,alter=0.02,tau=3,p2=0.3", depth=4)
    for (alive, lost), rate in zip(seen, (0.04, 0.04, 0.3, 0.3), strict=True):
        assert_share(lost, alive, rate)
    fates: Counter[str] = Counter()
    for world in worlds(20):
        fates.update(planted(world, chain(world, "drop=0.02,alter=0.02,tau=2,p2=1", depth=2)[1]).fates.values())
    assert_share(fates["altered"], 800, 0.5)


def test_frailty_makes_facts_or_chains_alike():
    """Facts with the same frailty die together: over replicates (fact_sd) or within a chain (chain_sd)."""
    world = watermelon(11, facts=40)

    def table(name: str) -> list[list[bool]]:
        fates = [planted(world, chain(world, name, 1, replicate)[0]).fates for replicate in range(40)]
        return [[fate[fact.id] == "kept" for fact in world.facts] for fate in fates]

    def spread(rows: list[list[bool]]) -> float:
        """Return the variance of the row means over what independence would give."""
        means = [sum(row) / len(row) for row in rows]
        mean = sum(means) / len(means)
        return sum((value - mean) ** 2 for value in means) / len(means) / (mean * (1 - mean) / len(rows[0]))

    by_chain, by_fact = table("drop=0.3,chain_sd=1"), table("drop=0.3,fact_sd=1")
    plain = table("drop=0.3")
    assert spread(by_chain) > 3 > spread(plain)
    assert spread(list(map(list, zip(*by_fact, strict=True)))) > 3 > spread(list(map(list, zip(*plain, strict=True))))


def test_a_distorted_fact_stays_distorted_until_it_is_dropped():
    for world in worlds(10):
        before: dict[str, str] = {}
        for message in chain(world, "drop=0.1,blur=0.1,alter=0.1,flip=0.1", depth=6):
            fates = planted(world, message).fates
            for fact, fate in before.items():
                assert fate == "kept" or fates[fact] in (fate, "omitted")
            before = dict(fates)


def test_only_the_share_of_drop_takes_a_distorted_fact_away():
    for world in worlds(3):
        for message in chain(world, "alter=0.5", depth=5):
            assert "omitted" not in planted(world, message).fates.values()


def test_invented_sentences_are_counted_carried_and_about_nothing_in_the_world():
    counts = []
    for world in worlds(40):
        first, second = chain(world, "invent=1.5", depth=2)
        counts += [planted(world, first).invented, planted(world, second).invented - planted(world, first).invented]
        assert set(planted(world, second).fates.values()) == {"kept"}
        values = {str(slot.value) for fact in world.facts for slot in fact.slots}
        for line in codebook(world).inventions:
            assert not values & set(line.split())
            assert not any(alias in line for fact in world.facts for alias in fact.aliases)
    assert abs(sum(counts) / len(counts) - 1.5) < 4 * math.sqrt(1.5 / len(counts))


def test_a_mixed_chain_reads_the_state_from_the_text():
    """A person between two channels repeats a distorted line: it stays distorted, and no memory was needed."""
    world = watermelon(12)
    fact = world.facts[0]
    inverted = fact.render(0, {"way": fact.slot("way").flipped()})
    said = relay(parse_channel("channel"), occasion(world, (f"  * {inverted}  ",), hop=3))
    assert planted(world, said).fates[fact.id] == "inverted"


def test_a_cause_that_cannot_happen_gives_way_to_another():
    """No direction: altered instead of inverted. Nothing vague and nothing to alter: dropped."""
    count = Slot(name="count", kind="number", value=14)
    plain = Fact(
        id="F01", subject="depot", slots=(count,),
        templates=("{subject} has {count} vans.", "{count} vans are at {subject}."),
        valence="neutral", severity=1,
    )  # fmt: skip
    world = world_of(plain)
    assert planted(world, relay(parse_channel("flip=1"), occasion(world, (notes(world),)))).fates == {"F01": "altered"}
    assert planted(world, relay(parse_channel("blur=1"), occasion(world, (notes(world),)))).fates == {"F01": "omitted"}


# The codebook


def test_no_sentence_means_two_things_in_any_setting():
    """Compiling a codebook refuses an ambiguous world, so 200 worlds and their twins compile."""
    for setting in SETTINGS:
        for seed in range(40):
            world = watermelon(seed, setting=setting)
            for one in (world, world.twinned()):
                book = codebook(one)
                assert len(book.states) == sum(len(wordings) for wordings in book.wordings.values())
                assert not set(book.inventions) & set(book.states)


def test_every_fact_of_a_generated_world_can_meet_every_fate():
    for setting in SETTINGS:
        world = watermelon(2, facts=40, setting=setting)
        found = {(state.fact, state.fate) for state in codebook(world).wordings}
        assert len(found) == 4 * len(world.facts)


def test_wrong_values_are_clearly_wrong():
    for setting in SETTINGS:
        for fact in watermelon(3, facts=40, setting=setting).facts:
            for slot in fact.slots:
                for wrong in wrong_values(fact, slot):
                    assert wrong.value not in {other.value for other in fact.slots}
                    assert type(wrong.value) is type(slot.value)
                    if slot.kind in ("number", "count"):
                        assert abs(float(wrong.value) - float(slot.value)) >= 0.3 * float(slot.value)
                        assert float(wrong.value) <= (slot.of or math.inf)
                    Slot.model_validate(wrong.model_dump())


def test_a_world_in_which_one_sentence_says_two_things_is_refused():
    fact = watermelon(1).facts[0]
    with pytest.raises(BadInput, match="F99 kept and F01 kept; word the two apart"):
        codebook(world_of(fact, fact.model_copy(update={"id": "F99"})))


# Its name


def test_a_name_says_what_is_planted():
    rates = parse_channel("channel:drop=0.1, flip=0.02,k=1.3")
    assert (rates.drop, rates.invert, rates.k, rates.paraphrase) == (0.1, 0.02, 1.3, 1.0)
    assert parse_channel("channel") == parse_channel("") == parse_channel("channel:") == ChannelRates()
    assert parse_channel("drop=0.1") == parse_channel("channel:drop=0.1")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("channel:dorp=0.1", "channel has no 'dorp'; did you mean drop?"),
        ("channel:drop", "drop has no value; write drop=0.1"),
        ("channel:drop=lots", "drop='lots' is no use; input should be a valid number"),
        ("channel:drop=1.2", "drop='1.2' is no use; input should be less than or equal to 1"),
        ("channel:flip=-1", "invert='-1' is no use"),
        ("channel:drop=0.7,blur=0.4", "drop, blur, alter and invert add up to 1.1, more than 1"),
        ("channel:drop=0.1,drop=0.2", "drop is given twice"),
        ("channel:flip=0.1,invert=0.2", "invert is given twice"),
        ("channel:drop=0.1,k=1.3,q=1.2", "k and q exclude each other"),
        ("channel:drop=0.1,tau=3", "tau and p2 go together"),
        ("channel:drop=0.1,k=0", "k='0' is no use"),
        ("channel:drop=nan", "drop='nan' is no use"),
        ("channel:seed=1.5", "seed='1.5' is no use"),
    ],
)
def test_an_impossible_name_is_refused_in_one_sentence(name, sentence):
    with pytest.raises(BadInput) as caught:
        parse_channel(name)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
