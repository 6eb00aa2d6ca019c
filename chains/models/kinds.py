"""Kinds of models, with their traits: code asks what a model can do and costs, not which kind it is.

Three are the program's own: `endpoint` (a server), `embedded` (a model file
that is served on this machine) and `channel` (synthetic replies). A user's
file adds one:

    @provider("echo", is_synthetic=True, in_process=True)
    class Echo:
        def __init__(self, source: Source) -> None: ...
        async def reply(self, request: Request) -> Reply: ...

Then `model = "echo"` or `model = "echo:DETAIL"` names it; the detail is in `source.detail`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from chains.errors import BadInput
from chains.models.provider import Provider
from chains.registry import Registry


@dataclass(frozen=True)
class Traits:
    """What a kind of source can do and costs."""

    is_paid: bool = False
    """Calls may cost money: a large run asks before it starts, and a limit of cost needs prices."""
    takes_schema: bool = True
    """A request may hold a JSON schema for the reply."""
    takes_bounds: bool = False
    """A schema may limit lengths. Some servers refuse that; a small model that is not limited never ends."""
    is_small: bool = False
    """It is a small model: prompts for small models, few statements in a call, short parts of a document."""
    is_synthetic: bool = False
    """Its replies are planted and it does not read the prompt, so it can't be a judge or reader. The same request may
    get another reply, so its replies are never reused."""
    is_exact: bool = False
    """The instrument reads its sentences without error (the gates test this)."""
    in_process: bool = False
    """It computes in this process, one request at a time, and is never busy."""
    has_file: bool = False
    """It is a model file that is served on this machine; the file's digest identifies it."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it computes on other machines, so that this machine's cores are free."""
        return not (self.in_process or self.has_file)


class Kind(NamedTuple):
    """One kind of source."""

    traits: Traits
    make: Callable[[Any], Provider] | None = None
    """Makes the provider of a `Source`; None for the three that `pool` opens itself."""


PROVIDERS: Registry[Kind] = Registry(
    "kind of model", {"python": "chains.models.python_seat", "imported": "chains.models.imported"}
)
P = TypeVar("P", bound=Callable[[Any], Provider])


def provider(
    name: str,
    *,
    is_paid: bool = False,
    takes_schema: bool = True,
    takes_bounds: bool = False,
    is_small: bool = False,
    is_synthetic: bool = False,
    is_exact: bool = False,
    in_process: bool = False,
) -> Callable[[P], P]:
    """Register a class, or a function, that makes the provider of a source.

    It must raise `BadInput` if `source.detail` is no use, and open nothing before
    the first request. Besides `reply`, its provider may have `resolved`, `listed`
    and `aclose`; see `pool.Opened`.

    Args:
        name: The name of the kind, as in `model = "NAME:DETAIL"`.
        is_paid: This and the others: see `Traits`.
        takes_schema: See `Traits`.
        takes_bounds: See `Traits`.
        is_small: See `Traits`.
        is_synthetic: See `Traits`.
        is_exact: See `Traits`.
        in_process: See `Traits`.
    """
    traits = Traits(
        is_paid=is_paid,
        takes_schema=takes_schema,
        takes_bounds=takes_bounds,
        is_small=is_small,
        is_synthetic=is_synthetic,
        is_exact=is_exact,
        in_process=in_process,
    )

    def register(make: P) -> P:
        if name in RESERVED:
            raise BadInput(f"models called {name!r} are built in; give the kind of model another name")
        PROVIDERS.add(name, Kind(traits, make), by=make)
        return make

    return register


RESERVED = ("smollm2", "person", "gguf", "openai", "ollama", "http", "https")
"""Names, and beginnings of names, of the program's own kinds of models."""


def traits_of(kind: str) -> Traits:
    """Return the traits of a kind; the usual ones if its plugin is missing, as for a log from elsewhere."""
    return PROVIDERS[kind].traits if kind in PROVIDERS else Traits()


OWN = {
    "endpoint": Traits(is_paid=True),
    "embedded": Traits(takes_bounds=True, is_small=True, has_file=True),
    "channel": Traits(takes_schema=False, is_synthetic=True, is_exact=True, in_process=True),
}
"""The traits of the program's own kinds."""
for _name, _traits in OWN.items():
    PROVIDERS.add(_name, Kind(_traits), by=Kind)
