"""What a remedy is, and which there are.

A remedy is a class with the decorator `remedy`, in one file: its fields are its parameters, its methods add turns to a
plan, and the tasks and rules of those turns are declared beside it. The setting `remedy` switches some on, as in
`audit:rate=0.5,then=flag+verbatim`.
"""

import re
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chains.errors import BadInput, nearest
from chains.organisation.plan import Turn, Weaver
from chains.registry import Registry


class Remedy(BaseModel, Weaver):
    """A part of the organisation that a setting switches on. Its fields are its parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: ClassVar[str] = ""
    """One line for people: what it does."""

    place: ClassVar[int] = 0
    """Remedies work in the order of their places: an audit reads a report before red lines are attached."""
    of_decisions: ClassVar[bool] = False
    """Whether it needs a decision; it is refused in an experiment without one."""

    of_candidates: ClassVar[bool] = False
    """Whether it needs candidates to choose from; it is refused in a world without any."""

    @property
    def over_rounds(self) -> bool:
        """Whether it works from one round on the next; it is refused in trials of a single round."""
        return False

    placebo: bool = False
    """Whether this is the placebo: it costs the same and does nothing."""

    @classmethod
    def parsed(cls, name: str, text: str) -> Self:
        """Read its parameters: "rate=0.5,then=flag"; `placebo` alone means `placebo=true`.

        Raises:
            BadInput: A parameter is unknown or given twice, or a value is impossible.
        """
        given: dict[str, Any] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            key, equals, value = (piece.strip() for piece in part.partition("="))
            if key not in cls.model_fields:
                raise BadInput(f"remedy {name} has no {key!r}{nearest(key, cls.model_fields)}")
            if not equals and key != "placebo":
                raise BadInput(f"remedy {name}: {key} has no value; write {key}=VALUE")
            if key in given:
                raise BadInput(f"remedy {name}: {key} is given twice; give it once")
            given[key] = value if equals else True
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            if not first["loc"]:
                raise BadInput(f"remedy {name}: {first['ctx']['error']}") from None
            key = str(first["loc"][0])
            reason = first["msg"][:1].lower() + first["msg"][1:]
            raise BadInput(f"remedy {name}: {key}={given.get(key)!r} is no use; {reason}") from None


R = TypeVar("R", bound=Remedy)

_HERE = "chains.organisation.remedies"
REMEDIES: Registry[type[Remedy]] = Registry(
    "remedy",
    {
        "audit": f"{_HERE}.audit", "provenance": f"{_HERE}.verbatim_and_provenance",
        "verbatim": f"{_HERE}.verbatim_and_provenance", "skip": f"{_HERE}.skip_and_memory",
        "memory": f"{_HERE}.skip_and_memory", "stop_work": f"{_HERE}.stop_work", "veto": f"{_HERE}.veto",
        "screen": f"{_HERE}.screen", "share": f"{_HERE}.share",
        "staged": f"{_HERE}.staged",
    },
)  # fmt: skip
"""Every remedy by its name in `remedy=NAME:...`."""


def remedy(kind: type[R]) -> type[R]:
    """Register a remedy, a class: settings call `StopWork` by the name `stop_work`."""
    REMEDIES.add(name_of(kind), kind, by=kind)
    return kind


def name_of(kind: type[Remedy]) -> str:
    """Return what settings call a remedy."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def remedies(text: str) -> list[Remedy]:
    """Read what a setting `remedy` switches on, in the order in which it works, whatever order it is written in.

    Args:
        text: "none", or remedies joined by "+", each a name and its parameters after a colon.

    Raises:
        BadInput: One is unknown or named twice, or a parameter is no use.
    """
    if text.strip() == "none":
        return []
    found: dict[str, Remedy] = {}
    for part in text.split("+"):
        name, _, parameters = part.strip().partition(":")
        if name not in REMEDIES:
            raise BadInput(f"there is no remedy {name!r}{nearest(name, REMEDIES)}; `mazedom list remedies` has them")
        if name in found:
            raise BadInput(f"remedy {name} is switched on twice; name it once")
        found[name] = REMEDIES[name].parsed(name, parameters)
    return sorted(found.values(), key=lambda remedy: remedy.place)


def woven_by(turn: Turn, kind: type[R]) -> R:
    """Return the remedy that added a turn.

    Raises:
        TypeError: If it is of another kind.
    """
    if not isinstance(turn.by, kind):
        raise TypeError(f"{turn.name} was not added by {kind.__name__}")
    return turn.by
