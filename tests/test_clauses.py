"""The instrument on what is asked for: limits, must-nots and owners, in the ledger's words and in others."""

from functools import cache
from pathlib import Path

import pytest

from chains.models.channel.codebook import codebook, wrong_values
from chains.scoring.facts.instrument import Instrument
from chains.worlds.charters.charter import Clause
from chains.worlds.facts.ledger import Slot
from chains.worlds.files.world_file import read_world
from chains.worlds.rules.visible_goals import told
from chains.worlds.scenario.five_words import five_words
from chains.worlds.scenario.go_ahead import go_ahead

SEEDS = (2, 9, 11, 14)
"""Lab, ward, release, vehicle."""
KESTREL = read_world(Path(__file__).parent.parent / "runs" / "worlds" / "kestrel.toml")

BELOW = {
    "kept": ("Make sure {s} does not exceed {v}.", "{S}: at most {v}.", "{S} must be kept under {v}.",
             "Do not let {s} go above {v}.", "Prevent {s} from exceeding {v}.",
             "{S} should stay below {v} at all times.", "Hold {s} to a maximum of {v}.",
             "{S} must never exceed {v}.", "Priority: {s} under {v}.", "We want {s} to remain lower than {v}."),
    "blurred": ("Keep {s} low.", "{S} must stay below the limit.", "Watch {s}.", "{S} should not get too high.",
                "The aim is to get {s} to {v}.",
                "Try to keep {s} below {v}.", "If possible, keep {s} below {v}."),
    "inverted": ("Keep {s} above {v}.", "{S} must stay over {v}.", "{S} must be at least {v}.",
                 "Make sure {s} exceeds {v}.", "{S} must not fall below {v}."),
}  # fmt: skip
ABOVE = {
    "kept": ("Make sure {s} exceeds {v}.", "{S}: at least {v}.", "{S} must not fall below {v}.",
             "Do not let {s} drop below {v}.", "{S} should stay above {v} at all times.", "Get {s} to more than {v}."),
    "blurred": ("Keep {s} high.", "{S} must stay above the limit.", "Watch {s}.", "Ideally, {s} stays above {v}."),
    "inverted": ("Keep {s} below {v}.", "{S} must stay under {v}.", "{S} must be at most {v}.",
                 "{S} must not exceed {v}."),
}  # fmt: skip
BAN = {
    "kept": ("Never run {s} at more than {v}.", "{S} is not to run at more than {v}.", "Do not run {s} above {v}.",
             "{S} must never go over {v}.", "{S} may not run at more than {v}.", "{S} must not exceed {v}.",
             "Under no circumstances may {s} run at more than {v}.", "Running {s} at more than {v} is forbidden.",
             "Keep {s} below {v}.", "{S} is limited to {v}."),
    "blurred": ("{S} must not run too high.", "Ensure that {s} runs within its usual range.",
                "When you run it, {s} must be checked.", "Do not push {s} too far when you run it.",
                "Try to not run {s} at more than {v}."),
    "inverted": ("{S} may run at more than {v}.", "Run {s} at more than {v}.", "{S} must run at more than {v}.",
                 "{S} should run above {v}.", "Feel free to run {s} at more than {v}."),
}  # fmt: skip
OWNER = {
    "kept": ("{S} is in charge of this and has the full backing of the head.",
             "{S} leads this, backed by the head of the organisation.",
             "{S} is responsible, with full support from the top."),
    "blurred": ("{S} is in charge of this.", "{S} is responsible for the order."),
}  # fmt: skip


@cache
def world(seed):
    return told(five_words(seed), 7, owner=True)


@cache
def instrument(seed):
    return Instrument(world(seed).charter.clauses)


def written_of(clause):
    """Return the sentences about a clause, by what they do to it."""
    if clause.owner:
        return OWNER
    if clause.must_not:
        return BAN
    return ABOVE if clause.slot("way").value == "above" else BELOW


