"""The synthetic channel as auditor and watcher; it also corrects audited reports and picks lines.

It compares sentences by exact wording. A line that a seat heard is *missing*
from its message if no sentence is about its fact, and *wrong* if a sentence
says something else about it. Lines that are not the channel's own are ignored.
Reports by models are compared by exact wording too, so let a channel audit only
channels.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from chains.models.channel.codebook import SILENT, State, codebook, lines_of, numbered_lines
from chains.models.channel.note_markers import apart, numbered
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.facts.ledger import Fact
from chains.worlds.world import World

MISSING, WRONG = "missing", "wrong"
BLURRED = "blurred"
"""A fact that is named without its values counts as wrong in findings."""


class Sight(Protocol):
    """How well an auditor sees, as in `rates.ChannelRates`."""

    @property
    def catch(self) -> float:
        """Chance that a loss is found."""

    @property
    def alarm(self) -> float:
        """Chance that fault is found with an unchanged line."""

    def sight(self, *, own: bool, blurred: bool) -> float:
        """Return the share of what it catches that it also says."""


def audited(occasion: Occasion, rates: Sight, draw: Draw) -> str:
    """Return an audit's findings: the numbers of the lines that the message lost.

    Args:
        occasion: Holds `lines`, what the seat heard, `written`, what it wrote, and `own`, whether the same model did.
        rates: How well the auditor sees.
        draw: Two draws are taken from it for every line.
    """
    stand: dict[int, str] = {}
    for number, truth in _truths(occasion).items():
        caught, alarmed = draw.uniform() < _chance(rates, occasion, truth), draw.uniform() < rates.alarm
        if truth and caught:
            stand[number] = _kind(truth)
        elif not truth and alarmed:
            stand[number] = WRONG
    return _findings(stand)


def watched(occasion: Occasion, rates: Sight, draw: Draw) -> str:
    """Return a watcher's version of an auditor's findings: it adds missed losses and strikes false findings.

    Args:
        occasion: As for an audit; `found` holds the findings so far, their kinds by number.
        rates: How well the watcher sees. It adds a loss that the auditor missed, and strikes a false finding, as often
            as it finds losses; it strikes a true finding as often as it finds fault with an unchanged line.
        draw: Two draws are taken from it for every line.
    """
    before: Mapping[int, str] = occasion.more["found"]
    stand: dict[int, str] = {}
    for number, truth in _truths(occasion).items():
        caught, alarmed = draw.uniform() < _chance(rates, occasion, truth), draw.uniform() < rates.alarm
        if truth:
            stands = not alarmed if number in before else caught
        else:
            stands = not caught if number in before else alarmed
        if stands:
            stand[number] = _kind(truth) if truth else WRONG
    return _findings(stand)


def revised(occasion: Occasion, mend: float, draw: Draw) -> list[str]:
    """Return the lines of a revised report: lines named in the findings are restored as they were heard.

    Args:
        occasion: Holds `written`, the report before, and `findings`, the lines named to the seat.
        mend: Chance that a line is restored.
        draw: One draw is taken from it for every line.
    """
    states = codebook(occasion.world).states
    lines: dict[str, str] = {}
    for line, numbers in numbered_lines(occasion.more["written"]):
        if line not in SILENT:
            lines.setdefault(_about(states, line), numbered(line, numbers))
    for finding in occasion.more["findings"]:
        line, numbers = apart(finding)
        if draw.uniform() < mend:
            lines[_about(states, line)] = numbered(line, numbers)
    return list(lines.values())


def picked(occasion: Occasion) -> str:
    """Return the numbers of the notes that matter most: bad ones first, by severity.

    Args:
        occasion: Holds `lines`, the notes, and `count`, how many are asked for.
    """
    lines: Sequence[str] = occasion.more["lines"]
    states, world = codebook(occasion.world).states, occasion.world

    def weight(number: int) -> tuple[bool, int]:
        state = states.get(apart(lines[number - 1])[0])
        fact = _fact(world, state)
        return (fact is not None and fact.valence == "bad", 0 if fact is None else fact.severity)

    ranked = sorted(range(1, len(lines) + 1), key=weight, reverse=True)
    return _json({"lines": sorted(ranked[: occasion.more["count"]])})


def _truths(occasion: Occasion) -> dict[int, str]:
    """Return the state of each numbered line about a fact in the message: missing, wrong, blurred, or "" (right).

    Of two lines about one fact the first counts, as in relaying.
    """
    states = codebook(occasion.world).states
    said: dict[str, State] = {}
    for line in lines_of(occasion.more["written"]):
        if state := states.get(line):
            said.setdefault(state.fact, state)
    truths: dict[int, str] = {}
    seen: set[str] = set()
    for number, line in enumerate(occasion.more["lines"], start=1):
        state = states.get(apart(line)[0])
        if state is not None and state.fact not in seen:
            seen.add(state.fact)
            now = said.get(state.fact)
            wrong = BLURRED if now is not None and now.fate == "blurred" else WRONG
            truths[number] = MISSING if now is None else "" if now == state else wrong
    return truths


def _chance(rates: Sight, occasion: Occasion, truth: str) -> float:
    """Return the chance that what is wrong with a line is found and said."""
    return rates.catch * rates.sight(own=bool(occasion.more.get("own")), blurred=truth == BLURRED)


def _kind(truth: str) -> str:
    return WRONG if truth == BLURRED else truth


def _about(states: Mapping[str, State], line: str) -> str:
    """Return the id of the fact that a line is about; the line itself if it is not the channel's own."""
    return states[line].fact if line in states else line


def _fact(world: World, state: State | None) -> Fact | None:
    return next((fact for fact in world.facts if state is not None and fact.id == state.fact), None)


def _findings(stand: Mapping[int, str]) -> str:
    return _json({kind: [number for number, its in stand.items() if its == kind] for kind in (MISSING, WRONG)})


def _json(content: dict[str, Any]) -> str:
    return orjson.dumps(content).decode()
