"""Decision flips beyond rereading: what the drift of facts changes where no payoffs are known."""

import random
from pathlib import Path

import pytest

from chains.analysis.results.decision_flips import Choice, flips
from chains.worlds.files.world_file import read_world

DECISION = """
[decision]
question = "What happens with the pump?"
standing = "start"
[[decision.options]]
id = "start"
text = "start it now"
[[decision.options]]
id = "wait"
text = "wait for the supplier"

[[charter]]
subject = "the pump"
renderings = ["{subject} should run by {day}.", "Have {subject} running by {day}."]
slots = { day = "30 September" }
"""


def test_flips_are_those_beyond_what_rereading_flips():
    """World 1: one of two flipped, rereading differs; world 2: both flipped, rereading agrees."""
    found = flips([Choice(1, "a", "a"), Choice(1, "a", "b"), Choice(2, "a", "b"), Choice(2, "a", "b")])
    assert (found.trials, found.flipped, found.pairs, found.reread) == (4, 0.75, 2, 0.5)
    assert found.net == pytest.approx((0.5 - 1 + 1 - 0) / 2)
    assert found.ci is None


def test_a_chain_that_changes_nothing_flips_no_more_than_rereading_does():
    """Whoever decides by a coin flips as often between two readings of the ledger as between report and ledger."""
    coin = random.Random(3)
    tossed = [Choice(world, coin.choice("ab"), coin.choice("ab")) for world in range(400) for _ in range(3)]
    found = flips(tossed)
    assert found.flipped == pytest.approx(0.5, abs=0.05)
    assert found.net == pytest.approx(0, abs=0.05)
    assert found.ci[0] < 0 < found.ci[1]
    turned = flips(Choice(world, "a", "b") for world in range(10) for _ in range(2))
    assert (turned.net, turned.ci) == (1.0, None), "all worlds alike tell no interval"


def test_what_can_t_be_read_is_no_flip_and_one_replicate_tells_no_rereading():
    found = flips([Choice(1, None, "a"), Choice(2, "b", None), Choice(3, "b", "a")])
    assert (found.trials, found.flipped, found.pairs, found.reread, found.net) == (1, 1.0, 0, None, None)
    assert flips([]).flipped is None


def test_a_decision_without_payoffs_has_flips_and_no_regret(mazedom, tmp_path):
    documents = Path(__file__).parent / "documents"
    mazedom("world", "from", documents / "status_mail.txt", "--out", "mail.toml", "--unasked")
    file = tmp_path / "mail.toml"
    file.write_text(file.read_text() + DECISION)
    assert not read_world(file).decision.pays
    settings = ("scenario=mail.toml", "loop=true", "model=channel:drop=0.3", "replicates=3")
    found = mazedom("run", "--json", *(word for setting in settings for word in ("--set", setting)))
    assert found.status == 0, found.err
    for row in found.document["regret"]:
        assert (row["paying"], row["regret"], row["regret_standing"], row["right"]) == (0, None, None, None)
        assert row["flips"]["trials"] + row["undecided"] + row["informed_unread"] >= row["trials"]
    shown = mazedom("show").out
    assert "no payoffs are given" in shown
    assert "flips: decided otherwise than on the full ledger" in shown
    assert mazedom("replay", "--verify").status == 0
