"""All gates, one after the other; none needs a model."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from chains.errors import BadInput
from chains.fates import Fate
from chains.scoring.facts.reader import instrument_of
from chains.validation.gates.absent import another_world, empty_message
from chains.validation.gates.by_hop import false_alive, false_loss
from chains.validation.gates.dose_response_and_saboteur import dose_response, saboteur
from chains.validation.gates.gate import Gate, Read
from chains.validation.gates.mixed import fates_in_lines, fates_in_prose
from chains.validation.gates.synthetic_messages import worlds
from chains.validation.gates.unchanged import paraphrase_only, shuffled_lines, verbatim_relay
from chains.validation.gates.written import fates_in_other_words
from chains.worlds.scenario.watermelon import SETTINGS
from chains.worlds.world import World

GATES: tuple[Callable[[Sequence[World], Read], Gate], ...] = (
    verbatim_relay,
    paraphrase_only,
    empty_message,
    another_world,
    shuffled_lines,
    fates_in_lines,
    fates_in_prose,
    fates_in_other_words,
    false_loss,
    false_alive,
    dose_response,
    saboteur,
)
FEWEST = len(SETTINGS)
"""Fewest worlds: one of each setting."""


def read_fates(world: World, message: str) -> Mapping[str, Fate]:
    """Return the fates that the project's instrument reads in a message."""
    return {name: verdict.known for name, verdict in instrument_of(world).read(message).items()}


def calibrate(count: int, read: Read = read_fates) -> Iterator[Gate]:
    """Yield each gate as soon as its result is known.

    Args:
        count: How many worlds, at least one of each setting; the settings come in turn.
        read: The instrument to check.

    Raises:
        BadInput: There are too few worlds.
    """
    if count < FEWEST:
        raise BadInput(f"--worlds {count} is too few; the gates need one world of each setting, {FEWEST} or more")
    made = worlds(count)
    for gate in GATES:
        yield gate(made, read)
