"""Tidy tables of a run: one row a trial, a message, a fact in a message, a call. The API and exports share them.

Columns stand in `COLUMNS` with what they mean. A table has besides one column
`factor.KEY` for each factor of the experiment, and `trials` one for each
measure.
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chains.analysis.compare.arms import RunHeard
from chains.analysis.observations import COLUMNS as OBSERVED
from chains.analysis.observations import Run, are_exact, condition_names, followed_facts
from chains.analysis.results.finished import Tell, silent, telling
from chains.analysis.results.regret import priced
from chains.analysis.results.trial_story import Turn, story
from chains.errors import BadInput, nearest
from chains.experiments.experiment import TrialId
from chains.fates import FATE_OF, FATES, LETTERS
from chains.running.log.records import Step
from chains.scoring.facts.certainty_reader import HEDGE_OF, SOURCE_OF
from chains.scoring.facts.instrument import Verdict
from chains.scoring.facts.reader import Reader
from chains.scoring.facts.verdict import in_rates
from chains.scoring.measures.measures import MEASURES
from chains.scoring.reading import Reading

Row = dict[str, Any]
STEPS_A_LOOK = 10_000
"""Steps between two times that it is said how far the reading of calls is."""

_TRIAL = {
    "run": "id of the run",
    "trial": "name of the trial: condition, world and replicate",
    "condition": "the settings that tell conditions apart; all if nothing varies",
    "world": "name of the world",
    "replicate": "number of the replicate",
}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "trials": {
        **_TRIAL,
        "status": "finished, failed, waiting or missing",
        "error": "why it failed, or which seat waits for a person",
        "depth": "hops from a worker to the executive",
        "calls": "requests sent to models",
        "prompt_tokens": "tokens of the prompts, as endpoints counted them",
        "completion_tokens": "tokens of the replies, as endpoints counted them",
    },
    "messages": {
        **_TRIAL,
        "hop": "1 for a worker's message; the largest for what the executive hears",
        "turn": "name of the turn",
        "task": "what the seat was asked for",
        "seat": "name of the seat",
        "role": "worker, manager, executive or beside the chain",
        "level": "distance from the executive",
        "model": "what the model is called in requests; empty for a text that stands by rule",
        "prompt": "role and variant of the prompt",
        "text": "what was said",
        "thought": "what the model thought aloud",
        "finish": "how the reply ended: stop, length, refusal, filter, empty",
        "words": "words of the text",
        "kept": "facts kept, of those held at or below the seat; so are the next four",
        "blurred": "facts blurred",
        "altered": "facts altered",
        "inverted": "facts inverted",
        "omitted": "facts omitted",
        "invented": "claims that nothing heard contains",
        "degenerate": "why the message is no report, if it is none",
        "status_told": "overall status that it tells, where worlds have one",
        "chosen": "option that it chooses, where it is to choose one",
    },
    "facts": {
        **_TRIAL,
        "depth": "hops that the fact has to climb",
        "statement": "name of the fact",
        "valence": "bad, good, neutral or ambiguous",
        "weight": "severity, 1 to 5",
        "hop": "1 for the worker's message",
        "fate": "kept, blurred, altered, inverted or omitted",
        "hedge": "of its hedge: kept, dropped or strengthened; without one: added or none; where it is still told",
        "source": "of who says so: kept, dropped or changed; none if it has no source; where it is still told",
        "words": "words of the message",
        "cut_off": "whether the message was cut off by its length limit",
        "seat": "who said it",
        "model": "what the seat's model is called in requests",
        "prompt": "role and variant of the seat's prompt",
        "text": "the fact in words",
        "why": "which words decided the fate, where that was asked for",
        "copy": "the same in replicates that are copies of each other, replies and all",
        "pair": "the name that a fact has in common with its twin of the other valence",
        "foreign": "whether the message is in another language than English, which alone is read",
        "exact": "whether fates are known without error: a synthetic channel planted the losses",
        "regret": "what the decision of the trial cost, where something was decided",
    },
    "calls": {
        **_TRIAL,
        "seat": "who was asked",
        "turn": "number of the turn",
        "pass": "up, decide, down, act or audit",
        "model": "what the model is called in the request",
        "served_by": "what the endpoint says answered",
        "finish": "how the reply ended",
        "prompt_tokens": "tokens of the prompt",
        "completion_tokens": "tokens of the reply",
        "reasoning_tokens": "of those, thought and not said",
        "cached_tokens": "of the prompt, cached",
        "tries": "times that the request was sent; 0 for a reply that was taken over, and for a person's",
        "seconds": "how long it took",
        "at": "when the reply was logged, UTC",
        "request_digest": "SHA-256 of model, messages and settings",
        "reply_digest": "SHA-256 of what was said",
        "reused": "run that the reply was taken from, if any",
    },
}
"""What each column of each table means."""


class Tables:
    """The tables of one run; each is made anew when it is asked for, row by row."""

    def __init__(self, run: Run, *, why: bool = False) -> None:
        """Take a run that is open for reading.

        Args:
            run: The run.
            why: Whether facts say which words decided their fates, for which every message is read again.
        """
        self._run = run
        self._why = why
        self._heard = RunHeard(run.record, run.log)
        self._conditions = condition_names([run.record])[0]
        self._named = {str(trial): trial for trial in run.record.trials()}
        self._makers: Mapping[str, Callable[[Tell], Iterator[Row]]] = {
            "trials": self._trials,
            "messages": self._messages,
            "facts": self._facts,
            "calls": self._calls,
        }

    def columns(self, table: str) -> dict[str, str]:
        """Return the columns of a table, in order, with their meanings.

        Raises:
            BadInput: If there is no such table.
        """
        if table not in COLUMNS:
            raise BadInput(f"there is no table {table!r}{nearest(table, COLUMNS)}")
        found = dict(COLUMNS[table])
        found |= {f"factor.{key}": f"setting {key}" for key in self._run.record.experiment.factors}
        if table == "trials":
            found |= {name: measure.about for name, measure in MEASURES.items()}
        return found

    def rows(self, table: str, tell: Tell = silent) -> Iterator[Row]:
        """Return the rows of a table: a value for each of its columns, None where there is none.

        Args:
            table: Its name.
            tell: Told how far it is.

        Raises:
            BadInput: If there is no such table.
        """
        columns = self.columns(table)
        for row in self._makers[table](tell):
            yield {name: row.get(name) for name in columns}

    def _about(self, trial: TrialId) -> Row:
        factors = self._heard.casts.condition(trial).factors
        return {
            "run": self._run.record.id,
            "trial": str(trial),
            "condition": self._conditions[trial.condition],
            "world": f"w{trial.seed}",
            "replicate": str(trial.replicate),
            **{f"factor.{key}": value for key, value in factors.items()},
        }

    def _trials(self, tell: Tell) -> Iterator[Row]:
        spent: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for line in self._run.log.step_costs():
            mine, usage = spent[line.trial], line.reply.usage
            mine[0] += line.tries
            if line.tries:
                mine[1] += usage.prompt
                mine[2] += usage.completion
        for name, trial in telling(self._named.items(), len(self._named), tell):
            end = self._run.log.end(name)
            row = self._about(trial) | {
                "status": "missing" if end is None else end.status,
                "error": None if end is None else end.error,
                "depth": self._heard.casts.hierarchy(trial.condition).depth,
                **dict(zip(("calls", "prompt_tokens", "completion_tokens"), spent.get(name, (0, 0, 0)), strict=True)),
            }
            if trial in self._heard.ends:
                heard = self._heard.heard(trial)
                values = {name: measure.of(heard) for name, measure in MEASURES.items()}
                row |= {name: value for name, value in values.items() if not math.isnan(value)}
            yield row

    def _messages(self, tell: Tell) -> Iterator[Row]:
        started = self._run.log.index.started
        for name, trial in telling(self._named.items(), len(self._named), tell):
            if name in started:
                read = self._readings(trial)
                told = story(self._run.record, self._run.log, trial, casts=self._heard.casts, unread=read)
                casting, about = self._run.record.casting[trial.condition], self._about(trial)
                for turn in told.turns:
                    prompt = casting.get(turn.told.name, casting.get(turn.seat.name)) if turn.step else None
                    logged = _as_read(read[turn.told.name]) if turn.told.name in read else {}
                    yield about | _message(turn) | logged | {"prompt": prompt}

    def _readings(self, trial: TrialId) -> Mapping[str, Reading]:
        """Return the logged readings of a trial's messages by turn, where today's instrument read the model's own."""
        end = self._heard.ends.get(trial)
        if end is None or end.rounds or end.instrument != Reader.version:
            return {}
        plan = self._heard.casts.plan(trial.condition)
        sent = {plan.sent[seat]: reading for seat, reading in end.readings.items() if seat in plan.sent}
        return {name: reading for name, reading in sent.items() if not plan.by_name[name].ruled}

    def _facts(self, tell: Tell) -> Iterator[Row]:
        casts = self._heard.casts
        exact = are_exact([self._run])
        cost = {one.trial: one.payoffs for one in priced(self._run.record, self._heard.ends)}
        rows = followed_facts(self._run, self._conditions, tell=tell)
        for trial, facts in itertools.groupby(rows, key=lambda followed: followed.trial):
            about, parts = self._about(trial), casts.cast(trial).parts
            paid = cost.get(trial)
            regret = None if paid is None else paid.regret
            texts = [fact.render(0) for fact in casts.world(trial).facts]
            decided = self._decided(trial)
            for followed in facts:
                seat = followed.seat
                seen = dict(zip(OBSERVED, followed.row, strict=True))
                fate = FATE_OF[seen.pop("fate")]
                verdict = decided.get((seat, casts.world(trial).facts[followed.place].id))
                yield (
                    seen
                    | about
                    | {
                        "fate": fate,
                        "hedge": HEDGE_OF.get(followed.hedge),
                        "source": SOURCE_OF.get(followed.source),
                        "seat": seat,
                        "model": self._label(parts[seat].model),
                        "prompt": self._run.record.casting[trial.condition].get(seat),
                        "text": texts[followed.place],
                        "why": verdict.why if verdict is not None and verdict.fate == fate else None,
                        "exact": exact,
                        "regret": regret,
                    }
                )

    def _decided(self, trial: TrialId) -> Mapping[tuple[str, str], Verdict]:
        """Return why each fact has its fate in what each seat sent up, by seat and fact; nothing if not asked for."""
        if not self._why:
            return {}
        told = story(self._run.record, self._run.log, trial, casts=self._heard.casts)
        sent = self._heard.casts.plan(trial.condition).sent
        return {
            (turn.seat.name, fact): verdict
            for turn in told.turns
            if sent.get(turn.seat.name) == turn.told.name
            for fact, verdict in turn.verdicts.items()
        }

    def _label(self, model: str) -> str:
        source = self._run.record.models.get(model)
        return model if source is None else source.label

    def _calls(self, tell: Tell) -> Iterator[Row]:
        steps = len(self._run.log.index.places)
        for number, step in enumerate(self._run.log.steps()):
            if number % STEPS_A_LOOK == 0 and number:
                tell(f"{number:,} of {steps:,} steps")
            if step.trial in self._named:
                yield self._about(self._named[step.trial]) | _call(step)


