"""One trial told from the log: who heard whom, who said what, and what the instrument reads in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from chains.errors import BadInput, nearest
from chains.experiments.experiment import TrialId
from chains.fates import ELSEWHERE, FATE_OF, read_of
from chains.models.provider import Reply
from chains.organisation.assignment_turns import letters_of_actions
from chains.organisation.cast import HAVE_NOTES, Cast
from chains.organisation.decision_turns import charter_of, choice_of, decision_of, letters_of, order_notes
from chains.organisation.hierarchy import Seat, held_below
from chains.organisation.plan import Turn as Spoken
from chains.organisation.remedies.audit import corrected_in, shown_to
from chains.organisation.remedies.audit_findings import KINDS, read_findings, read_numbers
from chains.organisation.remedies.note_text import lines_in
from chains.organisation.remedies.stop_choice import OPTIONS, choice_in
from chains.organisation.rounds import first_staff
from chains.organisation.task import Said
from chains.organisation.traits import GRADES
from chains.running.log.log import Log, OtherReader
from chains.running.log.records import Step, TrialEnd
from chains.running.outcomes.decisions import instrument_down
from chains.running.outcomes.stops import STEPS, asked_to_step_in
from chains.running.run_record import Casts, RunRecord
from chains.running.transcript import retold
from chains.scoring.facts.degenerate import degenerate
from chains.scoring.facts.instrument import Verdict
from chains.scoring.facts.inventions import Claim, invented
from chains.scoring.facts.reader import instrument_of, read_corrected, status_told
from chains.scoring.facts.verdict import in_rates
from chains.scoring.reading import Reading
from chains.scoring.replies.choice import Choice
from chains.worlds.charters.assignment import Assignment
from chains.worlds.world import World


class Found(NamedTuple):
    """The lines that an auditor's or a worker's reply names, of those that it was shown."""

    lines: Mapping[str, Sequence[str]]
    """The lines by what they are named as: missing, wrong, picked."""
    readable: bool


class Turn(NamedTuple):
    """One seat's message, read."""

    seat: Seat
    hop: int
    step: Step | None
    """As logged; None for a text that stands by rule."""
    reply: Reply
    verdicts: Mapping[str, Verdict]
    """Of the facts held at or below the seat; of the charter's clauses in an order; none where an option is chosen."""
    invented: Sequence[Claim]
    degenerate: str | None
    told: Spoken
    """Whose turn it was, and for what."""
    chosen: Choice | None = None
    """The option that it chooses, where it is to choose one."""
    status: str | None = None
    """The overall status that a report tells, where the world has one."""
    found: Found | None = None
    """What an auditor finds, or which lines a worker picks, as it is read."""
    unchanged: bool = False
    """Whether it stands by rule and says what its report said before: nothing was found, nothing is attached."""

    @property
    def kept(self) -> int | None:
        """How many facts, or clauses, it keeps; None where nothing is read in it."""
        return sum(verdict.fate == "kept" for verdict in in_rates(self.verdicts).values()) if self.verdicts else None


