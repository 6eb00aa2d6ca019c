"""The source of a run's replies: the log or a provider.

If the log holds the reply to exactly this request, it is taken from there.
Otherwise the provider is asked, and its reply is logged before anything that
depends on it starts. So running, resuming and replaying are one mechanism.
"""

import asyncio
import contextlib
import difflib
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Literal, NamedTuple, Protocol

import orjson
from msgspec import structs

from chains.errors import LogDamaged, MazedomError, ReplayDiffers, ReplyMissing
from chains.models.budget import Count, counting
from chains.models.provider import Provider, Reply, Request, added
from chains.organisation.hierarchy import Seat
from chains.organisation.sitting import Answered, Way
from chains.organisation.sitting import Asked as Sitting
from chains.organisation.turn_key import Key, Pass
from chains.running.log.log import SYNC_WITHIN, Log
from chains.running.log.records import ByPerson, Note, Step, TrialEnd, now
from chains.running.log.step_index import Place
from chains.running.shared_replies import SharedReplies


class Watcher:
    """Is told what happens while trials are driven. Its methods do nothing; subclasses override the ones they need."""

    def asked(self, trial: str, seat: Seat, request: Request) -> None:
        """A seat is about to be asked, live."""

    def said(self, trial: str, seat: Seat, reply: Reply, *, live: bool) -> None:
        """A seat has spoken; `live` is False for a reply from the log."""

    def joined(self) -> None:
        """A step that a worker of a cluster logged was joined to the run's log."""

    def postponed(self, trial: str, error: str) -> None:
        """A trial has failed and is tried again when all others are done."""

    def ended(self, end: TrialEnd) -> None:
        """A trial has ended."""


class Asked(Protocol):
    """The parts of a turn that the log records; a `plan.Turn` has them all."""

    @property
    def name(self) -> str:
        """The turn's name."""
        ...

    @property
    def seat(self) -> Seat:
        """Whose turn it is."""
        ...

    @property
    def task(self) -> str:
        """What the seat is asked for."""
        ...

    @property
    def pass_(self) -> Pass:
        """Which way the message goes."""
        ...


class Question(NamedTuple):
    """A request that a person must answer, the same that a model in that seat would get."""

    key: Key
    turn: Asked
    heard: tuple[str, ...]
    asked: Sitting
    """The request, and the draft that goes with it."""
    way: Way
    words: int | None
    """The word budget, if the prompt has one."""
    holder: str
    """Who answers: `people`, or a program."""

    @property
    def request(self) -> Request:
        """What the person reads."""
        return self.asked.request

    @property
    def back(self) -> Key | None:
        """The key under which it is logged that the draft is sent back; None if it can't be."""
        return None if self.asked.back is None else self.key._replace(attempt=self.asked.back)


class Given(NamedTuple):
    """A person's answer."""

    answered: Answered
    person: ByPerson


class Overdue(NamedTuple):
    """Nobody answered in time, and a model takes over."""

    person: ByPerson


Without = Callable[[], Awaitable[Reply]]
"""Gives the message that goes on if a person does not answer in time."""


class Desk(Protocol):
    """What brings people's answers; see `chains.running.people.desk`."""

    async def given(self, question: Question) -> Given | Overdue | None:
        """Return the answer to a question; None if it is not there yet, and the trial waits."""
        ...


class Taken(NamedTuple):
    """A reply taken from another run."""

    reply: Reply
    run: str | None
    """The id of the run that asked for it; None for a text that was put in its place."""
    person: ByPerson | None = None
    """How a person gave it there, if one did."""


class OtherReplies(Protocol):
    """Replies of other runs; see `chains.running.reuse` and `chains.running.fork`."""

    def find(self, key: Key, turn: str, request: Request) -> Taken | None:
        """Return a reply to exactly this request, to be logged under `key` for the turn; None if there is none."""
        ...


class AnsweredElsewhere(NamedTuple):
    """A person's answer in another run."""

    answered: Answered
    person: ByPerson | None
    run: str | None