def _message(turn: Turn) -> Row:
    fates = Counter(verdict.fate for verdict in in_rates(turn.verdicts).values())
    return {
        "hop": turn.hop,
        "turn": turn.told.name,
        "task": turn.told.task,
        "seat": turn.seat.name,
        "role": turn.seat.role,
        "level": turn.seat.level,
        "model": None if turn.step is None else turn.step.request.model,
        "text": turn.reply.text,
        "thought": turn.reply.thought,
        "finish": turn.reply.finish,
        "words": len(turn.reply.text.split()),
        **({fate: fates[fate] for fate in FATES} if turn.verdicts else {}),
        "invented": len(turn.invented),
        "degenerate": turn.degenerate,
        "status_told": turn.status,
        "chosen": None if turn.chosen is None else turn.chosen.option,
    }


def _as_read(reading: Reading) -> Row:
    """Return what the instrument read in a message when it was logged."""
    return {
        **{fate: reading.fates.count(LETTERS[fate]) for fate in FATES},
        "invented": reading.invented,
        "degenerate": reading.degenerate,
        "status_told": reading.status,
    }


def _call(step: Step) -> Row:
    usage = step.reply.usage
    return {
        "seat": step.seat,
        "turn": step.turn,
        "pass": step.pass_,
        "model": step.request.model,
        "served_by": step.reply.served_by,
        "finish": step.reply.finish,
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "reasoning_tokens": usage.reasoning,
        "cached_tokens": usage.cached,
        "tries": step.tries,
        "seconds": step.seconds,
        "at": step.at,
        "request_digest": step.digest,
        "reply_digest": step.reply_digest,
        "reused": step.reused,
    }
