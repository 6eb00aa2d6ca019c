"""Registries: which scenarios, measures, remedies, providers and verbs there are, by the names that users write.

Each kind of thing (a scenario, a measure, a remedy, a provider, a verb) has a
registry and a decorator beside it:

    SCENARIOS: Registry[Scenario] = Registry("scenario", {"pause": "chains.worlds.scenario.pause"})


    def scenario(make: Scenario) -> Scenario:
        return SCENARIOS.add(make.__name__, make, by=make)

A built-in is imported when its name is asked for. A plugin uses the same
decorators in a file of the user's. Plugins are looked for only when a name is
unknown or when all names are listed, and each is imported once:

    MAZEDOM_PLUGINS=my_measures.py:other.py    files, separated as in PATH
    mazedom.plugins                            entry points of installed packages, each a module
"""

import contextlib
import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from chains.errors import BadInput, MazedomError, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

VARIABLE = "MAZEDOM_PLUGINS"
"""The environment variable that names files."""
GROUP = "mazedom.plugins"
"""The group of entry points."""

T = TypeVar("T")


class Plugin(NamedTuple):
    """A module outside the package that registers things."""

    name: str
    """The file's name, or the installed package's."""
    version: str
    """For a file, `sha256:` and its digest; for a package, its version."""
    module: str
    """Its name in `sys.modules`."""


