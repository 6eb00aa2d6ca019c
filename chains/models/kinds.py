"""Kinds of sources of replies: what each can do and costs, so that nobody need ask which kind a source is.

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
    """It plants what it says and does not read the prompt: no judge and no reader. The same request need not get the
    same reply, so no reply of it is reused."""
    is_exact: bool = False
    """The instrument reads its sentences without error, as the gates show."""
    in_process: bool = False
    """It computes in this process while it is asked: never busy, and one request at a time."""
    has_file: bool = False
    """It is a model file that is served on this machine; the file's digest identifies it."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether it computes on other machines and leaves this one's cores free."""
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

    It checks `source.detail` and raises `BadInput` if that is no use. It opens
    nothing before the first request. Besides `reply`, its provider may have
    `resolved`, `listed` and `aclose`, as `pool.Opened` says.

    Args:
        name: What models of this kind are called, as in `model = "NAME:DETAIL"`.
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
"""Names, and beginnings of names, that stand for models of the program's own kinds."""


def traits_of(kind: str) -> Traits:
    """Return the traits of a kind; of one whose plugin is not here, as of a log from elsewhere, the usual ones."""
    return PROVIDERS[kind].traits if kind in PROVIDERS else Traits()


OWN = {
    "endpoint": Traits(is_paid=True),
    "embedded": Traits(takes_bounds=True, is_small=True, has_file=True),
    "channel": Traits(takes_schema=False, is_synthetic=True, is_exact=True, in_process=True),
}
"""The traits of the program's own kinds."""
for _name, _traits in OWN.items():
    PROVIDERS.add(_name, Kind(_traits), by=Kind)
