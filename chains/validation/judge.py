"""Ask a judge about all pairs on which its log has no verdict, several messages at the same time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chains.errors import Hopeless, MazedomError, OverLimit, ProviderError, Stopped
from chains.models.provider import Provider, Reply, Request
from chains.organisation.hierarchy import Seat
from chains.organisation.turn_key import Key, Pass
from chains.running.log.log import Log
from chains.running.reply_source import ReplySource
from chains.running.runner import together
from chains.validation.judge_answers import AGAIN
from chains.validation.judge_cases import number_of
from chains.validation.judge_record import JudgeRecord, asked_before, read_verdicts
from chains.validation.pairs import Pair, Pairs, Place


@dataclass
class Judging:
    """The outcome of asking a judge."""

    errors: Counter[str] = field(default_factory=Counter)
    """The errors of calls that got no reply, with the number of each."""
    stopped: MazedomError | None = None
    """Why asking stopped early; None if it did not."""


class _BenchSource(ReplySource):
    """A source of replies for a judge: one key may have several requests, about other statements of one message."""

    def logged(self, key: Key, request: Request) -> Reply | None:
        step = self.log.find(key, request.digest)
        return None if step is None else step.reply


class _Judged(NamedTuple):
    """What the log names of a call to a judge: the seat whose message is judged."""

    seat: Seat
    task: str = "judge"
    pass_: Pass = "audit"  # noqa: S105  no password

    @property
    def name(self) -> str:
        return f"{self.seat.name}/judge"


async def ask_judge(
    record: JudgeRecord,
    log: Log,
    pairs: Pairs,
    wanted: Sequence[Pair],
    provider: Provider,
    *,
    at_once: int,
    told: Callable[[int, int], None] | None = None,
) -> Judging:
    """Ask a judge about the wanted pairs that its log does not answer, and log every reply.

    If a reply lacks a statement, the judge is asked about it again, up to `record.attempts` times. A refusal is an
    answer, and so is a verdict whose evidence does not occur in the message.

    Args:
        record: The judge.
        log: The judge's log, open to write.
        pairs: The run's pairs.
        wanted: The pairs to ask about.
        provider: Where replies come from.
        at_once: How many calls may be under way at the same time.
        told: Called after each message with the number of messages done and of all.
    """
    asking = _Asking(record, log, pairs, wanted, provider, told)
    try:
        # One call at first, so that a wrong key or a missing server gives one error, not `at_once` errors.
        await asking.go_on(only_until_answered=True)
        await together(asking.go_on, min(at_once, asking.left))
    except asyncio.CancelledError:
        asking.reply_source.abandon()
        raise
    finally:
        await asking.reply_source.settle()
    return asking.found


class _Asking:
    """The cases that are left. Each concurrent caller of `go_on` takes the next one until there is none."""

    def __init__(
        self,
        record: JudgeRecord,
        log: Log,
        pairs: Pairs,
        wanted: Sequence[Pair],
        provider: Provider,
        told: Callable[[int, int], None] | None,
    ) -> None:
        self.reply_source = _BenchSource(log, {record.source.label: provider})
        self.found = Judging()
        self._record, self._pairs, self._told = record, pairs, told
        cases = list(cases_left(record, log, pairs, wanted))
        self._todo = iter(cases)
        self._count = self.left = len(cases)
        self._before = self._replies

    @property
    def _replies(self) -> int:
        """Number of answered calls in the log, by this process or another; a reply that trials share is one call."""
        return sum(spent.calls - spent.unanswered for spent in self.reply_source.log.index.spent.values())

    @property
    def _answered(self) -> bool:
        """Whether the judge has answered since this object was made."""
        return self._replies > self._before

    async def go_on(self, *, only_until_answered: bool = False) -> None:
        """Ask one case after another until none is left or asking is stopped."""
        for case in self._todo:
            if self.found.stopped is not None:
                return
            try:
                await _ask(self._record, self.reply_source, self._pairs, case)
            except (OverLimit, Stopped) as error:
                self.found.stopped = error
            except ProviderError as error:
                self.found.errors[str(error)] += 1
                if (isinstance(error, Hopeless) or error.of_endpoint) and not self._answered:
                    self.found.stopped = error  # the other calls would fail too
            self.left -= 1
            if self._told is not None:
                self._told(self._count - self.left, self._count)
            if only_until_answered and self._answered:
                return


Case = tuple[Place, Sequence[str], int]
"""One call: the place of the message, the names of the statements to ask about, and the number of the attempt."""


def cases_left(record: JudgeRecord, log: Log | None, pairs: Pairs, wanted: Sequence[Pair]) -> Iterator[Case]:
    """Yield the calls that are left to make: a statement and a message are asked about once, wherever they occur.

    Args:
        record: The judge.
        log: Its log; None if it has none yet.
        pairs: The run's pairs.
        wanted: The pairs to ask about.
    """
    known = {} if log is None else asked_before(record, log, pairs)
    by_place: dict[Place, set[str]] = defaultdict(set)
    for pair in wanted:
        by_place[pairs.first_with[str(pair.trial), pair.seat]].add(pair.statement)
    for place, statements in by_place.items():
        case = pairs.case(*place)
        left: dict[int, list[str]] = defaultdict(list)
        for name, statement in ({} if case is None else record.names(*case)).items():
            if statement in statements:
                verdict, count = known.get((place, statement), (None, 0))
                if verdict is None or (verdict.problem in AGAIN and count < record.attempts):
                    left[count].append(name)
        for attempt, names in left.items():
            for first in range(0, len(names), record.per_call):
                yield place, names[first : first + record.per_call], attempt


async def _ask(record: JudgeRecord, reply_source: ReplySource, pairs: Pairs, case: Case) -> None:
    """Ask about the statements of one call until all are answered or no attempt is left."""
    (trial, seat), names, attempt = case
    found = pairs.case(trial, seat)
    while found is not None and names and attempt < record.attempts:
        world, message = found
        request = record.ask(world, message, names, attempt)
        key = Key(trial, seat, turn=number_of(names[0]), attempt=attempt)
        reply = await reply_source.reply(key, _Judged(pairs.seat(trial, seat)), record.source.label, (seat,), request)
        if reply is None:
            return
        said = read_verdicts(reply, names, message)
        names = [name for name in names if said[name].problem in AGAIN]
        attempt += 1
