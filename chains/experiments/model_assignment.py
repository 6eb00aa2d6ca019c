"""Which model holds each seat.

    model=big               one model holds every seat
    lineage=big+other       two models, dealt over the seats like cards: level by level, the seats of a level shuffled

Use `lineage` to mix models in one organisation. The deal differs by world and replicate, so that over the trials every
seat is held by every model; conditions with the same lineage and hierarchy have the same deals. A seat for which a
model is named (`model.executive`, `model.level.2`, a person) keeps it.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.organisation.hierarchy import Seat
from chains.organisation.sitting import PERSON
from chains.rng import Draw


def models_of(settings: ConditionSettings, seat: Seat) -> tuple[str, ...]:
    """Return the models that may hold a seat: those of its lineage, or the one that is named for it.

    Raises:
        BadInput: If a lineage has an empty name or the same model twice, if a model and a lineage have one scope, or if
            a person is to sit beside a model and there is none.
    """
    way = settings.way_at(seat)
    if way == "write":
        return (PERSON,)
    names = _named(settings, seat)
    if way != "none" and PERSON in names:
        raise BadInput(
            f"human = {way} needs a model in seat {seat.name}, and a person alone has it; set human = write, or "
            f"model.{seat.name} to a model"
        )
    return names


def _named(settings: ConditionSettings, seat: Seat) -> tuple[str, ...]:
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
    """Return the model of each seat, by the seat's name.

    Args:
        settings: The condition's.
        seats: All seats.
        path: What the seed of the deal is made of.
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
