"""The instrument against two readers' labels on what the embedded model really wrote.

`labelled/pairs.jsonl` holds messages of SmolLM2-135M-Instruct, logged on 24 November 2026 over all five settings and
six prompt configurations, and for statements of their ledgers the labels of two readers: two independent readings by
a large language model, which had the definitions of `labelled/GUIDE.md`, the ledger and the message, and neither the
instrument's verdicts nor its rules nor each other's labels. No person has labelled them. Pairs were drawn equally
over the five fates as the instrument of the day first saw them, then topped up.

The set `read` was used to mend the instrument. The set `unseen` comes from 55 other worlds: nobody read its errors;
its totals were printed a few times while the instrument was mended on the other set. Where the readers disagree the
pair is left out of the comparison.
"""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from chains.scoring.facts.reader import instrument_of
from chains.stats.measurement_error.confusion import Judged, confusion
from chains.stats.measurement_error.krippendorff_alpha import alpha
from chains.worlds.scenario.watermelon import watermelon

PAIRS = Path(__file__).parent / "labelled" / "pairs.jsonl"


@cache
def pairs(which):
    """Return (item, world, hops it stands for, the two labels, the fate read) of every pair of a set."""
    found = []
    for at, line in enumerate(PAIRS.read_text(encoding="utf-8").splitlines()):
        message = json.loads(line)
        if message["set"] != which:
            continue
        world = watermelon(message["seed"], facts=message["facts"], setting=message["setting"])
        read = instrument_of(world).read(message["message"])
        for fact, labels in message["labels"].items():
            chains = message.get("chains", {}).get(fact, [])
            found.append(((at, fact), message["seed"], chains, labels, read[fact].fate))
    return found


def agreed(which):
    return [Judged(labels[0], read) for _, _, _, labels, read in pairs(which) if labels[0] == labels[1]]


@pytest.mark.parametrize(("which", "least"), [("read", 480), ("unseen", 300)])
def test_two_readers_agree_on_what_became_of_the_statements(which, least):
    labels = {
        (item, reader): label for item, _, _, both, _ in pairs(which) for reader, label in zip("ab", both, strict=True)
    }
    found = alpha(labels, clusters={item: world for item, world, *_ in pairs(which)}, resamples=200)
    assert found.items >= least
    assert found.value > 0.95


@pytest.mark.parametrize("which", ["read", "unseen"])
def test_kept_and_not_kept_are_told_apart_in_what_the_model_wrote(which):
    assert confusion(agreed(which)).kept_agreement >= 0.95


def test_fates_on_worlds_that_nobody_looked_at_agree_with_the_readers():
    """The bars asked for are alpha .80 and recall .80 of each fate; altered, at .78, misses its own."""
    items = agreed("unseen")
    labels = {(at, who): fate for at, item in enumerate(items) for who, fate in (("t", item.true), ("i", item.read))}
    assert alpha(labels, resamples=10).value >= 0.80
    recall = confusion(items).recall
    assert min(share for fate, share in recall.items() if fate != "altered") >= 0.80
    assert recall["altered"] >= 0.77


def test_false_loss_does_not_rise_with_the_hop_in_deep_real_chains():
    """A rise would forge a superlinear law. Chains of nine hops, weighted back to all pairs of the hop."""
    by_hop = defaultdict(list)
    for _, _, chains, labels, read in pairs("read"):
        for hop, weight in chains:
            if labels[0] == labels[1]:
                by_hop[hop].append(Judged(labels[0], read, weight))
    assert set(by_hop) == {1, 5, 9}
    for items in by_hop.values():
        assert sum(item.true == "kept" for item in items) >= 24
        assert confusion(items).false_loss <= 0.03
