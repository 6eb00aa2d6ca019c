"""The outcome of a finished trial of the whole loop: the fates of clauses on their way down, and every choice."""

from collections.abc import Mapping
from functools import lru_cache

from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.decision_turns import (
    charter_of,
    choice_of,
    decision_line,
    decision_of,
    heard_at_the_top,
    order_notes,
)
from chains.organisation.plan import LEDGER, NOTHING, Turn
from chains.organisation.remedies.audit import corrected_in
from chains.running.outcomes.stops import halting_of, unread_steps
from chains.scoring.facts.belief import believed
from chains.scoring.facts.degenerate import degenerate
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.inventions import invented, unfounded
from chains.scoring.facts.reader import instrument_of
from chains.scoring.reading import Outcome, Reading
from chains.scoring.replies.choice import CHOICES, Choice, read_order
from chains.worlds.charters.charter import Charter


def read_loop(cast: Cast, replies: Mapping[str, Reply]) -> tuple[dict[str, Reading], Outcome]:
    """Read the way down and the choices of a finished trial.

    Args:
        cast: Who is who.
        replies: What was said, by turn.

    Returns:
        For each seat that sent an order down, the reading of its message; and the outcome.
    """
    said = {name: reply.spoken for name, reply in replies.items()}
    return read_orders(cast, replies), _outcome(cast, cast.plan.turns, said)


def read_orders(cast: Cast, replies: Mapping[str, Reply]) -> dict[str, Reading]:
    """Read the orders of a finished trial.

    Returns:
        For each seat that sent an order down, the reading of its message.
    """
    said = {name: reply.spoken for name, reply in replies.items()}
    orders = [turn for turn in cast.plan.turns if turn.task in ("order", "relay")]
    return {turn.seat.name: _reading(cast, turn, replies[turn.name], said) for turn in orders}


@lru_cache(maxsize=64)
def _instrument(charter: Charter) -> Instrument:
    return Instrument(charter.clauses)


def instrument_down(cast: Cast) -> Instrument:
    """Return the instrument that reads a world's charter in its orders; made once."""
    return _instrument(charter_of(cast))


def _reading(cast: Cast, turn: Turn, reply: Reply, said: Mapping[str, str | None]) -> Reading:
    charter, instrument = charter_of(cast), instrument_down(cast)
    message = reply.spoken or ""
    verdicts = instrument.read(message)
    above = said[turn.hears[0]] if turn.hears else None
    order = decision_line(cast, said[cast.plan.decision]) if cast.plan.decision else ""
    heard = order_notes(cast, above) if turn.task == "order" else above or ""
    return Reading(
        hop=turn.seat.level + 1,
        fates="".join(verdicts[clause.id].letter for clause in charter.clauses),
        invented=len(invented(message, [cast.world.title, heard], instrument)),
        # the order itself is neither a clause of the charter nor an invention
        unfounded=len(unfounded(message, instrument, f"{cast.world.title}\n{order}")),
        words=len(message.split()),
        degenerate=degenerate(message) if message.strip() else None,
        finish=reply.finish,
    )


def _outcome(cast: Cast, turns: tuple[Turn, ...], said: Mapping[str, str | None]) -> Outcome:
    decision, charter = decision_of(cast)
    # in every wording: a manager may say "stay under" where it heard "keep below"
    meant = "\n".join(clause.render(at) for clause in charter.clauses for at in range(len(clause.templates)))
    unread: dict[str, str] = {}
    unordered: list[str] = []

    def noted(turn: str, choice: Choice) -> str | None:
        if not choice.readable:
            unread[turn] = choice.why
        return choice.option

    def ordered(turn: Turn) -> str | None:
        above = turn.hears[0]
        choice = read_order(said[above], decision.options, meant)
        if choice.how == "silent":
            unordered.append(turn.seat.name)
            return decision.standing
        return noted(above, choice)

    def chose(turn: str) -> str | None:
        return noted(turn, choice_of(cast, said[turn])) if turn in said else None

    top = cast.hierarchy.executive.name
    acts = [turn for turn in turns if turn.task == "act"]
    return Outcome(
        version=CHOICES,
        told=_told(cast, said),
        decided=chose(top if cast.plan.decision else ""),
        received={turn.seat.name: ordered(turn) for turn in acts},
        done={turn.seat.name: noted(turn.name, choice_of(cast, said[turn.name])) for turn in acts},
        unordered=tuple(unordered),
        informed=chose(f"{top}/{LEDGER}"),
        uninformed=chose(f"{top}/{NOTHING}"),
        halting=halting_of(cast, said),
        unread=unread | unread_steps(cast, said),
    )


def _told(cast: Cast, said: Mapping[str, str | None]) -> dict[str, float | None]:
    """Return the weight of each fact for a reader of what the executive reads; a note's corrections count."""
    instrument = instrument_of(cast.world, cast.told)
    heard = cast.plain("\n".join(heard_at_the_top(cast, said)))
    corrected = "\n".join(filter(None, (corrected_in(cast, name, said) for name in cast.plan.top)))
    told = believed(cast.world, instrument.read(heard), heard)
    right = believed(cast.world, instrument.read(corrected), corrected) if corrected else {}
    return told | {name: weight for name, weight in right.items() if weight is not None}
