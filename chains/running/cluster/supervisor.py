"""Supervises the workers of a cluster: gives them trials, joins their shards, replaces those that die.

Trials that may ask the same question (one world and replicate in several conditions) go to one worker, so that a reply
is shared among them as in one process. The run's log is written here alone, so it is followed, shown and stopped as
that of a run on one machine.
"""

import asyncio
import contextlib
import secrets
from collections import defaultdict, deque
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from chains.errors import MazedomError, NotThere, OverLimit, ProviderError
from chains.experiments.experiment import TrialId
from chains.models.budget import Budget
from chains.running.cluster.keeper import shard_name
from chains.running.cluster.shard_log import Joined, known_of, let_go
from chains.running.cluster.worker import MARK_FILE, Ended
from chains.running.log.log import Log
from chains.running.log.records import Note, now
from chains.running.reply_source import Watcher
from chains.running.run_record import RunRecord
from chains.running.runner import Progress, failed_end, together

LOOK_EVERY = 0.2
"""Seconds between two looks at the shards."""
MOST_DEATHS = 3
"""Workers that may die over the same trials before the run stops."""
STARTS_WITHIN = 120.0
"""Seconds in which the first worker must have started."""


class Lost(Exception):
    """A worker died, or can't be reached."""


class Hand(Protocol):
    """One worker, as its supervisor reaches it. Its methods raise `Lost` if it is gone."""

    name: str

    async def start(self) -> str | None:
        """Open the run; return why that can't be."""
        ...

    async def drive(self, trials: Sequence[str], known: Sequence[bytes], *, again: bool) -> list[Ended]:
        """Drive trials."""
        ...

    async def hope(self) -> None:
        """Let endpoints that were given up be asked again."""
        ...

    async def stop(self) -> None:
        """Send nothing more."""
        ...

    async def close(self) -> dict[str, Any]:
        """Close all; return what was found out about the models."""
        ...

    def kill(self) -> None:
        """End its process."""
        ...


class Crew(Protocol):
    """Makes workers and has the keeper of limits."""

    def hire(self, name: str) -> Hand:
        """Begin a worker's process."""
        ...

    def bury(self, name: str) -> Awaitable[None]:
        """Tell the keeper that a worker is dead."""
        ...

    def close_limits(self, why: str | None) -> Awaitable[None]:
        """Tell the keeper that nothing more may be sent."""
        ...


@dataclass
class _Group:
    """Trials that go to one worker."""

    trials: list[TrialId]
    kin: list[TrialId]
    """All trials of the run that may share replies with them."""
    again: bool = False
    deaths: int = 0


@dataclass(eq=False)
class _Working:
    """A worker under way."""

    hand: Hand
    shard: Path
    lost: asyncio.Task[None] | None = None
    """Buries it, once it is known to be dead."""


