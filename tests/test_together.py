"""Two causes of loss at once: added up, multiplied, displaced, worse; and what `compare --by A,B` says of it."""

import numpy as np
import pytest

from chains.stats.paired.interaction import interaction

NOISE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02, -0.015, 0.015, 0.005, -0.005, 0.0, 0.01, -0.01])[:, None]
VERDICTS = [
    ((1.0, 0.5, 0.5, 0.25), "not added up: each may take its share of what is left"),
    ((1.0, 0.6, 0.6, 0.2), "not multiplied: they may add up, point for point"),
    ((1.0, 0.6, 0.6, 0.28), "between added up and multiplied"),
    ((1.0, 0.5, 0.5, 0.45), "displaced in part: the two lose the same things"),
    ((1.0, 0.6, 0.6, 0.05), "worse than added up: each makes the other worse"),
    ((1.0, 0.6, 1.0, 0.6), ""),  # the second loses nothing
]


@pytest.mark.parametrize(("kept", "verdict"), VERDICTS)
def test_a_verdict_says_what_both_contrasts_leave(kept, verdict):
    cells = np.array(kept) + NOISE * np.array([0, 1, -1, 0.5])
    found = interaction(cells)
    assert found.verdict == verdict
    assert found.additive.value == pytest.approx(kept[3] - kept[2] - kept[1] + kept[0])
    assert found.multiplicative.value == pytest.approx(kept[3] * kept[0] / (kept[1] * kept[2]), rel=1e-6)


def test_where_nothing_is_left_there_is_no_ratio_and_few_worlds_tell_nothing():
    nothing = interaction(np.tile([1.0, 0.5, 0.0, 0.0], (10, 1)))
    assert np.isnan(nothing.multiplicative.value)
    assert nothing.verdict == ""
    assert interaction(np.tile([1.0, 0.5, 0.5, 0.25], (7, 1))).verdict == ""


def test_people_and_managers_who_lose_independently_multiply(mazedom):
    sets = ("worlds=10", "facts=8", "hypotheses=none", "model=channel")
    sets += ("model.manager=channel:paraphrase=0,channel:drop=0.3",)
    ran = mazedom("run", "ai_over_human", *(word for text in sets for word in ("--set", text)), "--json")
    assert ran.status == 0, ran.err
    (both,) = mazedom("compare", "last", "--by", "holder,model.manager", "--json").document["together"]
    assert both["settings"] == ["holder=scripted:half", "model.manager=channel:drop=0.3"]
    assert both["kept"]["neither"] == 1
    low, high = both["multiplicative"]["ci"]
    assert low <= 1 <= high
    low, high = both["additive"]["ci"]
    assert low <= (1 - 0.25) * (1 - 0.49) <= high
    said = " ".join(mazedom("compare", "last", "--by", "holder,model.manager").out.split())
    assert "if added if multiplied" in said
    assert mazedom("compare", "last", "--by", "holder", "--json").document["together"] == []
