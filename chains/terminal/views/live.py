"""The live view of a run on stderr: who is writing, at which level, how much is kept so far, what it costs."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from chains.experiments.experiment import TrialId
from chains.models.provider import Reply, Request
from chains.organisation.hierarchy import Seat, held_below
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd
from chains.running.reply_source import Watcher
from chains.running.run_record import Casts, RunRecord
from chains.running.spending import cost
from chains.scoring.facts.reader import instrument_of
from chains.scoring.facts.verdict import in_rates
from chains.scoring.measures.fate_shares import shares_by_hop
from chains.terminal.views.estimate import span_text

READ_EVERY = 0.2
"""Seconds between two readings of one trial's messages, so that reading does not slow a fast chain down."""
MOST_ROWS = 8
"""Trials shown at the same time."""
MOST_POSTPONED = 10
"""Trials tried again that are named one by one."""
MOST_KEPT = 6
"""Conditions whose retention so far is shown."""


@dataclass
class _Row:
    """One trial under way."""

    condition: str
    world: str
    held: Mapping[str, frozenset[str]]
    writing: list[str] = field(default_factory=list)
    so_far: str = ""
    read_at: float = 0.0


class LiveView(Watcher):
    """Shows a run as it goes; plain lines where stderr is no terminal.

    While a person holds a seat, nothing that the instrument reads is shown.
    """

    def __init__(self, record: RunRecord, log: Log, console: Console) -> None:
        """Look on at the trials of a record that are logged in `log`."""
        self._casts = Casts(record)
        self._log = log
        self._console, self._shown = console, console.is_terminal
        self._blind = self._casts.people()
        self._trials = {str(trial): trial for trial in record.trials()}
        self._seats = {c.id: self._asked(c.id) for c in record.conditions}
        self._steps = sum(self._seats[trial.condition] for trial in self._trials.values())
        self._rows: dict[str, _Row] = {}
        self._ended = sum(log.index.status(name) == "finished" for name in self._trials)
        self._done = len(log.index.places)
        self._began = time.monotonic()
        self._begun_with = self._done
        self._called_before = log.index.calls
        self._postponed = 0
        self._kept: dict[str, list[float]] = {}
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing."""
        self._live.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a person for a while."""
        self._live.stop()
        yield
        if self._shown:
            self._live.start()

    def asked(self, trial: str, seat: Seat, request: Request) -> None:
        """Show who is writing."""
        if self._shown:
            self._row(trial).writing.append(seat.name)

    def said(self, trial: str, seat: Seat, reply: Reply, *, live: bool) -> None:
        """Show what was kept of what the seat said."""
        if not live:
            return
        self._done += 1
        if not self._shown:
            return
        row = self._row(trial)
        if seat.name in row.writing:
            row.writing.remove(seat.name)
        moment = time.monotonic()
        held = row.held.get(seat.name)  # who sits beside the hierarchy reports nothing
        if self._blind or held is None or moment < row.read_at + READ_EVERY:
            return
        row.read_at = moment
        cast = self._casts.cast(self._trials[trial])
        read = in_rates(instrument_of(cast.world, cast.told).read(reply.spoken, only=held))
        kept = sum(verdict.fate == "kept" for verdict in read.values())
        row.so_far = f"{seat.name}: {kept} of {len(read)} kept"

    def joined(self) -> None:
        """Count a step; what workers elsewhere write is not shown before its trial ends."""
        self._done += 1

    def postponed(self, trial: str, error: str) -> None:
        """Say that a trial is tried again later."""
        self._rows.pop(trial, None)
        self._postponed += 1
        if self._postponed <= MOST_POSTPONED:
            self._console.print(Text(f"{trial}: {error}; it is tried again at the end", style="yellow"), soft_wrap=True)
        elif self._postponed == MOST_POSTPONED + 1:
            self._console.print(Text("more trials are tried again at the end", style="yellow"))

    def ended(self, end: TrialEnd) -> None:
        """Count a trial, and say so where there is no live view."""
        self._rows.pop(end.trial, None)
        self._ended += end.status == "finished"
        if end.status == "finished" and not self._blind:
            self._note_retention(end)
        if end.status == "failed":
            self._console.print(Text(f"{end.trial} failed: {end.error}", style="red"), soft_wrap=True)
        elif end.status == "finished" and not self._shown and self._tells(self._ended):
            line = f"{self._ended} of {len(self._trials)} trials finished ({self._pace()})"
            self._console.print(Text(line), soft_wrap=True)

    def _note_retention(self, end: TrialEnd) -> None:
        """Add what the executive of a trial heard to what its condition kept so far."""
        trial = self._trials[end.trial]
        depth = self._casts.hierarchy(trial.condition).depth
        shares = shares_by_hop(end.readings.values(), depth)
        if depth in shares:
            self._kept.setdefault(self._casts.condition(trial).name, []).append(shares[depth].kept)

    def _retention(self) -> str:
        """Say how much is kept so far at the last hop, by condition."""
        rows = list(self._kept.items())
        shown = "; ".join(f"{name} {sum(kept) / len(kept):.0%} of {len(kept)}" for name, kept in rows[:MOST_KEPT])
        return f"kept at the last hop so far: {shown}{'; ...' if len(rows) > MOST_KEPT else ''}" if rows else ""

    def _asked(self, condition: str) -> int:
        """Return how many times seats are asked in one trial of a condition, at most."""
        asked = sum(map(len, self._casts.plan(condition).asked_of.values()))
        return asked * self._casts.round_settings(condition).rounds

    def _tells(self, count: int) -> bool:
        """Return whether to print a line at this count where stderr is no terminal: about twenty lines a run."""
        return count % max(1, len(self._trials) // 20) == 0 or count == len(self._trials)

    def _row(self, trial: str) -> _Row:
        if trial not in self._rows:
            name: TrialId = self._trials[trial]
            world = self._casts.world(name)
            cast = self._casts.cast(name)
            held = held_below(cast.hierarchy, cast.dealt)
            self._rows[trial] = _Row(self._casts.condition(name).name, f"{world.setting} {name.seed}", held)
        return self._rows[trial]

    def _pace(self) -> str:
        seconds = time.monotonic() - self._began
        steps = self._done - self._begun_with
        index, limits = self._log.index, self._casts.record.experiment.limits
        text = f"{index.calls:,}{_of(limits.calls)} calls, {index.tokens:,}{_of(limits.tokens)} tokens"
        spent = cost(self._casts.record.models.values(), index.spent)
        if spent:
            text += f", cost {spent:,.2f}{_of(limits.cost)}"
        text += f", {seconds:.0f} s"
        if seconds >= 1 and index.calls > self._called_before:
            text += f", {(index.calls - self._called_before) / seconds:.1f} calls/s"
        if steps and self._steps > self._done:
            text += f", about {span_text(seconds / steps * (self._steps - self._done))} left"
        return text

    def _render(self) -> RenderableType:
        table = Table(box=None, padding=(0, 2))
        for heading in ("trial", "condition", "world", "writing", "so far"):
            table.add_column(heading)
        for trial, row in list(self._rows.items())[:MOST_ROWS]:
            table.add_row(trial, row.condition, row.world, ", ".join(row.writing[:3]), row.so_far)
        more = len(self._rows) - MOST_ROWS
        kept = self._retention()
        foot = f"{self._ended} of {len(self._trials)} trials finished; {self._pace()}"
        return Group(table, Text(f"and {more} more" if more > 0 else ""), Text(kept), Text(foot, style="bold"))


def _of(limit: float | None) -> str:
    return "" if limit is None else f" of {limit:,}"
