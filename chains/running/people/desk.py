"""The desk: where a run asks for people's answers. It puts questions on the worklist, and takes answers from there."""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from chains.errors import Hopeless
from chains.experiments.experiment import TrialId
from chains.models.provider import Finish, Reply, digest_of
from chains.organisation.sitting import PERSON, Answered
from chains.running.log.records import ByPerson, Status, now
from chains.running.people.dealing import dealt_in
from chains.running.people.item import Kept, item_id, legible_message
from chains.running.people.scripted import SCRIPTED, script_of, scripted
from chains.running.people.worklist import Worklist
from chains.running.reply_source import Given, Overdue, Question
from chains.running.run_record import Casts, RunRecord
from chains.scoring.text.legible import legible

MOST_COMPARED = 4_000_000
"""Above this product of their words, two texts are compared line by line."""


class Desk:
    """Asks the people of a run, by way of its worklist."""

    def __init__(self, record: RunRecord, worklist: Worklist) -> None:
        """Ask on behalf of the run `record`."""
        self._record, self._casts = record, Casts(record)
        self._people = record.experiment.people
        self._trials: dict[str, TrialId] = {}
        self.worklist = worklist
        self._asked: set[str] = set()

    def tidy(self, ends: Mapping[str, Status]) -> None:
        """Take off the worklist what trials that were driven again did not ask any more; then begin to note anew.

        Args:
            ends: How each trial that was driven ended; one that failed may not have come to its questions.
        """
        self.worklist.withdraw({trial for trial, status in ends.items() if status != "failed"}, self._asked)
        self._asked.clear()

    async def given(self, question: Question) -> Given | Overdue | None:
        """Return the answer to a question; None if it is not there yet: it then stands on the worklist.

        Raises:
            Hopeless: If nobody answered in time, and the trial is to be marked.
        """
        if (by_rule := by_script(question)) is not None:
            return by_rule
        shown = _shown(question)
        kept = self.worklist.put(self._fresh(question))
        self._asked.add(kept.id)
        if kept.answer is None:
            return self._too_late(question, kept, shown)
        kept = self.worklist.read(kept.id)
        answer = kept.answer
        if answer is None:  # undone since
            return None
        raw, text = kept.raw, answer.text
        if not answer.sent_back and raw is not None and text == legible(raw).strip():
            text = raw  # approved as it stands, so what goes up is what the model wrote
        finish: Finish = "stop" if text.strip() else "empty"
        reply = Reply(text=text, finish=finish, served_by=PERSON, tries=0, seconds=round(kept.spent, 1))
        answered = Answered(reply, answer.sent_back)
        person = _by(question, kept.taken_by, shown, answered)
        return Given(answered, person.model_copy(update={"since": kept.since, "opened": kept.first_taken}))

    def _too_late(self, question: Question, kept: Kept, shown: str) -> Overdue | None:
        if not kept.late and not self.worklist.too_late(kept.id):
            return None
        if self._people.then == "mark":
            minutes = self._people.minutes or 0
            raise Hopeless(f"{question.key.seat}: nobody answered within {minutes:g} minutes, by {kept.deadline}")
        person = ByPerson(way=question.way, by=None, shown=shown, since=kept.since, opened=kept.first_taken)
        return Overdue(person)

    def _fresh(self, question: Question) -> Kept:
        """Return the item of a question as it would be put on the worklist now."""
        asked, since = question.asked, now()
        messages = tuple(map(legible_message, question.request.messages))
        raw = None if asked.draft is None else asked.draft.spoken
        talk = 0 if asked.draft is None else _talk(question)
        minutes = self._people.minutes
        return Kept(
            id=item_id(self._record.id, question.key, question.request),
            trial=question.key.trial,
            turn=question.turn.name,
            seat=question.key.seat,
            task=question.turn.task,
            way=question.way,
            messages=messages[: len(messages) - talk],
            talk=messages[len(messages) - talk : -1] if talk else (),
            draft=None if raw is None else legible(raw),
            raw=raw,
            words=question.words,
            writes=asked.writes or raw is None,
            send_backs=self._people.send_backs - asked.back // 2 + 1 if asked.back is not None else 0,
            since=since,
            deadline=None if minutes is None else _later(minutes),
            dealt=dealt_in(self._record, self._casts, self._trial(question.key.trial)).get(question.key.seat),
        )

    def _trial(self, name: str) -> TrialId:
        if not self._trials:
            self._trials = {str(trial): trial for trial in self._record.trials()}
        return self._trials[name]


def by_script(question: Question) -> Given | None:
    """Return the answer of the program that sits in a person's place; None if people answer."""
    if (rule := script_of(question.holder)) is None:
        return None
    answered = scripted(rule, question.asked)
    return Given(answered, _by(question, f"{SCRIPTED}:{rule}", _shown(question), answered))


def _talk(question: Question) -> int:
    """Return how many of a request's last messages are drafts, and reasons for which they were sent back."""
    roles = [message.role for message in question.request.messages]
    return len(roles) - roles.index("assistant")


def _later(minutes: float) -> str:
    due = datetime.now(UTC) + timedelta(minutes=minutes)
    return due.isoformat(timespec="seconds").replace("+00:00", "Z")


def _shown(question: Question) -> str:
    """Return the digest of the texts as a person is shown them."""
    return digest_of([structs.asdict(legible_message(message)) for message in question.request.messages])


def _by(question: Question, who: str | None, shown: str, answered: Answered) -> ByPerson:
    draft = None if question.asked.draft is None else question.asked.draft.spoken
    with_changes = draft is not None and not answered.sent_back and question.way in ("edit", "approve")
    return ByPerson(
        way=question.way,
        by=who,
        shown=shown,
        sent_back=answered.sent_back,
        changes=changes(draft, answered.reply.text) if draft is not None and with_changes else None,
    )


def changes(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Return where two texts differ, word by word: each stretch before and after."""
    old, new = _words(before), _words(after)
    if len(old) * len(new) > MOST_COMPARED:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(("".join(old[a:b]), "".join(new[c:d])) for kind, a, b, c, d in found if kind != "equal")


def _words(text: str) -> Sequence[str]:
    return re.findall(r"\s+|\S+", text)
