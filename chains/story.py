"""One trial told from the log: who heard whom, who said what, and what the instrument reads in it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chains.drift.degenerate import degenerate
from chains.drift.fates import Verdict
from chains.drift.inventions import Claim, invented
from chains.drift.tally import instrument_of
from chains.errors import BadInput, nearest
from chains.experiment import TrialId
from chains.hierarchy import Seat
from chains.log import Log
from chains.records import Key, Step
from chains.staging import RunRecord, Stage
from chains.trial import held_below
from chains.worlds.world import World


class Turn(NamedTuple):
    """One seat's message, read."""

    seat: Seat
    hop: int
    step: Step
    verdicts: Mapping[str, Verdict]
    """Of the facts held at or below the seat."""
    invented: Sequence[Claim]
    degenerate: str | None


class Story(NamedTuple):
    """One trial, as far as it went, from the workers up."""

    trial: TrialId
    condition: str
    world: World
    depth: int
    notes: Mapping[str, str]
    """What each worker knew."""
    turns: Sequence[Turn]

    def document(self) -> dict[str, Any]:
        """Return the story as one JSON document."""
        return {
            "trial": str(self.trial),
            "condition": self.condition,
            "world": {"title": self.world.title, "setting": self.world.setting, "digest": self.world.digest},
            "facts": [
                {"id": fact.id, "text": fact.render(0), "valence": fact.valence, "severity": fact.severity}
                for fact in self.world.facts
            ],
            "notes": dict(self.notes),
            "messages": [
                {
                    "seat": turn.seat.name,
                    "role": turn.seat.role,
                    "level": turn.seat.level,
                    "hop": turn.hop,
                    "model": turn.step.request.model,
                    "heard": list(turn.step.heard),
                    "text": turn.step.reply.text,
                    "thought": turn.step.reply.thought,
                    "finish": turn.step.reply.finish,
                    "fates": {name: verdict.fate for name, verdict in turn.verdicts.items()},
                    "why": {name: verdict.why for name, verdict in turn.verdicts.items()},
                    "invented": [claim.text for claim in turn.invented],
                    "degenerate": turn.degenerate,
                }
                for turn in self.turns
            ],
        }


def find_trial(record: RunRecord, log: Log, name: str) -> TrialId:
    """Return the trial that `name` means; an empty name means the first that has a step in the log.

    Raises:
        BadInput: If there is none.
    """
    trials = {str(trial): trial for trial in record.experiment.trials()}
    if name:
        if name not in trials:
            raise BadInput(f"run {record.id} has no trial {name!r}{nearest(name, trials)}")
        return trials[name]
    started = {key.trial for key in log.scan.steps}
    found = next((trial for text, trial in trials.items() if text in started), None)
    if found is None:
        raise BadInput(f"run {record.id} has no message yet; `cli.py resume {record.id}` goes on with it")
    return found


def story(record: RunRecord, log: Log, trial: TrialId) -> Story:
    """Tell a trial from its log; messages that are not there yet are left out."""
    stage = Stage(record)
    cast = stage.cast(trial)
    held = held_below(cast.hierarchy, cast.dealt)
    instrument = instrument_of(cast.world)
    turns: dict[str, Turn] = {}
    for seat in cast.hierarchy.upward():
        step = log.holds(Key(str(trial), seat.name))
        if step is None:
            continue
        message = step.reply.spoken or ""
        below = [turns[name].step.reply.spoken for name in step.heard if name in turns]
        heard = [cast.notes(seat.name)] if seat.role == "worker" else [text for text in below if text]
        turns[seat.name] = Turn(
            seat=seat,
            hop=cast.hierarchy.heights[seat.name],
            step=step,
            verdicts=instrument.read(message, only=held[seat.name]),
            invented=invented(message, [cast.world.title, *heard], instrument),
            degenerate=degenerate(message) if message.strip() else None,
        )
    return Story(
        trial=trial,
        condition=stage.condition(trial).name,
        world=cast.world,
        depth=cast.hierarchy.depth,
        notes={name: cast.notes(name) for name in cast.dealt},
        turns=list(turns.values()),
    )
