"""What was said in a trial, turn by turn, from its log: logged replies, and the texts that follow a rule from them."""

from collections.abc import Collection

from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.task import Ruled
from chains.running.log.log import Log
from chains.running.trial import ruled_reply


def retold(cast: Cast, log: Log, trial: str, turns: Collection[str] | None = None) -> dict[str, Reply]:
    """Return what was said, by turn, as far as the log goes.

    Args:
        cast: Who is who.
        log: The run's.
        trial: The trial's name in it.
        turns: Only these, and what their texts follow from.
    """
    wanted = _wanted(cast, turns)
    replies: dict[str, Reply] = {}
    said: dict[str, str | None] = {}
    for turn in cast.plan.turns:
        if turn.name not in wanted:
            continue
        step = None if turn.ruled else log.holds(cast.key(trial, turn))
        if step is not None:
            replies[turn.name] = step.reply
        elif turn.by is None or any(name not in said for name in turn.hears):
            continue
        elif isinstance(ruled := turn.ask(cast, said), Ruled):
            replies[turn.name] = ruled_reply(ruled)
        else:
            continue
        said[turn.name] = replies[turn.name].spoken
    return replies


def _wanted(cast: Cast, turns: Collection[str] | None) -> set[str]:
    if turns is None:
        return {turn.name for turn in cast.plan.turns}
    wanted = set(turns)
    for turn in reversed(cast.plan.turns):
        if turn.name in wanted and turn.by is not None:
            wanted.update(turn.hears)
    return wanted