@dataclass
class Supervisor:
    """Drives a run on a crew.

    Args:
        record: The run.
        log: Its log, open to write.
        folder: Where it is.
        budget: Closed when the run is to stop.
        watcher: Told what happens.
        count: How many workers.
        at_once: Trials at the same time at each.
    """

    record: RunRecord
    log: Log
    folder: Path
    budget: Budget
    watcher: Watcher
    count: int
    at_once: int
    progress: Progress = field(default_factory=Progress)
    served: dict[str, Any] = field(default_factory=dict)
    """What workers found out about the models."""

    def __post_init__(self) -> None:
        """Begin with nobody at work."""
        self._joined = Joined(self.log, self._on_end, self.watcher.joined)
        self._postponed: dict[TrialId, str] = {}
        self._groups: deque[_Group] = deque()
        self._working: list[_Working] = []
        self._began: set[str] = set()
        self._hired = 0
        self._broken: MazedomError | None = None
        self._by_name = {str(trial): trial for trial in self.record.trials()}

    async def drive(self, crew: Crew, todo: Sequence[TrialId]) -> Progress:
        """Drive trials to their ends; see `runner.drive`.

        Raises:
            MazedomError: If the whole run can't go on.
        """
        if not todo:
            return self.progress
        self.log.append(Note(note="began", at=now()))
        self._crew = crew
        self._groups = deque(self._grouped(todo))
        looking = asyncio.create_task(self._look())
        try:
            await self._all()
            if self._postponed and self._goes_on:
                failed, self._postponed = dict(self._postponed), {}
                await self._told([one.hand.hope() for one in self._working])
                for group in self._grouped(failed):
                    group.again = True
                    self._groups.append(group)
                await self._all()
                self._postponed = {trial: why for trial, why in failed.items() if str(trial) not in self.progress.ends}
        except asyncio.CancelledError:
            for one in self._working:
                one.hand.kill()
            raise
        finally:
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            await self._dismiss()
        if self._broken is not None:
            raise self._broken
        self.progress.stopped = self.progress.stopped or self.budget.why
        for trial, why in self._postponed.items():
            self._ended(trial, why)
        return self.progress

    @property
    def _goes_on(self) -> bool:
        return self._broken is None and self.progress.stopped is None and not self.budget.closed

    def _grouped(self, trials: Iterable[TrialId]) -> list[_Group]:
        """Return trials in groups that may share replies, in the run's order."""
        kin: dict[tuple[int, int], list[TrialId]] = defaultdict(list)
        for trial in self._by_name.values():
            kin[trial.seed, trial.replicate].append(trial)
        groups: dict[tuple[int, int], _Group] = {}
        for trial in trials:
            key = trial.seed, trial.replicate
            groups.setdefault(key, _Group([], kin[key])).trials.append(trial)
        return list(groups.values())

    async def _all(self) -> None:
        """Have workers drive all groups; hire as many as are wanted, and others in place of those that die."""
        at_work: dict[asyncio.Task[None], _Working] = {}
        while True:
            if self._goes_on:
                idle = [one for one in self._alive if one not in at_work.values()]
                for _ in range(min(len(self._groups), self.count - len(at_work))):
                    one = idle.pop() if idle else self._hire()
                    at_work[asyncio.create_task(self._work(one))] = one
            if not at_work:
                return
            done, _ = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del at_work[task]
                if (error := task.exception()) is not None:
                    self._break(error)

    @property
    def _alive(self) -> list[_Working]:
        return [one for one in self._working if one.lost is None]

    def _hire(self) -> _Working:
        self._hired += 1
        while (shard := self.folder / shard_name(f"w{self._hired}")).exists():
            self._hired += 1
        if len(self._working) > MOST_DEATHS * self.count + MOST_DEATHS:
            raise MazedomError("workers die as fast as they are replaced; look at their machines, then `resume`")
        one = _Working(self._crew.hire(f"w{self._hired}"), shard)
        self._working.append(one)
        return one

    def _break(self, error: BaseException) -> None:
        if not isinstance(error, MazedomError):
            raise error
        self._broken = self._broken or error
        self.budget.close(error)

    async def _work(self, one: _Working) -> None:
        """Have a worker drive groups, several side by side, while there are any."""
        if not await self._started(one):
            return
        size = max(1, len(self._groups[0].trials)) if self._groups else 1
        lanes = 1 + -(-self.at_once // size)
        await together(lambda: self._lane(one), lanes)

    async def _started(self, one: _Working) -> bool:
        """Return whether a worker is at work; nobody waits long for one while others are."""
        if one.hand.name in self._began:
            return True
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                why = await one.hand.start()
        except TimeoutError:
            one.hand.kill()
            await self._bury(one)
            if not self._began:
                raise MazedomError(f"no worker of the cluster has started within {STARTS_WITHIN:.0f} s") from None
            return False
        except Lost as error:
            await self._bury(one)
            if not self._began:
                raise MazedomError(f"a worker of the cluster died before it began: {error}") from None
            return False
        if why is not None:
            raise MazedomError(why)
        self._began.add(one.hand.name)
        return True

    async def _lane(self, one: _Working) -> None:
        while self._groups and self._goes_on and one.lost is None:
            group = self._groups.popleft()
            left = [trial for trial in group.trials if str(trial) not in self.progress.ends]
            known = known_of(self.log, map(str, group.kin))
            try:
                ended = await one.hand.drive([str(trial) for trial in left], known, again=group.again)
            except Lost:
                await self._bury(one)
                group.trials = [trial for trial in left if str(trial) not in self.progress.ends]
                group.deaths += 1
                if group.deaths >= MOST_DEATHS:
                    raise MazedomError(
                        f"{MOST_DEATHS} workers died over the same trials, such as {group.trials[0]}; look at their "
                        "machines, then `resume`"
                    ) from None
                if group.trials:
                    self._groups.appendleft(group)
                return
            self._joined.join(one.shard)
            for end in ended:
                self._note(end)

    def _note(self, end: Ended) -> None:
        """Note what became of a trial."""
        trial = self._by_name[end.trial]
        match end.how:
            case "postponed":
                self._postponed[trial] = end.why
                self.watcher.postponed(end.trial, end.why)
            case "stopped":
                self.progress.stopped = self.progress.stopped or self.budget.why or OverLimit(end.why)
            case "away" if not self.log.index.answered:
                self._break(NotThere(end.why))
            case "away":
                self._ended(trial, end.why)
            case "broken":
                self._break(MazedomError(end.why))

    def _ended(self, trial: TrialId, why: str) -> None:
        """Log that a trial failed."""
        end = failed_end(trial, ProviderError(why))
        self.log.append(end)
        self._on_end(end.trial)

    def _on_end(self, trial: str) -> None:
        end = self.log.end(trial)
        if end is not None:
            self.progress.ends[trial] = end.status
            self.watcher.ended(end)

    async def _bury(self, one: _Working) -> None:
        """Make sure that a worker is dead, and join what it has logged; whoever comes later waits for that."""
        if one.lost is None:
            one.lost = asyncio.create_task(self._buried(one))
        await asyncio.shield(one.lost)

    async def _buried(self, one: _Working) -> None:
        one.hand.kill()
        if not await asyncio.to_thread(let_go, one.shard):
            raise MazedomError(
                f"worker {one.hand.name} can't be reached and may still write {one.shard}; end it, then `resume`"
            )
        await self._crew.bury(one.hand.name)
        self._joined.join(one.shard)  # after that nothing more of it comes, over the network either

    async def _look(self) -> None:
        """Join what workers log, and stop them when the run is to stop."""
        told = False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                for one in self._alive:
                    self._joined.join(one.shard)
            except MazedomError as error:
                self._break(error)
            if self.budget.closed and not told:
                told = True
                why = self.budget.why
                await self._crew.close_limits(str(why) if isinstance(why, OverLimit) else None)
                await self._told([one.hand.stop() for one in self._alive])

    async def _told(self, messages: Sequence[Awaitable[Any]]) -> list[Any]:
        """Send messages to several workers; those that are gone are left out of the answers."""
        answers = await asyncio.gather(*messages, return_exceptions=True)
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def _dismiss(self) -> None:
        """End the workers, join all that they have logged, and remove their shards."""
        began = [one for one in self._alive if one.hand.name in self._began]
        for found in await self._told([one.hand.close() for one in began]):
            for name, about in found.items():
                self.served.setdefault(name, about)
        for one in self._working:
            one.hand.kill()
        for one in self._working:
            if await asyncio.to_thread(let_go, one.shard):
                self._joined.join(one.shard)
        with contextlib.suppress(MazedomError):  # the shards stay then
            self._joined.remove([one.shard for one in self._working])
        (self.folder / MARK_FILE).unlink(missing_ok=True)


def mark_in(folder: Path) -> str:
    """Put a word into a run's folder by which workers know it again; return it."""
    mark = secrets.token_hex(8)
    (folder / MARK_FILE).write_text(mark)
    return mark