class Story(NamedTuple):
    """One trial, as far as it went, from the workers up."""

    trial: TrialId
    condition: str
    world: World
    depth: int
    intent: Sequence[str]
    """Where something is decided: the options, the best one marked, and the charter; a line each."""
    notes: Mapping[str, str]
    """The notes of each worker."""
    turns: Sequence[Turn]
    paths: Mapping[str, Sequence[str]]
    """For each fact, the seats that it passes on its way up, the executive left out."""
    sent: Mapping[str, str]
    """For each seat that reports, the turn whose text went up."""
    read_at_the_top: Sequence[str]
    """The turns that the executive reads: the last reports, and lines past the chain."""
    members: Mapping[str, str]
    """Where members have traits, for each seat who holds it and which traits it has; empty where they have none."""

    def document(self) -> dict[str, Any]:
        """Return the story as one JSON document."""
        return {
            "trial": str(self.trial),
            "condition": self.condition,
            "world": {"title": self.world.title, "setting": self.world.setting, "digest": self.world.digest},
            **({"status": self.world.true_status} if self.world.status else {}),
            "facts": [
                {"id": fact.id, "text": fact.render(0), "valence": fact.valence, "severity": fact.severity}
                for fact in self.world.facts
            ],
            "notes": dict(self.notes),
            **({"members": dict(self.members)} if self.members else {}),
            "messages": [
                {
                    "seat": turn.seat.name,
                    "role": turn.seat.role,
                    "level": turn.seat.level,
                    "hop": turn.hop,
                    "turn": turn.told.name,
                    "model": None if turn.step is None else turn.step.request.model,
                    "heard": list(turn.step.heard) if turn.step else list(turn.told.hears),
                    "text": turn.reply.text,
                    "thought": turn.reply.thought,
                    "finish": turn.reply.finish,
                    "fates": {name: verdict.fate for name, verdict in turn.verdicts.items()},
                    "why": {name: verdict.why for name, verdict in turn.verdicts.items()},
                    "invented": [claim.text for claim in turn.invented],
                    "degenerate": turn.degenerate,
                    "task": turn.told.task,
                    **({"rule": turn.told.rule.name} if turn.told.rule else {}),
                    **({"status": turn.status} if turn.status else {}),
                    **({"chosen": turn.chosen.option, "read": turn.chosen.how} if turn.chosen else {}),
                    **({"found": turn.found.lines, "readable": turn.found.readable} if turn.found else {}),
                }
                for turn in self.turns
            ],
        }


def find_trial(record: RunRecord, log: Log, name: str) -> TrialId:
    """Return the trial that `name` means; an empty name means the first that has a step in the log.

    Raises:
        BadInput: If there is none.
    """
    trials = {str(trial): trial for trial in record.trials()}
    if name:
        if name not in trials:
            raise BadInput(f"run {record.id} has no trial {name!r}{nearest(name, trials)}")
        return trials[name]
    started = log.index.started
    found = next((trial for text, trial in trials.items() if text in started), None)
    if found is None:
        raise BadInput(f"run {record.id} has no message yet; `mazedom resume {record.id}` goes on with it")
    return found


def story(
    record: RunRecord,
    log: Log,
    trial: TrialId,
    number: int | None = None,
    *,
    casts: Casts | None = None,
    unread: Collection[str] = (),
) -> Story:
    """Tell a trial from its log; messages that are not there yet are left out.

    Args:
        record: The run.
        log: Its log.
        trial: Which trial.
        number: Which of its rounds, from 1; the last if not given.
        casts: Casts of the run's trials, if they have been made already.
        unread: Turns whose messages the instrument need not read; their turns have no verdicts.

    Raises:
        BadInput: If it has no such round.
    """
    casts = casts or Casts(record)
    rounds = casts.round_settings(trial.condition).rounds
    if number is not None and not 1 <= number <= rounds:
        raise BadInput(f"trial {trial} has no round {number}; it has {rounds}")
    cast = casts.cast(trial, number)
    held = held_below(cast.hierarchy, cast.dealt)
    turns: list[Turn] = []
    replies = retold(cast, log, str(trial))
    said = {name: reply.spoken for name, reply in replies.items()}
    end = log.end(str(trial))
    logged = {} if end is None or rounds > 1 else end.readings
    for turn in cast.plan.turns:
        if turn.name in replies and (turn.task not in STEPS or turn in asked_to_step_in(cast, said)):
            step = None if turn.ruled else log.holds(cast.key(str(trial), turn))
            if turn.name in unread:
                turns.append(Turn(turn.seat, _hop(cast, turn), step, replies[turn.name], {}, (), None, turn))
                continue
            told = _turn(cast, turn, step, replies[turn.name], said, held.get(_whose(cast, turn), ()))
            turns.append(told if step is None or step.forgotten is None else _forgotten(told, cast, logged))
    if log.reader is not None:
        turns = [_read_by(turn, cast, str(trial), logged, log.reader) for turn in turns]
    return Story(
        trial=trial,
        condition=casts.condition(trial).name,
        world=cast.world,
        depth=cast.hierarchy.depth,
        notes={name: cast.notes(name) for name in cast.dealt},
        intent=_intent(cast) if cast.loop else (),
        turns=turns,
        paths=_paths(cast, turns),
        sent=cast.plan.sent,
        read_at_the_top=cast.plan.top,
        members=_members(cast, end),
    )