class Registry(Mapping[str, T], Generic[T]):
    """All things of one kind, by name; an unknown name is looked for in plugins.

    Args:
        kind: What a user calls one of them, such as "scenario"; for errors.
        built_in: For each name of the program's own, the module that registers it when it is imported. Names that
            are registered in the module of the registry itself need not be here.
    """

    def __init__(self, kind: str, built_in: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._built_in = dict(built_in or {})
        self._things: dict[str, T] = {}
        self._makers: dict[str, Any] = {}

    def add(self, name: str, thing: T, by: Any) -> T:
        """Register a thing.

        Args:
            name: What users call it.
            thing: What stands for the name.
            by: The function or class that the user wrote; it tells in which file.

        Returns:
            The thing.

        Raises:
            BadInput: If another thing has the name.
        """
        owner = self._built_in.get(name, by.__module__)
        again = by.__module__ == "__main__"  # in a notebook, a cell that runs again replaces what it registered
        if owner != by.__module__ or (name in self._makers and not again):
            first = _place(self._makers[name]) if name in self._makers else owner
            raise BadInput(f"{self.kind} {name!r} is registered twice: in {first} and in {_place(by)}; rename one")
        self._things[name], self._makers[name] = thing, by
        return thing

    def named(self, name: str) -> T:
        """Return what a name stands for.

        Raises:
            BadInput: If the name is unknown, or a plugin is broken.
        """
        if name not in self:
            raise BadInput(f"there is no {self.kind} {name!r}{nearest(name, self)}")
        return self[name]

    def maker(self, name: str) -> Any:
        """Return the function or class that registered a name; imports it first if need be.

        Raises:
            KeyError: If nothing stands for the name.
        """
        self[name]
        return self._makers[name]

    def added(self) -> dict[str, T]:
        """Return what plugins added, by name; imports plugins."""
        load_plugins()
        return {name: self._things[name] for name, maker in self._makers.items() if not is_built_in(maker)}

    def __contains__(self, name: object) -> bool:
        """Whether the name is known; imports no built-in."""
        if name not in self._built_in and name not in self._things:
            load_plugins()
        return name in self._built_in or name in self._things

    def __getitem__(self, name: str) -> T:
        """Return what a name stands for; imports it first if need be."""
        if name not in self._things:
            if name in self._built_in:
                importlib.import_module(self._built_in[name])
            else:
                load_plugins()
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        """Go through all names, the built-in ones first; imports plugins, and no built-in."""
        load_plugins()
        return iter(list(dict.fromkeys([*self._built_in, *self._things])))

    def __len__(self) -> int:
        """Return how many names there are; imports plugins."""
        load_plugins()
        return len({*self._built_in, *self._things})


_LOADED: dict[str, Plugin] = {}
"""Every plugin that was imported, by its module."""
_TRIED: dict[str, BadInput | None] = {}
"""Files and entry points that were tried, with what went wrong."""
_ENTRY_POINTS: "list[EntryPoint]" = []
_LOADING: list[str] = []
"""The plugin that is being imported; a name that it looks up meanwhile must not start the imports again."""


def load_plugins() -> None:
    """Import every plugin that is not imported yet.

    Raises:
        BadInput: One can't be; the sentence names it.
    """
    if _LOADING:
        return
    for file in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        _once(file, partial(_from_file, Path(file)))
    for point in _entry_points():
        _once(f"{point.name} = {point.value}", partial(_from_entry_point, point))


def is_built_in(maker: Any) -> bool:
    """Return whether a function or class is the program's own."""
    return str(maker.__module__).partition(".")[0] == __name__.partition(".")[0]


@contextlib.contextmanager
def blaming(kind: str, name: str, as_error: type[MazedomError] = MazedomError) -> Iterator[None]:
    """Turn whatever goes wrong in a user's code into one sentence that names it.

    Raises:
        MazedomError: Of the class `as_error`, if anything but a `MazedomError` was raised inside.
    """
    try:
        yield
    except (MazedomError, BrokenPipeError):  # the reader of our output has closed the pipe
        raise
    except Exception as error:
        raise as_error(f"{kind} {name!r} failed: {_said(error)}") from error


def made_with(makers: Iterable[Any]) -> dict[str, str]:
    """Return the plugins that some functions and classes come from, by name, each with its version."""
    found = {_LOADED[maker.__module__] for maker in makers if maker.__module__ in _LOADED}
    return {plugin.name: plugin.version for plugin in sorted(found)}


def differing(recorded: Mapping[str, str]) -> list[str]:
    """Return a sentence for each plugin that is missing here or has another version than the one recorded.

    Args:
        recorded: Versions by name, as `made_with` returned them.
    """
    if not recorded:
        return []
    load_plugins()
    here = {plugin.name: plugin.version for plugin in _LOADED.values()}
    return [
        f"the run was made with plugin {name} ({_short(version)}), and "
        + (f"here it is {_short(here[name])}" if name in here else f"it is not here; name its file in {VARIABLE}")
        for name, version in recorded.items()
        if here.get(name) != version
    ]


def _short(version: str) -> str:
    return version[:19] if version.startswith("sha256:") else f"version {version}"


def _entry_points() -> "list[EntryPoint]":
    if GROUP not in _TRIED:
        from importlib.metadata import entry_points  # noqa: PLC0415 - start-up: only an unknown name needs it

        _ENTRY_POINTS.extend(entry_points(group=GROUP))
        _TRIED[GROUP] = None
    return _ENTRY_POINTS


def _once(name: str, load: Callable[[], object]) -> None:
    """Load a plugin; one that failed once fails again in the same words."""
    if name not in _TRIED:
        _LOADING.append(name)
        _TRIED[name] = None
        try:
            load()
        except BadInput as error:
            _TRIED[name] = BadInput(f"plugin {name}: {error}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it is a stranger's code: anything may go wrong
            _TRIED[name] = BadInput(f"plugin {name} can't be imported: {_said(error)}")
        finally:
            _LOADING.pop()
    if (trouble := _TRIED[name]) is not None:
        raise trouble


def _from_file(path: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"can't read the file that {VARIABLE} names: {error.strerror}") from None
    digest = hashlib.sha256(content).hexdigest()
    module = f"mazedom_plugin_{path.stem}_{digest[:12]}"
    spec = importlib.util.spec_from_file_location(module, path.absolute())
    if spec is None or spec.loader is None:
        raise BadInput("it is no Python file; its name must end in .py")
    made = sys.modules[module] = importlib.util.module_from_spec(spec)
    _LOADED[module] = Plugin(path.name, f"sha256:{digest}", module)
    spec.loader.exec_module(made)


def _from_entry_point(point: "EntryPoint") -> None:
    owner = point.dist
    module = point.value.partition(":")[0].strip()
    _LOADED[module] = Plugin(owner.name if owner else module, owner.version if owner else "", module)
    point.load()


def _said(error: BaseException) -> str:
    """Return an error from a plugin on one line, with the place where it was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    own = [frame for frame in frames if "importlib" not in frame.filename]
    where = f" ({own[-1].filename}, line {own[-1].lineno})" if own and not isinstance(error, SyntaxError) else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def _place(by: Any) -> str:
    """Return where a function or class was written, as far as that is known."""
    module: ModuleType | None = sys.modules.get(by.__module__)
    file = by.__module__ if module is None else getattr(module, "__file__", None) or by.__module__
    with contextlib.suppress(AttributeError):
        return f"{file}, line {by.__code__.co_firstlineno}"
    return f"{file} ({by.__qualname__})"
