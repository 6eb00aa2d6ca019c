"""The law of decay on planted truth: what is planted is found, and what the data can't say is not said."""

import json

import numpy as np
import pytest

from chains.stats.fit.misclassification import Errors
from chains.stats.law.decay_law import law
from chains.stats.observations.observations import Observations
from chains.stats.observations.simulate import Planted, simulate

ARMS = Planted(q=1.5, fact_sd=0.8, worker=0.1, loss=0.05, bad=1.8)


def observed(planted, seed=1, **more):
    rows = list(simulate(planted, seed).observations().rows())
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return Observations.of(**(columns | {"exact": planted.exact} | more))


@pytest.fixture(scope="module")
def planted_law():
    return law(simulate(ARMS, 1).observations(), resamples=200)


def test_a_planted_superlinear_law_of_depth_is_found(planted_law):
    document = planted_law.document()
    assert document["verdict"] == "superlinear"
    low, high = document["depth"]["ci"]
    assert low < 1.5 < high
    assert document["depth"]["p"] < 0.025
    assert (document["worlds"], document["replicates"]) == (24, 3)


def test_a_hazard_that_depends_on_depth_alone_is_no_rising_hazard_along_the_chain(planted_law):
    """Each depth has its own level, so arms of different depth don't forge k."""
    low, high = planted_law.document()["hop"]["ci"]
    assert low < 1 < high


def test_bad_news_that_fares_worse_is_found(planted_law):
    low, high = planted_law.document()["valence"]["ci"]
    assert 1 < low < 1.8 < high


@pytest.mark.heavy
def test_the_document_is_strict_json_and_the_same_every_time(planted_law):
    again = law(simulate(ARMS, 1).observations(), resamples=200)
    assert json.dumps(planted_law.document(), allow_nan=False) == json.dumps(again.document(), allow_nan=False)


@pytest.mark.parametrize(
    ("planted", "says"),
    [
        (Planted(worlds=7), "7 worlds"),
        (Planted(worlds=1), "1 world,"),
        (Planted(replicates=1), "one distinct replicate"),
    ],
)
def test_too_little_data_gets_a_sentence_and_no_headline(planted, says):
    document = law(simulate(planted, 1).observations(), resamples=20).document()
    assert document["verdict"] is None
    assert says in document["sentences"][0]
    for part, value in (("depth", "q"), ("hop", "k"), ("valence", "hazard_ratio")):
        assert document[part][value] is None
        assert says in document[part]["why"]


def test_copies_of_one_replicate_are_one_replicate():
    """A cache or temperature 0 gives as many chains as asked for, and one chain's evidence."""
    one = observed(Planted(replicates=1))
    copied = Observations.joined([observed(Planted(replicates=1), replicate=[str(r)] * len(one)) for r in range(3)])
    told = observed(Planted(), copy=["the same"] * len(observed(Planted())))
    for copies in (copied, told):
        document = law(copies, resamples=0).document()
        assert (document["verdict"], document["replicates"]) == (None, 1)
    assert "taken for copies" in law(copied, resamples=0).sentences[0]


def test_replicates_that_lost_nothing_are_not_taken_for_copies():
    assert law(simulate(Planted(loss=0.0), 1).observations(), resamples=0).replicates == 3


def test_one_depth_gets_the_verdict_on_the_hop_alone_and_says_so():
    found = law(simulate(Planted(k=1.6, managers=(6,), loss=0.05), 1).observations(), resamples=0)
    assert found.document()["depth"]["q"] is None
    assert found.verdict == "superlinear"
    assert "there is one depth" in found.sentences[0]
    assert "hop alone" in found.sentences[1]


def test_no_verdict_on_the_hop_until_false_loss_is_known_where_it_matters():
    """A false loss that grows with the hop forges k > 1."""
    seen = observed(Planted(k=1.6, managers=(6,), loss=0.05), exact=False)
    known = Errors(hops=(1, 3, 7), false_loss=(0.0, 0.0, 0.0), false_alive=(0.0, 0.0, 0.0))
    first = Errors(hops=(1,), false_loss=(0.0,), false_alive=(0.0,))
    unknown = law(seen, resamples=0)
    assert unknown.verdict is None
    assert "no verdict on k" in " ".join(unknown.sentences)
    assert law(seen, first, resamples=0).verdict is None
    assert law(seen, known, resamples=0).verdict == "superlinear"


def test_without_an_arm_of_no_manager_there_is_no_exponent_of_depth():
    document = law(simulate(Planted(managers=(1, 2, 4, 8)), 1).observations(), resamples=0).document()
    assert document["depth"]["q"] is None
    assert "no arm without managers" in document["depth"]["why"]


def test_one_depth_is_said_to_give_no_law_also_where_worlds_are_too_few():
    for worlds in (2, 12):
        found = law(simulate(Planted(worlds=worlds, managers=(2,)), 1).observations(), resamples=0)
        assert found.verdict is None or found.conditions[0].hop_verdict == found.verdict
        assert "one depth, 3 hops, which can't give a law of depth" in found.sentences[0]


def test_messages_in_another_language_take_the_headline():
    found = law(observed(ARMS, foreign=np.arange(len(observed(ARMS))) % 50 == 0), resamples=0)
    assert found.verdict is None
    assert "another language" in found.conditions[0].sentences[0]


def test_many_messages_cut_off_by_their_limit_take_the_headline():
    seen = observed(ARMS)
    cut = np.arange(len(seen)) % 50 == 0
    found = law(observed(ARMS, cut_off=cut), resamples=0)
    assert found.verdict is None
    assert "2.0% of the readings" in found.sentences[0]
    assert law(observed(ARMS, cut_off=np.arange(len(seen)) % 200 == 0), resamples=0).verdict == "superlinear"


@pytest.mark.parametrize("loss", [0.0, 40.0])
def test_where_nothing_or_everything_is_lost_no_exponent_is_given(loss):
    document = law(simulate(Planted(loss=loss), 1).observations(), resamples=20).document()
    assert (document["depth"]["q"], document["hop"]["k"]) == (None, None)
    assert "lost" in document["depth"]["why"]
    json.dumps(document, allow_nan=False)


def test_several_conditions_have_a_law_each_and_none_together():
    plain = simulate(Planted(worlds=8, managers=(0, 1, 4)), 1).observations("prompt=plain")
    career = simulate(Planted(worlds=8, managers=(0, 1, 4), q=2.0), 1).observations("prompt=career")
    document = law(Observations.joined([plain, career]), resamples=0).document()
    assert document["depth"]["q"] is None
    assert "2 conditions" in document["sentences"][0]
    first, second = document["conditions"]
    assert first["depth"]["q"] < second["depth"]["q"]
