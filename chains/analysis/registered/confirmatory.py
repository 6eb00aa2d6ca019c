"""Is a run confirmatory, so that its results test its hypotheses, or exploratory, and why?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from chains.running.log.log import Log
from chains.running.log.records import Status
from chains.running.registration import changed
from chains.running.run_record import RunRecord
from chains.worlds.world import unverified_notes


class Ended(Protocol):
    """The part of a `TrialEnd` that is needed here."""

    @property
    def status(self) -> Status:
        """How."""
        ...

    @property
    def instrument(self) -> str | None:
        """What read its messages."""
        ...


class Look(NamedTuple):
    """The least that will do."""

    status: Status
    instrument: str | None


class Standing(NamedTuple):
    """Whether a run is confirmatory, and its hypotheses."""

    confirmatory: bool
    """Registered before the first trial, nothing changed since, and run to its end."""
    why: str
    """The reason, in a sentence without its first capital and full stop."""
    hypotheses: Mapping[str, str]
    digest: str | None
    """Of the registration; None if there is none."""

    extended: bool = False
    """Whether trials were added to the run: a reader must know, whether or not there are hypotheses."""

    @property
    def notable(self) -> bool:
        """Whether there is more to say than that nothing was registered."""
        return bool(self.hypotheses) or self.extended

    @property
    def word(self) -> str:
        """Confirmatory or exploratory."""
        return "confirmatory" if self.confirmatory else "exploratory"

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "standing": self.word,
            "why": self.why,
            "hypotheses": dict(self.hypotheses),
            "registration": self.digest,
        }

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        named = [f"hypothesis {name}: {text}" for name, text in self.hypotheses.items()]
        digest = "" if self.digest is None else f" (registration {self.digest[:12]})"
        return [*named, f"{self.word}: {self.why}{digest}"]


def standing(record: RunRecord, log: Log, ends: Iterable[Ended] | None = None) -> Standing:
    """Say whether a run's results are a test of its hypotheses.

    Args:
        record: The run.
        log: Its log.
        ends: How its trials ended, where the caller has read that already.
    """
    if not record.experiment.hypotheses:
        why = record.why_exploratory or "no hypothesis was registered"
        return Standing(False, why, {}, None, extended=bool(record.extended))
    if ends is None:
        found = (log.end(str(trial)) for trial in record.trials())
        ends = (Look(end.status, end.instrument) for end in found if end is not None)
    against = next(_objections(record, log, list(ends)), None)
    return Standing(
        confirmatory=against is None,
        why=against or "registered before the first trial, nothing changed since, every trial finished",
        hypotheses=record.experiment.hypotheses,
        digest=None if record.registered is None else record.registered.digest,
        extended=bool(record.extended),
    )


def _objections(record: RunRecord, log: Log, ends: list[Ended]) -> Iterator[str]:
    """Return what speaks against calling the run confirmatory, the weightiest first."""
    if (extended := record.why_exploratory) is not None:
        yield extended
    if record.registered is None:
        yield "the hypotheses were not registered when the run was made"
    elif parts := changed(record, record.registered):
        yield f"changed since it was registered: {', '.join(parts)}"
    if record.models and all(source.traits.is_synthetic for source in record.models.values()):
        yield "a synthetic channel holds every seat: what is planted can be found again, and nothing can be confirmed"
    yield from unverified_notes(record.worlds.values())
    if log.index.reused:
        yield f"replies were taken from {', '.join(sorted(log.index.reused))}, whose data were there to be seen"
    held = log.index.held
    if any(held.get(what, 0) < before for what, before in record.held.items()):
        yield "lines were removed from the log since the run last stopped"
    if others := sorted({str(end.instrument) for end in ends if end.status == "finished"} - {record.instrument}):
        yield f"some messages were read by {', '.join(others)} and not by the registered {record.instrument}"
    trials = sum(1 for _ in record.trials())
    if left := trials - sum(end.status == "finished" for end in ends):
        yield f"{left} of {trials} trials are not finished, and a look before the end is no test"
