"""Every remedy by its name."""

from collections.abc import Mapping

from chains.errors import BadInput, nearest
from chains.organisation.remedies.audit import Audit
from chains.organisation.remedies.base import Remedy
from chains.organisation.remedies.skip_and_memory import Memory, Skip
from chains.organisation.remedies.stop_work import StopWork
from chains.organisation.remedies.verbatim_and_provenance import Provenance, Verbatim
from chains.organisation.remedies.veto import Veto

REMEDIES: Mapping[str, type[Remedy]] = {
    "audit": Audit, "provenance": Provenance, "verbatim": Verbatim, "skip": Skip, "memory": Memory,
    "stop_work": StopWork, "veto": Veto,
}  # fmt: skip
"""By the name in `remedy=NAME:...`."""


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
            raise BadInput(f"there is no remedy {name!r}{nearest(name, REMEDIES)}; `cli.py list remedies` has them")
        if name in found:
            raise BadInput(f"remedy {name} is switched on twice; name it once")
        found[name] = REMEDIES[name].parsed(name, parameters)
    return sorted(found.values(), key=lambda remedy: remedy.place)
