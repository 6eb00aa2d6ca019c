"""Models dealt over the seats of one organisation: one lineage in all of them, or several mixed.

    lineage=big             one model holds every seat
    lineage=big+other       two, dealt like cards: level by level, the seats of each in a shuffled order

The deal is by world and replicate and the same in every condition with this
lineage and hierarchy, so that over trials each seat is held by each model. A
seat for which a model is named (`model.executive`, `model.level.2`, a person)
keeps it.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.organisation.hierarchy import Seat
from chains.rng import Draw


def models_of(settings: ConditionSettings, seat: Seat) -> tuple[str, ...]:
    """Return the models that may hold a seat in a condition: those of its lineage, or the one that it names.

    Raises:
        BadInput: If a lineage names nothing, or one model twice, or if a model is named for the very same seats.
    """
    named = [scope for scope in (seat.name, f"level.{seat.level}", seat.role) if scope in settings.model.narrower]
    for scope in named:
        if settings.lineage.narrower.get(scope) is not None:
            raise BadInput(f"model.{scope} and lineage.{scope} both say who holds these seats; leave one out")
    lineage = None if named else settings.lineage.at(seat)
    if lineage is None:
        return (settings.model.at(seat),)
    names = tuple(name.strip() for name in lineage.split("+"))
    if not all(names):
        raise BadInput(f"lineage {lineage!r} names no model on one side of a +; write it as in smollm2+ollama:qwen3")
    if len(set(names)) < len(names):
        raise BadInput(f"lineage {lineage!r} names a model twice; models are dealt evenly")
    return names


def dealt_models(settings: ConditionSettings, seats: Iterable[Seat], *path: str | int) -> dict[str, str]:
    """Return who holds each seat.

    Args:
        settings: Of the condition.
        seats: All seats.
        path: What the seed is made of.
    """
    held: dict[str, str] = {}
    waiting: dict[tuple[str, ...], list[Seat]] = {}
    for seat in seats:
        names = models_of(settings, seat)
        if len(names) == 1:
            held[seat.name] = names[0]
        else:
            waiting.setdefault(names, []).append(seat)
    for names, group in waiting.items():
        draw = Draw("lineage", "+".join(names), *path)
        start = draw.integer(0, len(names) - 1)
        for place, seat in enumerate(_in_order(group, draw), start):
            held[seat.name] = names[place % len(names)]
    return held


def _in_order(seats: Sequence[Seat], draw: Draw) -> list[Seat]:
    """Return seats level by level, those of a level shuffled."""
    by_level = groupby(sorted(seats, key=lambda seat: seat.level), key=lambda seat: seat.level)
    return [seat for _, level in by_level for seat in draw.shuffled(list(level))]