def answered_in(others: OtherReplies, question: Question) -> AnsweredElsewhere | None:
    """Return what a person answered to exactly this question in another run; None if nobody did."""
    for key, back in ((question.back, True), (question.key, False)):
        if key is not None and (taken := others.find(key, question.turn.name, question.request)) is not None:
            return AnsweredElsewhere(Answered(taken.reply, sent_back=back), taken.person, taken.run)
    return None


class Answers(Protocol):
    """What a trial takes its replies from: a `ReplySource`."""

    async def reply(
        self, key: Key, turn: Asked, model: str, heard: tuple[str, ...], request: Request, *, drafts: bool = False
    ) -> Reply | None:
        """Return the reply to a request; None if it is not there yet, and the trial waits."""
        ...

    async def answer(self, question: Question, without: Without) -> Answered | None:
        """Return a person's answer; None if it is not there yet, and the trial waits."""
        ...

    def known(self, key: Key, request: Request) -> Reply | None:
        """Return the logged reply to a request that nobody is asked any more; None if there is none."""
        ...


class ReplySource:
    """The replies of a run: those in the log, and, unless it only replays, those of providers."""

    def __init__(
        self,
        log: Log,
        providers: Mapping[str, Provider] | None,
        watcher: Watcher | None = None,
        unshared: Collection[str] = (),
        others: OtherReplies | None = None,
        desk: Desk | None = None,
    ) -> None:
        """Take replies from `log`, and missing ones from `providers` by model name; None forbids asking.

        People's answers come from `desk`; without one, their questions stay open.

        Replies of the models in `unshared` (their names in requests) are not shared between trials. The replies of
        `others` are taken before a model is asked.
        """
        self.log = log
        self.providers = providers
        self.watcher = watcher or Watcher()
        self.questions: list[Question] = []
        """Requests that people have not answered yet."""
        self._unshared = frozenset(unshared)
        self._others = others
        self._desk = desk
        self._sync_at: asyncio.TimerHandle | None = None
        self._syncing: asyncio.Future[None] | None = None
        self._asking: set[asyncio.Future[Reply]] = set()
        self._shared = SharedReplies(log, log.index.places.steps() if providers is not None else ())

    def share(self, logged: Iterable[tuple[Key, Place]]) -> None:
        """Share the replies of steps that were put into the log by others."""
        self._shared.add(logged)

    def logged(self, key: Key, request: Request) -> Reply | None:
        """Return the logged reply to exactly this request, or None if nothing is logged under its key.

        Raises:
            ReplayDiffers: If the log holds a reply to another request there.
        """
        reply = self.log.reply(key, request.digest)
        if reply is not None:
            return reply
        other = self.log.holds(key)
        if other is not None:
            raise ReplayDiffers(f"{key.trial}, seat {key.seat}: {difference(other.request, request)}")
        return None

    async def reply(
        self, key: Key, turn: Asked, model: str, heard: tuple[str, ...], request: Request, *, drafts: bool = False
    ) -> Reply | None:
        """Return the reply to a request, from the log or live; a person's comes from `answer`.

        Args:
            key: Under which it is logged.
            turn: Who is asked, and for what.
            model: The name under which a provider answers for it.
            heard: The seats whose messages the request shows.
            request: What is asked.
            drafts: A person sees the reply before it is sent. If not, a higher attempt asks for another reply, which
                is never taken from elsewhere.

        Raises:
            ReplayDiffers: If the log holds another request under this key.
            ReplyMissing: If the log does not hold it and asking is forbidden.
            ProviderError: If no reply can be had.
        """
        reply = self.logged(key, request)
        live = reply is None
        first = drafts or not key.attempt
        if reply is None and first and (taken := self._taken(key, turn, request)) is not None:
            reply = self._had(key, turn, heard, request, taken.reply, taken.run)
            self._shared.logged(request, key)
        if reply is None:
            if self.providers is None:
                why = f"{key.trial}, seat {key.seat}: the log holds no reply; `mazedom resume` asks for it"
                raise ReplyMissing(why)
            reply = await self._live(self.providers[model], key, turn, heard, request, first=first)
        self.watcher.said(key.trial, turn.seat, reply, live=live)
        return reply

    async def answer(self, question: Question, without: Without) -> Answered | None:
        """Return a person's answer, from the log or from the desk; None if it is not there yet.

        Args:
            question: What they are asked.
            without: Gives the message that goes on if nobody answers in time.

        Raises:
            ReplayDiffers: If the log holds another request under the question's key.
            Hopeless: If nobody answered in time, and no model takes over.
        """
        key, back = question.key, question.back
        if back is not None and (reason := self.logged(back, question.request)) is not None:
            self.watcher.said(key.trial, question.turn.seat, reason, live=False)
            return Answered(reason, sent_back=True)
        if (reply := self.logged(key, question.request)) is not None:
            self.watcher.said(key.trial, question.turn.seat, reply, live=False)
            return Answered(reply)
        if self._others is not None and (found := answered_in(self._others, question)) is not None:
            self._take(question, *found)
            return found[0]
        given = None if self._desk is None or not self.log.writable else await self._desk.given(question)
        if given is None:
            self.questions.append(question)
            return None
        if isinstance(given, Overdue):
            given = Given(Answered(await without()), given.person)
        self._take(question, *given)
        return given.answered

    def _take(self, question: Question, answered: Answered, person: ByPerson | None, run: str | None = None) -> None:
        """Log a person's answer, or that of another run."""
        key = question.back if answered.sent_back and question.back is not None else question.key
        self.record(key, question.turn, question.heard, question.request, answered.reply, reused=run, person=person)
        self.watcher.said(key.trial, question.turn.seat, answered.reply, live=True)

    def known(self, key: Key, request: Request) -> Reply | None:
        """Return the reply that the log holds to exactly this request; None if there is none."""
        return self.log.reply(key, request.digest)

    async def _live(
        self, provider: Provider, key: Key, turn: Asked, heard: tuple[str, ...], request: Request, *, first: bool
    ) -> Reply:
        """Return a reply from the provider, or another trial's reply to exactly this request, seed included.

        Conditions that differ only further up ask their workers the same. The same seed should give the same answer,
        but a server that batches requests does not guarantee it, so the conditions would differ by noise alone.
        """
        shared = first and not request.model.startswith("channel") and request.model not in self._unshared
        other = self._shared.find(request) if shared else None
        if other is None:
            asking = asyncio.ensure_future(self._ask(provider, key, turn, heard, request))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            if shared:
                self._shared.asked(request, key, asking)
            # Shielded: if LangGraph drops this seat because a sibling failed, a reply already paid for is still logged.
            return await asyncio.shield(asking)
        if not isinstance(other, Place):
            return self._had(key, turn, heard, request, await asyncio.shield(other))
        return self._had(key, turn, heard, request, *self._logged(other, request))

    def _taken(self, key: Key, turn: Asked, request: Request) -> Taken | None:
        """Return another run's reply to this request, if there is one and replies of other runs may be taken."""
        return None if self._others is None else self._others.find(key, turn.name, request)

    def _had(
        self, key: Key, turn: Asked, heard: tuple[str, ...], request: Request, reply: Reply, run: str | None = None
    ) -> Reply:
        """Log a reply taken from another trial or run; no model was asked."""
        reply = structs.replace(reply, tries=0, seconds=0.0)
        self.record(key, turn, heard, request, reply, reused=run)
        return reply

    def _logged(self, place: Place, request: Request) -> tuple[Reply, str | None]:
        """Return the reply logged at `place`, and the run that it was taken from, if any."""
        step = self.log.step_at(place.offset, place.length)
        if step.digest != request.digest:
            raise LogDamaged(f"{self.log.path}: the reply to {step.trial}, seat {step.seat} is gone; it was changed")
        return step.reply, None if self._others is None else step.reused

    async def _ask(self, provider: Provider, key: Key, turn: Asked, heard: tuple[str, ...], request: Request) -> Reply:
        self.log.check_room()
        self.watcher.asked(key.trial, turn.seat, request)
        with counting() as count:
            try:
                reply = await provider.reply(request)
            except BaseException:
                if count.sent:
                    self._note("unanswered", key, request, count)
                raise
        if count.lost or count.unknown_tokens:
            self._note("lost", key, request, count)
        if count.sent > reply.tries:  # learning the dialect or a restart took requests too
            reply = structs.replace(reply, tries=count.sent)
        self.record(key, turn, heard, request, reply)
        return reply

    def _note(self, what: Literal["unanswered", "lost"], key: Key, request: Request, count: Count) -> None:
        """Log what was sent for nothing: limits count it in whatever process goes on."""
        note = Note(
            note=what, trial=key.trial, seat=key.seat, model=request.model, at=now(),
            calls=count.sent if what == "unanswered" else 0, usage=added(count.lost) if count.lost else None,
            tokens=count.unknown_tokens or None, cost=count.unknown_cost or None,
        )  # fmt: skip
        self.log.append(note)

    async def settle(self) -> None:
        """Wait for the replies still under way, so that they are logged before the log is closed."""
        await asyncio.gather(*self._asking, return_exceptions=True)
        if self._sync_at is not None:
            self._sync_at.cancel()
            self._sync_at = None
        if self._syncing is not None:
            await asyncio.wait([self._syncing])
        with contextlib.suppress(MazedomError):  # the log raises it again at the next append
            self.log.sync()

    def abandon(self) -> None:
        """Give up the replies still under way: they are not logged, and a resumed run asks for them again."""
        for asking in self._asking:
            asking.cancel()

    def record(
        self,
        key: Key,
        turn: Asked,
        heard: tuple[str, ...],
        request: Request,
        reply: Reply,
        *,
        reused: str | None = None,
        person: ByPerson | None = None,
    ) -> None:
        """Log a reply, durably where it cost money or a person's work."""
        step = Step(
            trial=key.trial,
            seat=key.seat,
            level=turn.seat.level,
            turn=key.turn,
            attempt=key.attempt,
            task=turn.task,
            name=turn.name,
            round=key.round,
            pass_=turn.pass_,
            heard=heard,
            request=request,
            digest=request.digest,
            reply=reply,
            reply_digest=reply.digest,
            tries=reply.tries,
            seconds=round(reply.seconds, 4),
            reused=reused,
            person=person,
            at=now(),
        )
        self.log.append(step, durable=not request.model.startswith("channel"))
        if self.log.unsynced and self._sync_at is None:
            # Replies that come together share one wait. A person's answer has no event loop, so it waits here.
            try:
                self._sync_at = asyncio.get_running_loop().call_later(SYNC_WITHIN, self._sync)
            except RuntimeError:
                self.log.sync()

    def _sync(self) -> None:
        """Wait for the disk in a thread, so that a slow disk does not hold up the replies of other seats."""
        loop = asyncio.get_running_loop()
        if self._syncing is not None and not self._syncing.done():
            self._sync_at = loop.call_later(SYNC_WITHIN, self._sync)
            return
        self._sync_at = None
        self._syncing = loop.run_in_executor(None, self.log.sync)
        # The log raises the error at the next append.
        self._syncing.add_done_callback(lambda done: done.cancelled() or done.exception())


def difference(logged: Request, asked: Request) -> str:
    """Say in one sentence where two requests first differ."""
    if logged.model != asked.model:
        return f"the log has model {logged.model!r} and this run would ask {asked.model!r}"
    for name in sorted(set(logged.settings) | set(asked.settings)):
        ours, theirs = asked.settings.get(name), logged.settings.get(name)
        if orjson.dumps(ours) != orjson.dumps(theirs):
            return f"the log has {name} = {theirs!r} and this run would ask with {ours!r}"
    before = "\n".join(message.content for message in logged.messages).splitlines()
    after = "\n".join(message.content for message in asked.messages).splitlines()
    lines = [
        line
        for line in difflib.unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    if lines:
        return f"the prompt is not the logged one: {' / '.join(lines[:2])}"
    return "the logged request was changed: its digest is not that of its own text"
