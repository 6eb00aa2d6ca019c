"""What a remedy is, and how it is named: "audit:rate=0.5,then=flag", several joined by "+", or "none"."""

from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chains.errors import BadInput, nearest
from chains.organisation.plan import Turn, Weaver


class Remedy(BaseModel, Weaver):
    """A part that can be switched on; its fields are its parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: ClassVar[str] = ""
    """One line for people: what it does."""

    place: ClassVar[int] = 0
    """Where it comes among several, whatever order they are written in: an audit reads a report before red lines are
    attached to it."""
    of_decisions: ClassVar[bool] = False
    """Whether it bears on what is decided, so that there is nothing for it where nothing is."""

    placebo: bool = False
    """Whether it costs the same and does nothing."""

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


def woven_by(turn: Turn, kind: type[R]) -> R:
    """Return the remedy that wove a turn in.

    Raises:
        TypeError: If it is of another kind.
    """
    if not isinstance(turn.by, kind):
        raise TypeError(f"{turn.name} was not woven in by {kind.__name__}")
    return turn.by
