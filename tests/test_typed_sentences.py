"""Which parts of a sentence of a person's document become typed facts, and which stay in the words of a claim."""

import pytest

from chains.authoring.drafting import drafts_in


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "The stock is estimated at £187,000, of which about a third is accounted for by insulin.",
            [("stock", ["£ 187,000"])],
        ),
        (
            "On Tuesday, 14 January 2025, the cold store lost its cooling at 02:40 and was not back until noon.",
            [("cold store", ["14 January 2025", "lost", "02:40"])],
        ),
        (
            "The drill was held on 6 January because two of the three technicians were ill.",
            [("drill", ["6 January"]), ("technicians", ["2 of 3"])],
        ),
        (
            "Wilk said that the sonar came on 28 March, but that three of its sixteen transducers had failed the test.",
            [("sonar", ["28 March"]), ("transducers", ["3 of 16", "failed"])],
        ),
        ("The yard has run a second shift since 24 March.", [("yard", ["24 March"])]),
        ("Just five applications were received for the other three.", [("applications", ["5", "3"])]),
        ("62 per cent of the hull work was finished by 4 May.", [("hull work", ["62 percent", "4 May"])]),
        (
            "Sensor replacement was planned for 2 October but was cancelled for lack of parts.",
            [("sensor replacement", ["2 October", "cancelled"])],
        ),
    ],
)
def test_of_a_long_sentence_every_part_that_stands_by_itself_is_typed(sentence, told):
    found, _ = drafts_in(sentence)
    typed = [(one.fact.subject, [slot.text for slot in one.fact.slots]) for one in found if one.fact.slots]
    assert typed == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "The board discussed the slipway, which was meant to open on 2 September.",
            ("slipway", ["2 September"], "The {subject} was meant to open on {day}."),
        ),
        (
            "She told the foreman, Ivo Maret, who called the crane company at 05:05.",
            ("Ivo Maret", ["05:05"], "{subject} called the crane company at {clock}."),
        ),
        (
            "The smell was noticed by Ida Brandt, the night porter, who saw water at 04:50.",
            ("Ida Brandt", ["04:50"], "{subject} saw water at {clock}."),
        ),
        (
            "Most of the delay came from crews in the paint shop, where eleven posts are vacant.",
            ("posts", ["11", "vacant"], "In the paint shop, {number} {subject} are {way}."),
        ),
        (
            "The pump list has been corrected, and from 1 April it will be checked every Monday by the foreman.",
            (
                "pump list",
                ["1 April", "Monday"],
                "From {day} the {subject} will be checked every {weekday} by the foreman.",
            ),
        ),
        (
            "The board agreed to pay for two extra cranes from 4 November at a cost of £58,000.",
            (
                "board",
                ["agreed to", "2", "4 November", "£ 58,000"],
                "The {subject} {way} pay for {number} extra cranes from {day} at a cost of {sum}.",
            ),
        ),
        ("The hearing closed at 15:50.", ("hearing", ["closed", "15:50"], "The {subject} {way} at {clock}.")),
    ],
)
def test_what_a_sentence_says_beside_its_subject_is_typed_where_it_is_plain_of_what(sentence, told):
    found, _ = drafts_in(sentence)
    typed = [one.fact for one in found if one.fact.slots]
    assert [(one.subject, [slot.text for slot in one.slots], one.templates[0]) for one in typed] == [told]


@pytest.mark.parametrize(
    "sentence",
    [
        "She missed the train, which took two hours.",
        "We sold the roof of the ship, which was painted on 3 May.",
        "She wrote to the aunt of Ivo Maret, who called at 05:05.",
        "The pump was repaired, and it took 3 hours.",
        "The pump was repaired by the plumber, and it was painted on 3 May.",
        "The ward was moved, and it was decided on 3 May that nobody moves.",
    ],
)
def test_what_may_be_said_of_something_else_is_not_typed(sentence):
    found, _ = drafts_in(sentence)
    assert not [slot for one in found for slot in one.fact.slots]


@pytest.mark.parametrize(
    "sentence",
    [
        "It is unclear whether the sensor, which showed values 1.5 °C lower than the others, was faulty.",
        "Pharmacy delivers twice a day.",
        "The credit line has been used to one third.",
        "Unless the vendor delivers by 4 May, the contract ends.",
    ],
)
def test_a_part_without_a_subject_of_its_own_or_under_a_condition_is_not_typed(sentence):
    found, _ = drafts_in(sentence)
    assert not [slot for one in found for slot in one.fact.slots]


@pytest.mark.parametrize(
    "sentence", ["The hourly manual check at 03:00 was skipped.", "The test was missed on 6 January."]
)
def test_a_step_that_was_not_done_is_a_claim_whose_time_is_no_value(sentence):
    (found,), left = drafts_in(sentence)
    assert (found.fact.slots, left) == ((), [])
    (typed,), _ = drafts_in("Two of the 14 checks were skipped.")
    assert typed.fact.slots, "a count of them is a value"
