"""What a remedy is, and how it is named: "audit:rate=0.5,then=flag", several joined by "+", or "none"."""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from chains.errors import BadInput, nearest
from chains.turns import Weaver


class Remedy(BaseModel, Weaver):
    """A part that can be switched on; its fields are its parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: ClassVar[str] = ""
    """One line for people: what it does."""

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
            key = str(first["loc"][0]) if first["loc"] else ""
            reason = first["msg"][:1].lower() + first["msg"][1:]
            raise BadInput(f"remedy {name}: {key}={given.get(key)!r} is no use; {reason}") from None
