"""`replay --step`: go through trials message by message at a terminal; elsewhere all messages of one, as plain text."""

import select
import sys
from collections.abc import Callable, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from chains.analysis.results.fate_grid import changes
from chains.analysis.results.trial_story import Story, find_trial, story
from chains.errors import BadInput
from chains.experiments.experiment import TrialId
from chains.running.log.log import Log
from chains.running.run_record import RunRecord
from chains.terminal.views.output import results as stdout
from chains.terminal.views.step import step_view, steps_of
from chains.terminal.views.terminal_keys import END, Keys

KEYS = "n next  b back  1-9 hop  l next loss  t/r trial  c other condition  p play  j/k scroll  q quit"


def step_through(record: RunRecord, log: Log, name: str, seconds: float) -> int:
    """Show the messages of a trial one after another; return the exit status.

    Args:
        record: The run.
        log: Its log.
        name: The trial to begin with; empty: the first.
        seconds: How long each message stands while playing.
    """
    first = find_trial(record, log, name)
    if not steps_of(story(record, log, first)):
        raise BadInput(f"trial {first} has no message on its way up; `mazedom show {record.id} --trial` tells it")
    if not (stdout.is_terminal and sys.stdin is not None and sys.stdin.isatty()):
        for one in _printed(story(record, log, first)):
            stdout.print(one)
        return 0
    _Walk(record, log, first, seconds).go()
    return 0


def _printed(told: Story) -> Sequence[RenderableType]:
    """Return every step of a trial, for a pipe."""
    return [
        part
        for at in range(len(steps_of(told)))
        for part in (Rule(align="left"), *step_view(told, at))
    ]  # fmt: skip


class _Walk:
    """Where in a run a person is, and what each key does."""

    def __init__(self, record: RunRecord, log: Log, trial: TrialId, seconds: float) -> None:
        self._record, self._log, self._seconds = record, log, seconds
        started = log.index.started
        self._trials = [one for one in record.trials() if str(one) in started]
        self._trial = self._trials.index(trial)
        self._at = self._top = 0
        self._beside: int | None = None
        """Which of the other conditions stands beside; None: what was heard does."""
        self._told = story(record, log, trial)
        self._notice = ""
        """Why the last key changed nothing."""

    def go(self) -> None:
        """Show and obey keys until the person quits."""
        does: dict[str, Callable[[], None]] = {
            **dict.fromkeys(("n", " ", "\n", "\r"), partial(self._step, 1)),
            "b": partial(self._step, -1),
            "l": self._to_loss,
            "t": partial(self._other_trial, 1),
            "r": partial(self._other_trial, -1),
            "c": self._other_condition,
            "j": partial(self._scroll, 1),
            "k": partial(self._scroll, -1),
            "p": self._play,
            **{str(hop): partial(self._to_hop, hop) for hop in range(1, 10)},
        }
        with Keys() as keys:
            while True:
                self._show()
                key = keys.next()
                if key == END:  # q, too
                    return
                self._notice = ""
                does.get(key, partial(self._step, 0))()

    def _show(self) -> None:
        head, texts, changed = step_view(self._told, self._at, self._side())
        options = stdout.options.update(height=None)
        notice = [Text(self._notice, "yellow")] if self._notice else []
        fixed = Group(head), Group(changed, *notice, Text(KEYS, "dim"))
        used = sum(len(stdout.render_lines(part, options)) for part in fixed)
        lines = stdout.render_lines(texts, options)
        room = max(3, stdout.height - used - 2)
        self._top = min(self._top, max(0, len(lines) - room))
        stdout.clear()
        stdout.print(head)
        for line in lines[self._top : self._top + room]:
            stdout.print(
                Text.assemble(*((part.text, part.style or "") for part in line)), no_wrap=True, overflow="crop"
            )
        if (left := len(lines) - self._top - room) > 0:
            stdout.print(Text(f"{left} lines more: j", "yellow"))
        stdout.print(fixed[1])

    def _side(self) -> Story | None:
        if self._beside is None:
            return None
        here = self._trials[self._trial]
        others = self._alike(here)
        return story(self._record, self._log, others[self._beside]) if self._beside < len(others) else None

    def _alike(self, here: TrialId) -> list[TrialId]:
        """Return the trials of the same world and replicate in other conditions."""
        same = (here.seed, here.replicate)
        return [one for one in self._trials if (one.seed, one.replicate) == same and one.condition != here.condition]

    def _step(self, by: int) -> None:
        last = len(steps_of(self._told)) - 1
        self._at, self._top = min(last, max(0, self._at + by)), 0

    def _scroll(self, by: int) -> None:
        self._top = max(0, self._top + by)

    def _to_loss(self) -> None:
        """Go to the next message in which something changes; stay where there is none."""
        steps = steps_of(self._told)
        later = next((at for at in range(self._at + 1, len(steps)) if changes(self._told, steps[at])), None)
        self._at, self._top = self._at if later is None else later, 0
        self._notice = "nothing more is lost or changed after this message" if later is None else ""

    def _to_hop(self, hop: int) -> None:
        steps = steps_of(self._told)
        found = next((at for at, turn in enumerate(steps) if turn.hop == hop), None)
        self._at, self._top = self._at if found is None else found, 0
        self._notice = f"this trial has no hop {hop}" if found is None else ""

    def _other_trial(self, by: int) -> None:
        place = self._trial
        while 0 <= (place := place + by) < len(self._trials):
            told = story(self._record, self._log, self._trials[place])
            if steps_of(told):
                self._trial, self._told, self._beside = place, told, None
                self._step(0)
                return
        self._notice = f"this is the {'last' if by > 0 else 'first'} trial"

    def _other_condition(self) -> None:
        """Put the next other condition beside, and after the last what was heard again."""
        count = len(self._alike(self._trials[self._trial]))
        following = 0 if self._beside is None else self._beside + 1
        self._beside = following if following < count else None
        self._notice = "" if count else "this world and replicate has no trial in another condition"

    def _play(self) -> None:
        """Go on by itself until the end or a key."""
        while self._at < len(steps_of(self._told)) - 1:
            if select.select([sys.stdin], [], [], self._seconds)[0]:
                return
            self._step(1)
            self._show()
