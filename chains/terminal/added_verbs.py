"""Verbs that a user's file adds; they are looked up only when a verb is unknown, so that `--help` stays quick.

A verb of the program's own is a module in `verbs/` and a row of
`arguments.VERBS`, for what it takes must be known without importing it.
"""

import argparse
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from chains.errors import BadInput
from chains.registry import Registry


class Verb(NamedTuple):
    """One verb."""

    about: str
    """Its line in the help."""
    arguments: Callable[[argparse.ArgumentParser], None]
    example: str
    main: Callable[[argparse.Namespace], int]


class Main(Protocol):
    """What a verb does."""

    __name__: str

    def __call__(self, arguments: argparse.Namespace, /) -> int:
        """Do it; return the exit status."""
        ...


ADDED: Registry[Verb] = Registry("verb")
M = TypeVar("M", bound=Main)


def _nothing(_: argparse.ArgumentParser) -> None:
    """Take no arguments."""


def verb(*, arguments: Callable[[argparse.ArgumentParser], None] = _nothing, example: str = "") -> Callable[[M], M]:
    """Register a function as a verb under its own name, with `-` for `_`.

    The first line of its docstring is its line in the help. Every verb takes
    `--json`, and finds it in `arguments.json`.

    Args:
        arguments: Adds to a parser what the verb takes besides.
        example: A command line.
    """

    def register(main: M) -> M:
        about = (main.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        if not about:
            raise BadInput(f"verb {main.__name__!r} has no docstring; say in its first line what it does")
        name = main.__name__.replace("_", "-")
        ADDED.add(name, Verb(about[:1].lower() + about[1:], arguments, example, main), by=main)
        return main

    return register