def sentence(template, clause, slot=None):
    subject = clause.subject
    after = clause.templates[0].partition("{limit}")[2].rstrip(".")
    value = "" if clause.owner else (slot or clause.slot("limit")).text + after
    return template.format(s=subject, S=subject[:1].upper() + subject[1:], v=value)


def fates(seed, clause, text):
    """Return the fate of a clause where a sentence stands alone, and where it stands among all the others."""
    among = [text if other.id == clause.id else other.render(1) for other in world(seed).charter.clauses]
    for lines in ([text], among):
        yield instrument(seed).read("\n".join(f"- {line}" for line in lines))[clause.id].fate


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_channel_can_write_of_a_charter_is_read_as_what_it_is(seed):
    clauses = {clause.id: clause for clause in world(seed).charter.clauses}
    for state, wordings in codebook(world(seed)).wordings.items():
        for text in wordings if state.fact in clauses else ():
            assert set(fates(seed, clauses[state.fact], text)) == {state.fate}, text


@pytest.mark.parametrize("seed", SEEDS)
def test_other_words_for_a_clause_are_read_as_what_they_do_to_it(seed):
    """Written while the rules were made, so that it shows that they work and not how well."""
    for clause in world(seed).charter.clauses:
        for fate, templates in written_of(clause).items():
            for template in templates:
                text = sentence(template, clause)
                assert set(fates(seed, clause, text)) == {fate}, text


@pytest.mark.parametrize("seed", SEEDS)
def test_a_limit_with_another_number_is_altered_however_it_is_put(seed):
    for clause in world(seed).charter.clauses:
        for wrong in wrong_values(clause, clause.slot("limit"))[:1] if not clause.owner else ():
            for template in written_of(clause)["kept"]:
                text = sentence(template, clause, wrong)
                assert set(fates(seed, clause, text)) == {"altered"}, text


@pytest.mark.parametrize("charter", [KESTREL.charter, go_ahead(1).charter, go_ahead(5).charter])
def test_a_limit_that_lies_in_the_renderings_own_words_is_inverted_when_it_is_turned_round(charter):
    """A world file may say "keep below" without a slot for it; "keep above" must not pass for half of that."""
    reader = Instrument(charter.clauses)
    for clause in charter.clauses:
        if "below {limit}" not in clause.templates[0]:
            continue
        for wording in clause.templates:
            kept = clause.render(wording)
            assert reader.read(kept)[clause.id].fate == "kept"
            for here, there in ((" below ", " above "), (" under ", " over "), (" under ", " at least ")):
                if here in kept:
                    assert reader.read(kept.replace(here, there))[clause.id].fate == "inverted"


def test_a_limit_in_another_unit_and_a_word_of_the_subject_alone_are_no_limit_kept():
    """As the embedded model wrote them: "complaints below 25 minutes", "the launch has exceeded expectations"."""
    clause = next(one for one in world(9).charter.clauses if one.id != "BAN" and one.slot("limit").unit is None)
    text = f"Keep {clause.subject} below {clause.slot('limit').text} minutes."
    assert instrument(9).read(text)[clause.id].fate == "altered"
    costs = next(one for one in world(11).charter.clauses if one.subject == "launch costs")
    assert instrument(11).read("The launch has exceeded expectations.")[costs.id].fate == "omitted"
    assert instrument(11).read(f"Spending must stay under {costs.slot('limit').text}.")[costs.id].fate == "kept"


def test_a_denied_opposite_is_what_was_asked_for():
    clause = Clause(
        id="C1", rank=1, subject="injuries", topic=("injuries",),
        slots=(Slot(name="limit", kind="number", value=5),),
        templates=("Keep {subject} below {limit}.", "{subject} must stay under {limit}."),
    )  # fmt: skip
    reader = Instrument([clause])
    assert reader.read("Injuries must not exceed 5.")["C1"].fate == "kept"
    assert reader.read("Injuries must not stay below 5.")["C1"].fate == "inverted"
