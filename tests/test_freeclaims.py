"""Free claims: numbers, names, negation and roles on sentences made by hand, and people's labels."""

import json
from pathlib import Path

import pytest

from chains.scoring.claims.free_claims import THRESHOLD, marks, support
from chains.stats.measurement_error.classifier_metrics import agreement

LABELLED = Path(__file__).parent.parent.parent / "shared" / "data" / "labelled"
needs_data = pytest.mark.skipif(not LABELLED.is_dir(), reason="the labelled claims are not here: no ../shared/data")

AUDIT = "The audit of Acme cost EUR 4.2 million and found 12 of 40 pumps broken on 4 March 2021."


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (AUDIT, "The audit cost less than EUR 5 million."),
        (AUDIT, "The audit cost at least 4 million euros."),
        (AUDIT, "The audit cost no more than EUR 4.2 million."),
        (AUDIT, "The audit found more than 10 broken pumps."),
        (AUDIT, "The audit found 30% of pumps broken."),
        (AUDIT, "The audit found broken pumps before 2022."),
        (AUDIT, "The audit found broken pumps in March 2021."),
        ("Revenue fell 12% in 2019.", "Revenue declined 12% in 2019."),
        ("The seal did not pass the test.", "The seal failed the test."),
        ("Acme sued Borealis in May.", "Borealis was sued by Acme in May."),
        ("Ana Torres signed the contract with Quenmar.", "Torres signed the contract."),
        ("As of May there were 82 cases and 0 reported deaths.", "In May there were no deaths."),
        (AUDIT, "The audit found at least 12 broken pumps."),
        (AUDIT, "The audit found up to 12 broken pumps."),
        (AUDIT, "The audit found twelve broken pumps."),
        ("as many as one in five pumps leak.", "Up to one in five pumps leak."),
        ("he left acme in july 2013.", "He left Acme in July 2013."),
        ("A border collie jumped.", "Border Collies jumped."),
        ("He thanked Ana Torres. Torres signed.", "Torres signed."),
    ],
)
def test_a_claim_that_follows_from_the_text_is_supported(source, claim):
    found = support(source, claim)
    assert found.verdict == "supported", found
    assert found.score >= THRESHOLD


@pytest.mark.parametrize(
    ("source", "claim", "mark", "because"),
    [
        (AUDIT, "The audit cost more than EUR 5 million.", "contradicted", "EUR 4.2 million"),
        (AUDIT, "The audit cost more than EUR 4.2 million.", "contradicted", "EUR 4.2 million"),
        (AUDIT, "The audit cost EUR 2.4 million.", "contradicted", "EUR 4.2 million"),
        (AUDIT, "The audit found more than 20 broken pumps.", "contradicted", "12 of 40"),
        (AUDIT, "The audit found broken pumps on 5 March 2021.", "contradicted", "4 March 2021"),
        (AUDIT, "The audit found broken pumps before 2020.", "contradicted", "2021"),
        ("Revenue fell 12% in 2019.", "Revenue rose 12% in 2019.", "turned", "rose"),
        ("Revenue fell in 2019.", "Revenue did not fall in 2019.", "turned", "fall"),
        ("The seal did not pass the test.", "The seal passed the test.", "turned", "passed"),
        ("Acme sued Borealis in May.", "Borealis sued Acme in May.", "swapped", "sued"),
        ("The dog bit the postman.", "The postman bit the dog.", "swapped", "bit"),
        ("Later Ana Torres signed the contract.", "Luis Ortega signed the contract.", "renamed", "Ortega"),
        ("Later Ana Torres signed the contract.", "The contract was signed by Luis Torres.", "renamed", "Luis"),
        ("The film won the prize.", "The film came close to winning the prize.", "turned", "winning"),
        ("He left Acme in July 2012.", "He left Acme in July 2013.", "contradicted", "July 2012"),
    ],
)
def test_a_claim_that_the_text_speaks_against_is_unsupported_and_says_why(source, claim, mark, because):
    found = support(source, claim)
    assert found.verdict == "unsupported", found
    assert getattr(marks(source, claim), mark)
    assert because in found.reason


def test_a_number_that_meets_none_of_its_kind_is_absent():
    assert marks("The audit found broken pumps.", "The audit found 7 broken pumps.").absent
    assert not marks(AUDIT, "The audit found 12 broken pumps.").absent


def test_a_year_leaves_the_month_open():
    """What is left open is neither stated nor denied."""
    found = marks("He left Acme in 2013.", "He left Acme in July 2013.")
    assert found.absent
    assert not found.contradicted


def test_a_first_name_needs_the_surname_to_stand_alone():
    """ "Matt Damon" may be the "Damon" of the text; "Ana Damon" is somebody else."""
    alone = support("Later Damon sang.", "Later Matt Damon sang.")
    other = support("Later Ana Damon sang.", "Later Matt Damon sang.")
    assert alone.verdict == "supported"
    assert other.verdict == "unsupported"


def test_one_foreign_word_costs_more_than_its_share():
    """Of many words found all but one, the last may be the one that matters."""
    found = marks("The seal of pump 4 held through the long test.", "The seal of pump 4 burst through the long test.")
    assert found.whole == 0
    assert found.words > 0.5


def test_words_of_a_figure_are_judged_by_value_alone():
    assert marks("There were 2 leaks.", "There were at least two leaks.").words == 1


def test_the_score_depends_on_text_and_claim_alone():
    """And the same twice over, whatever was judged between."""
    first = support(AUDIT, "The audit cost EUR 4.2 million.")
    support("Something else.", "The audit cost EUR 4.2 million.")
    assert support(AUDIT, "The audit cost EUR 4.2 million.") == first


def test_a_limit_that_a_number_meets_speaks_for_a_claim():
    assert marks(AUDIT, "The audit found more than 10 broken pumps.").within
    assert not marks(AUDIT, "The audit found 12 broken pumps.").within


def test_an_empty_text_supports_nothing():
    assert support("", "The audit cost EUR 4.2 million.").verdict == "unsupported"


@pytest.mark.parametrize("claim", ["?", "0 of 0", "1/0", "March", "9" * 400, "more than 0 pumps"])
def test_an_odd_claim_still_has_a_score(claim):
    found = support("0 of 0 pumps. " + "9" * 400, claim)
    assert 0 <= found.score <= 1
    assert found.reason


def test_words_that_are_not_found_are_named_and_lower_the_score():
    whole, part = support(AUDIT, "The audit found pumps broken."), support(AUDIT, "The audit praised valves warmly.")
    assert part.score < whole.score
    assert "'valves'" in part.reason


@needs_data
@pytest.mark.parametrize(
    ("file", "kind", "digits", "accuracy", "area"),
    [
        ("omission_pyramid_dev", "omission-realsumm", False, 0.70, 0.75),
        ("omission_pyramid_dev", "omission-pyrxsum", False, 0.78, 0.85),
        ("contradiction_vitaminc_dev", "contradiction-vitaminc", False, 0.78, 0.86),
        ("contradiction_vitaminc_dev", "contradiction-vitaminc", True, 0.82, 0.90),
    ],
)
def test_the_score_agrees_with_people(file, kind, digits, accuracy, area):
    rows = [json.loads(line) for line in (LABELLED / f"{file}.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["kind"] == kind and (row["has_number"] or not digits)]
    scores = [support(row["source"], row["claim"]).score for row in rows]
    found = agreement(scores, [row["label"] for row in rows], [row["group"] for row in rows])
    assert found.balanced_accuracy >= accuracy
    assert found.roc_auc >= area
