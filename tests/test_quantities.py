"""Numbers, units and dates as people and models write them."""

import pytest

from chains.scoring.text.dates import dates_of
from chains.scoring.text.quantities import closeness, quantities_of
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.units import unit_of


def tokens(text):
    (sentence,) = sentences_of(text)
    return sentence.tokens


def only(text):
    (quantity,) = quantities_of(tokens(text))
    return quantity


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3 weeks late", 3, "weeks"),
        ("a three-week delay", 3, "weeks"),
        ("twenty-one days", 21, "days"),
        ("a dozen hours", 12, "hours"),
        ("three and a half weeks", 3.5, "weeks"),
        ("half a day", 0.5, "days"),
        ("EUR 4,200", 4200, "EUR"),
        ("4.2k euros", 4200, "EUR"),
        ("€4.2k", 4200, "EUR"),
        ("4.2 thousand euros", 4200, "EUR"),
        ("4 200 kg", 4200, "kg"),
        ("$4.2m", 4_200_000, "USD"),
        ("18 per cent", 18, "%"),
        ("18 percentage points", 18, "%"),
        ("41bar", 41, "bar"),
        ("3.2 mL per minute", 3.2, "mL/min"),
        ("two hundred and fifty metres", 250, "m"),
        ("a quarter of the tests", 25, "%"),
    ],
)
def test_a_number_is_read_with_its_unit(text, value, unit):
    quantity = only(text)
    assert quantity.value == value
    assert quantity.unit == unit_of(unit)


@pytest.mark.parametrize(
    "text",
    ["7 of 40 tests", "7 out of 40", "7 out of the 40 tests", "7/40 tests", "seven of our forty tests", "7 in 40"],
)
def test_a_count_is_read_with_its_total(text):
    quantity = only(text)
    assert (quantity.value, quantity.of) == (7, 40)


@pytest.mark.parametrize("text", ["Pump P-12 arrived.", "Crew B-7 and T-118", "1. The pump arrived.", "the 4th time"])
def test_codes_numbering_and_ordinals_are_no_quantities(text):
    assert quantities_of(tokens(text)) == []


def test_rounding_words_and_bounds_are_noticed():
    assert only("about 18%").about
    assert only("under 20%").bound == "<"
    assert only("more than 3 weeks").bound == ">"
    assert only("no more than 3 weeks").bound == "<"
    assert (only("3-4 weeks").value, only("3-4 weeks").high) == (3, 4)
    assert (only("between 3 and 4 weeks").value, only("between 3 and 4 weeks").high) == (3, 4)


def test_from_and_to_are_cues_and_no_range():
    before, after = quantities_of(tokens("cut from 7 to 2 days"))
    assert [(q.value, q.cue, q.unit) for q in (before, after)] == [
        (7, "from", unit_of("days")),
        (2, "to", unit_of("days")),
    ]


@pytest.mark.parametrize(
    ("stated", "true", "digits", "about", "verdict"),
    [
        (18, 18, 0, False, "same"),
        (18, 17.5, 0, False, "same"),
        (4200, 4213, 2, False, "same"),
        (25, 24, 0, True, "same"),
        (20, 18, 1, True, "rough"),
        (20, 18, 1, False, "other"),
        (214, 213, 0, False, "other"),
        (9, 7, 0, True, "other"),
    ],
)
def test_only_honest_rounding_is_the_same_number(stated, true, digits, about, verdict):
    assert closeness(stated, true, digits, about=about) == verdict


@pytest.mark.parametrize(
    "text",
    ["on 4 March", "on March 4th", "the 4th of March", "4 Mar", "2031-03-04", "March 4, 2031", "on 4 March 2031"],
)
def test_a_date_is_read_in_any_of_its_forms(text):
    (date,) = dates_of(tokens(text))
    assert date.agrees("03-04")
    assert date.agrees("2031-03-04")


def test_a_month_alone_leaves_the_day_open():
    (date,) = dates_of(tokens("it happened in March"))
    assert date.agrees("03-04") is None
    assert date.agrees("04-04") is False


def test_figures_are_a_date_only_if_one_reading_is_possible():
    assert dates_of(tokens("on 25/3")) != []
    assert dates_of(tokens("on 4/3")) == []
    assert dates_of(tokens("7/25 tests")) == []


def test_may_is_a_month_only_where_a_month_can_stand():
    assert dates_of(tokens("It may fail.")) == []
    assert dates_of(tokens("May we ask?")) == []
    assert len(dates_of(tokens("It failed in May."))) == 1


@pytest.mark.parametrize("text", ["a field of 10 ² and more", "in May ² of 3", "² March"])
def test_a_raised_figure_is_no_day_of_the_month(text):
    """Python calls it a digit and can't read it as a number; models write it after units."""
    assert [date.day for date in dates_of(tokens(text))] in ([], [None])