def _members(cast: Cast, end: TrialEnd | None) -> dict[str, str]:
    """Return who holds each seat in a round and which traits it has; empty where that is not known yet."""
    if cast.traits is None or (cast.round_settings.rounds > 1 and (end is None or len(end.rounds) < cast.round)):
        return {}
    staff = end.rounds[cast.round - 1].staff if end is not None and end.rounds else first_staff(cast.hierarchy)
    return {
        seat: ", ".join([member, *(f"{name} {GRADES[grade]}" for name, grade in cast.traits_at(seat, member).items())])
        for seat, member in staff.items()
    }


def _read_by(turn: Turn, cast: Cast, trial: str, logged: Mapping[str, Reading], reader: OtherReader) -> Turn:
    """Return a turn whose fates are those of another reader, if it is a report that was sent up."""
    seat = turn.seat.name
    if cast.plan.sent.get(seat) != turn.told.name or (trial, seat) not in reader.letters or seat not in logged:
        return turn
    read = dict(zip((fact.id for fact in cast.world.facts), logged[seat].fates, strict=True))
    verdicts = {
        name: Verdict(
            statement=name, fate=read_of(read[name]), slots={}, evidence=None,
            why=reader.why.get(f"{trial}/{seat}/{name}", "not asked"),
        )
        for name in turn.verdicts
        if read[name] != ELSEWHERE
    }  # fmt: skip
    return turn._replace(verdicts=verdicts)


def _paths(cast: Cast, turns: Sequence[Turn]) -> dict[str, list[str]]:
    """Return for each fact the seats on its way up; of two witnesses, from the one who reported it as it is."""
    kept = {
        (turn.seat.name, name)
        for turn in turns
        for name, verdict in turn.verdicts.items()
        if turn.told.number == 0 and verdict.fate == "kept"
    }
    paths: dict[str, list[str]] = {}
    for worker, facts in cast.dealt.items():
        for fact in facts:
            if fact not in paths or (worker, fact) in kept:
                paths[fact] = cast.hierarchy.path_up(worker)[:-1]
    return paths


def _turn(cast: Cast, turn: Spoken, step: Step | None, reply: Reply, said: Said, held: Collection[str]) -> Turn:
    message = reply.spoken or ""
    if turn.task in OPTIONS:
        choice = choice_in(cast, turn.task, said[turn.name])
        return Turn(turn.seat, _hop(cast, turn), step, reply, {}, (), None, turn, choice)
    if turn.row.holds == "option":
        return Turn(turn.seat, _hop(cast, turn), step, reply, {}, (), None, turn, choice_of(cast, said[turn.name]))
    if not turn.row.holds:
        found = _found(cast, turn, said)
        return Turn(turn.seat, _hop(cast, turn), step, reply, {}, (), None, turn, found=found)
    texts = [text for name in turn.hears if (text := said.get(name))]
    corrected = ""
    if turn.row.holds != "clauses":
        instrument, only = instrument_of(cast.world, cast.told), held
        own = cast.known_to(turn.seat.name) if turn.seat.role in HAVE_NOTES else []
        heard = own + [cast.plain(text) for text in texts]
        message, corrected = cast.plain(message), corrected_in(cast, turn.name, said)
    else:
        instrument, only = instrument_down(cast), None
        heard = [order_notes(cast, said.get(turn.hears[0]) if turn.hears else None)] if turn.task == "order" else texts
    return Turn(
        seat=turn.seat,
        hop=_hop(cast, turn),
        step=step,
        reply=reply,
        verdicts=read_corrected(instrument, message, corrected, only),
        invented=() if step is None else invented(message, [cast.world.title, *heard], instrument),
        degenerate=degenerate(message) if message.strip() and step is not None else None,
        told=turn,
        status=status_told(cast.world, message) if turn.row.holds != "clauses" else None,
        unchanged=step is None and bool(turn.about) and reply.spoken == said[turn.hears[0]],
    )


