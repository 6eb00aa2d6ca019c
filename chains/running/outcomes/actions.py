"""The outcome of orders whose goals a worker must weigh: what they state, what follows from them, what was done."""

from collections.abc import Mapping

from chains.models.provider import Reply
from chains.organisation.assignment_turns import assignment_of, letters_of_actions
from chains.organisation.cast import Cast
from chains.organisation.decision_turns import charter_of
from chains.organisation.plan import CHARTER, NOTHING
from chains.running.outcomes.decisions import instrument_down
from chains.scoring.facts.belief import said_value
from chains.scoring.facts.verdict import Verdict
from chains.scoring.reading import Deeds
from chains.scoring.replies.choice import CHOICES, read_choice
from chains.worlds.charters.assignment import LIMIT, Told, heard_aim


def read_deeds(cast: Cast, replies: Mapping[str, Reply]) -> Deeds:
    """Read what the workers of a finished trial did, and what their orders told them to do.

    Args:
        cast: Who is who.
        replies: What was said, by turn.
    """
    said = {name: reply.spoken for name, reply in replies.items()}
    letters, unread = letters_of_actions(cast), {}

    def chose(turn: str) -> str | None:
        choice = read_choice(said[turn], letters)
        if not choice.readable:
            unread[turn] = choice.why
        return choice.option

    acts = [turn for turn in cast.plan.turns if turn.task == "act" and not turn.reference]
    return Deeds(
        version=CHOICES,
        stated={seat: stated(cast, said[turn] or "") for seat, turn in cast.plan.down.items()},
        follows={turn.seat.name: followed(cast, said[turn.hears[0]] or "") for turn in acts},
        done={turn.seat.name: chose(turn.name) for turn in acts},
        informed={turn.seat.name: chose(f"{turn.seat.name}/{CHARTER}") for turn in acts},
        uninformed={turn.seat.name: chose(f"{turn.seat.name}/{NOTHING}") for turn in acts},
        unread=unread,
    )


def stated(cast: Cast, message: str) -> tuple[str, ...]:
    """Return the clauses that a message mentions, in its order; clauses at the same place are sorted by rank."""
    verdicts = instrument_down(cast).read(message)
    places = {
        clause.id: verdict.evidence[0]
        for clause in charter_of(cast).clauses
        if (verdict := verdicts[clause.id]).fate != "omitted" and verdict.evidence is not None
    }
    return tuple(sorted(places, key=lambda name: places[name]))


def followed(cast: Cast, message: str) -> tuple[str, ...]:
    """Return the best actions for a worker who knows of the charter only what a message says."""
    verdicts = instrument_down(cast).read(message)
    told = [_told(cast, clause, verdicts[clause], message) for clause in assignment_of(cast).aim_of]
    return assignment_of(cast).best([one for one in told if one is not None])


def _told(cast: Cast, name: str, verdict: Verdict, message: str) -> Told | None:
    clause = next(clause for clause in charter_of(cast).clauses if clause.id == name)
    first, last = verdict.evidence or (0, len(message))
    return heard_aim(
        assignment_of(cast).aim_of[name],
        verdict.known,
        missing=[slot for slot, state in verdict.slots.items() if state == "missing"],
        said=said_value(clause.slot(LIMIT), message[first:last]) if verdict.fate == "altered" else None,
    )
