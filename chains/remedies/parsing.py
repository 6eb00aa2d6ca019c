"""Remedies as settings write them: `audit:rate=0.5,then=flag`, several joined by `+`, or `none`."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from chains.errors import BadInput, nearest
from chains.remedies.records import Audit, Memory, Provenance, Remedy, Skip, Verbatim

NONE = "none"
REMEDIES: Mapping[str, type[Remedy]] = {kind.name: kind for kind in (Audit, Provenance, Verbatim, Skip, Memory)}
"""Every remedy by its name, in the order in which they are woven in."""


def remedies_of(text: str) -> tuple[Remedy, ...]:
    """Read `remedy=`: "none", "verbatim", "skip:n=2,by=targeted", "audit:rate=1+verbatim:placebo=true".

    Returns:
        The remedies in the order in which they work, whatever order they are written in.

    Raises:
        BadInput: A name, a parameter or a value is none, or a remedy is given twice.
    """
    if text.strip() == NONE:
        return ()
    found: dict[str, Remedy] = {}
    for part in text.split("+"):
        remedy = _remedy(part.strip())
        if remedy.name in found:
            raise BadInput(f"remedy {text!r} has {remedy.name} twice; give it once")
        found[remedy.name] = remedy
    return tuple(sorted(found.values(), key=lambda remedy: remedy.place))


def _remedy(part: str) -> Remedy:
    name, _, rest = (piece.strip() for piece in part.partition(":"))
    if name == NONE:
        raise BadInput("remedy none stands alone; leave it out where there are others")
    if name not in REMEDIES:
        raise BadInput(f"no remedy is called {name!r}{nearest(name, [*REMEDIES, NONE])}")
    kind = REMEDIES[name]
    given = dict(_pairs(name, rest, kind))
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise BadInput(f"remedy {part!r}: {first['ctx']['error']}") from None
        key = str(first["loc"][0])
        reason = first["msg"][:1].lower() + first["msg"][1:]
        raise BadInput(f"remedy {name}: {key}={given[key]} is no use; {reason}") from None


def _pairs(name: str, rest: str, kind: type[Remedy]) -> Iterator[tuple[str, str]]:
    """Yield the parameters that are given, each once."""
    seen: set[str] = set()
    for pair in filter(None, (pair.strip() for pair in rest.split(","))):
        key, equals, value = (piece.strip() for piece in pair.partition("="))
        if key not in kind.model_fields:
            raise BadInput(f"remedy {name} has no {key!r}{nearest(key, kind.model_fields)}")
        if not equals or not value:
            raise BadInput(f"remedy {name}: {key} has no value; write {name}:{key}=...")
        if key in seen:
            raise BadInput(f"remedy {name}: {key} is given twice; give it once")
        seen.add(key)
        yield key, value
