"""Who stepped in during a finished trial: stops, overrides and vetoes, and whether each was warranted."""

from collections.abc import Sequence

from chains.organisation.cast import Cast
from chains.organisation.decision_turns import choice_of, decision_of
from chains.organisation.plan import Turn
from chains.organisation.remedies import staged, stop_work, veto
from chains.organisation.remedies.stop_choice import choice_in
from chains.organisation.task import Said
from chains.scoring.facts.belief import believed
from chains.scoring.facts.reader import instrument_of
from chains.scoring.reading import Call, Halting
from chains.scoring.replies.choice import Choice

STEPS: tuple[str, ...] = ("stop", "override", "veto", "hold")
"""The tasks in which a seat may step in."""


def asked_to_step_in(cast: Cast, said: Said) -> list[Turn]:
    """Return the turns in which a seat was asked whether it steps in, in their order."""
    return [turn for turn in cast.plan.turns if turn.task in STEPS and turn.name in said and _asked(cast, turn, said)]


def halting_of(cast: Cast, said: Said) -> Halting | None:
    """Return who was asked to step in and what each of them did; None if nobody could.

    Args:
        cast: Who is who.
        said: What was said in the trial, by turn.
    """
    if not any(turn.task in STEPS for turn in cast.plan.turns):
        return None
    asked = asked_to_step_in(cast, said)

    def calls(task: str) -> tuple[Call, ...]:
        return tuple(_call(cast, turn, said) for turn in asked if turn.task == task)

    return Halting(
        stops=calls("stop"),
        overrides=calls("override"),
        vetoes=calls("veto"),
        holds=calls("hold"),
        in_force=choice_of(cast, said[cast.plan.decision]).option,
        ahead=staged.ahead(cast, said),
    )


def unread_steps(cast: Cast, said: Said) -> dict[str, str]:
    """Return the turns in which the answer whether a seat steps in can't be read, each with the reason."""
    choices: dict[str, Choice] = {
        turn.name: choice_in(cast, turn.task, said[turn.name]) for turn in asked_to_step_in(cast, said)
    }
    return {name: choice.why for name, choice in choices.items() if not choice.readable}


def _asked(cast: Cast, turn: Turn, said: Said) -> bool:
    match turn.task:
        case "override":
            return stop_work.overridable(cast, turn, said)
        case "veto":
            return veto.checkable(cast, turn, said)
        case "hold":
            return staged.holdable(cast, turn, said)
        case _:
            return True


def _call(cast: Cast, turn: Turn, said: Said) -> Call:
    choice = choice_in(cast, turn.task, said[turn.name])
    reads = {"veto": veto.heard_by, "hold": staged.heard_by}.get(turn.task, stop_work.heard_by)
    against = None if turn.task == "stop" else choice_of(cast, said[turn.hears[0]]).option
    return Call(
        seat=turn.seat.name,
        hop=cast.hierarchy.heights.get(turn.seat.name, 0),
        stepped_in=choice.option == turn.task if choice.readable else None,
        warranted=_warranted(cast, reads(cast, turn, said), against, checked=turn.task == "hold"),
    )


def _warranted(cast: Cast, heard: Sequence[str], against: str | None, *, checked: bool = False) -> bool:
    """True if, believing what the seat heard, the careful option pays more than the option in force otherwise.

    Args:
        cast: Who is who.
        heard: The texts that it heard.
        against: The option in force otherwise; None for the standing plan.
        checked: Whether the first of several texts was checked, and counts wherever it says something.
    """
    decision, _ = decision_of(cast)
    instrument = instrument_of(cast.world, cast.told)

    def belief(text: str) -> dict[str, float | None]:
        plain = cast.plain(text)
        return believed(cast.world, instrument.read(plain), plain)

    apart = len(heard) - 1 if checked else 0
    told = belief("\n".join(heard[1:] if apart else heard))
    if apart:
        told |= {name: weight for name, weight in belief(heard[0]).items() if weight is not None}
    pays = decision.payoffs(told)
    return pays[decision.careful_option.id] > pays[against or decision.standing]