def _forgotten(turn: Turn, cast: Cast, logged: Mapping[str, Reading]) -> Turn:
    """Return a turn whose text a person asked to be forgotten, with the fates that were logged of it."""
    reading = logged.get(turn.seat.name) if cast.plan.sent.get(turn.seat.name) == turn.told.name else None
    letters = {} if reading is None else dict(zip((fact.id for fact in cast.world.facts), reading.fates, strict=True))
    verdicts = {
        name: Verdict(
            statement=name,
            fate=read_of(letter),
            slots={},
            why="as logged; the text was forgotten",
            evidence=None,
            claim=letter not in FATE_OF,
        )
        for name, letter in letters.items()
        if letter != ELSEWHERE
    }
    return turn._replace(verdicts=verdicts, invented=(), degenerate=None)


def _found(cast: Cast, turn: Spoken, said: Said) -> Found | None:
    """Return the lines that an auditor finds or a worker picks; None for other turns, and if nobody was asked."""
    reply = said[turn.name]
    if turn.task in ("audit", "watch") and reply is not None:
        shown = shown_to(cast, turn.about, said)
        found = read_findings(reply, shown)
        return Found({kind: found.lines(kind, shown) for kind in KINDS}, found.readable)
    if turn.task == "skip" and reply is not None:
        shown = lines_in(cast.given(turn.seat.name))
        picked = read_numbers(reply, shown, len(shown))
        return Found({"picked": [shown[number - 1] for number in picked]}, readable=bool(picked))
    return None


def _whose(cast: Cast, turn: Spoken) -> str:
    """Return the seat whose facts a turn's text is about; the executive for what an auditor writes to it."""
    if turn.about or turn.seat.name in cast.hierarchy.heights:
        return turn.about or turn.seat.name
    return cast.hierarchy.executive.name


def _hop(cast: Cast, turn: Spoken) -> int:
    """Return the hop of a turn's message: up for facts, down for the charter."""
    return turn.seat.level + 1 if turn.row.holds == "clauses" else cast.hierarchy.heights[_whose(cast, turn)]


def _intent(cast: Cast) -> list[str]:
    """Return the options, the best one marked, and the charter."""
    if cast.world.assignment is not None:
        return _meant(cast, cast.world.assignment)
    decision, charter = decision_of(cast)
    best, pays = decision.best(), decision.payoffs()
    chance = "" if decision.candidates else f" The chance of failure is {decision.p():.2f}."
    lines = [f"{decision.question}{chance}"]
    for letter, shown in letters_of(cast).items():
        option = decision.option(shown.id)
        mark = " (the best)" if option is best else " (the standing plan)" if option.id == decision.standing else ""
        lines.append(f"{letter}. {option.text}: {pays[option.id]:.1f}{mark}")
    return lines + [f"{clause.id} {clause.render(0)}" for clause in charter.clauses]


def _meant(cast: Cast, assignment: Assignment) -> list[str]:
    """Return the actions, what they are worth by the whole charter, the best ones marked, and the charter."""
    best = assignment.best()
    lines = [assignment.question]
    for letter, action in letters_of_actions(cast).items():
        mark = " (the best)" if action.id in best else ""
        lines.append(f"{letter}. {assignment.shown(action)}: {assignment.pays(action.id):.0f}{mark}")
    return lines + [f"{clause.id} {clause.render(0)}" for clause in charter_of(cast).clauses]
