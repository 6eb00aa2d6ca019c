"""The transcript of a trial from its log, turn by turn: logged replies, and the texts that rules compute from them."""

from collections.abc import Collection

from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.task import Ruled
from chains.running.log.log import Log
from chains.running.trial import ruled_reply


def retold(cast: Cast, log: Log, trial: str, turns: Collection[str] | None = None) -> dict[str, Reply]:
    """Return the messages of a trial, by turn, as far as the log goes.

    Args:
        cast: The trial's cast.
        log: The run's log.
        trial: The trial's name in the log.
        turns: Only these turns, and the turns from which their texts are computed.
    """
    wanted = _wanted(cast, turns)
    replies: dict[str, Reply] = {}
    said: dict[str, str | None] = {}
    for turn in cast.plan.turns:
        if turn.name not in wanted:
            continue
        reply = None if turn.ruled else log.last_reply(cast.key(trial, turn))
        if reply is not None:
            replies[turn.name] = reply
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
