"""The contents of a report that no document of a verb has: design, prompts, models, the best and the worst chain."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chains.analysis.compare.most_different import stretches
from chains.analysis.compare.side_by_side import families_of, few_families
from chains.analysis.results.fate_grid import Change, Grid, changes, grid, heard_by
from chains.analysis.results.run_results import results
from chains.analysis.results.trial_story import Story, Turn, story
from chains.experiments.condition_name import shown
from chains.experiments.experiment import DEFAULT, TrialId
from chains.running.log.log import Log
from chains.running.run_record import RunRecord
from chains.scoring.facts.verdict import in_rates


class Message(NamedTuple):
    """One message of a chain that is told."""

    turn: Turn
    difference: Sequence[tuple[str, str]]
    """The text in stretches: ("", both), ("del", left out) or ("ins", put in) against what was heard."""
    changed: Sequence[Change]
    kept: int


class Told(NamedTuple):
    """One chain, told hop by hop."""

    title: str
    kept: float
    """The share that the executive heard."""
    story: Story
    grid: Grid
    messages: Sequence[Message]


def told_chains(record: RunRecord, log: Log) -> list[Told]:
    """Return the chains that keep the least and the most of the facts; the same one once."""
    shares = {trial: by_hop[max(by_hop)].kept for trial, by_hop in results(record, log).by_trial.items() if by_hop}
    if not shares:
        return []
    worst, best = min(shares, key=lambda trial: shares[trial]), max(shares, key=lambda trial: shares[trial])
    found = [("The chain that keeps least", worst)]
    if best != worst:
        found.append(("The chain that keeps most", best))
    return [_told(record, log, title, trial, shares[trial]) for title, trial in found]


def _told(record: RunRecord, log: Log, title: str, trial: TrialId, kept: float) -> Told:
    one = story(record, log, trial)
    messages = [
        Message(
            turn,
            [*marked(heard_by(one, turn), turn.reply.text)],
            changes(one, turn),
            sum(verdict.fate == "kept" for verdict in in_rates(turn.verdicts).values()),
        )
        for turn in one.turns
        if turn.told.name in one.sent.values() and turn.seat.role in ("worker", "manager")
    ]
    return Told(title, kept, one, grid(one), messages)


def marked(heard: str, said: str) -> list[tuple[str, str]]:
    """Return a text in stretches: ("", as heard), ("del", left out) or ("ins", put in)."""
    found: list[tuple[str, str]] = []
    for stretch in stretches(heard.strip(), said.strip()):
        if stretch.same:
            found.append(("", stretch.a))
        else:
            found += [(kind, text) for kind, text in (("del", stretch.a), ("ins", stretch.b)) if text.strip()]
    return found


def design_of(record: RunRecord) -> list[tuple[str, str]]:
    """Return what was varied and what was fixed, in words."""
    experiment = record.experiment
    rows = [(f"varied: {key}", ", ".join(map(shown, values))) for key, values in experiment.factors.items()]
    rows += [(key, shown(value)) for key, value in experiment.fixed.items()]
    rows.append(("worlds", f"{len(experiment.seeds)} (seeds {', '.join(map(str, experiment.seeds[:12]))}"
                 + (", ..." if len(experiment.seeds) > 12 else "") + ")"))  # fmt: skip
    rows.append(("replicates", str(experiment.replicates)))
    if any(source.traits.is_synthetic for source in record.models.values()):
        rows.append(("synthetic", "a channel plants the losses: this checks the program and is no finding"))
    return rows


def models_of(record: RunRecord) -> list[Mapping[str, Any]]:
    """Return each model: what it is, how it is identified, what was spent on it."""
    return [
        {
            "name": name,
            "label": source.label,
            "kind": source.kind,
            "params": ", ".join(f"{key} {value}" for key, value in source.spec.params.items()),
            "fingerprint": _fingerprint(record.served.get(name, {}).get("fingerprint")),
        }
        for name, source in record.models.items()
    ]


def _fingerprint(found: Any) -> str:
    if isinstance(found, Mapping):
        return ", ".join(f"{key} {value}" for key, value in found.items())
    return str(found or "not told")


def general_claim(record: RunRecord) -> str:
    """Return why nothing here is said of models in general; empty where families are enough, or all are channels."""
    held = {name: source for name, source in record.models.items() if not source.traits.is_synthetic}
    shared, unknown = families_of({name: (source, record.served.get(name)) for name, source in held.items()})
    said = few_families(shared, unknown) if held else ""
    return said[:1].upper() + said[1:]


def limits_of(record: RunRecord) -> str:
    """Return the limits that a run was held to, in words."""
    limits = record.experiment.limits.model_dump()
    return ", ".join(f"{value:,} {name}" for name, value in limits.items() if value is not None) or "none"


def again(record: RunRecord) -> str:
    """Return the command that runs the same trials once more, with the same hypotheses.

    What the default experiment would set, and this one leaves alone, is said too.
    """
    experiment = record.experiment
    left = [key for key in (*DEFAULT.fixed, *DEFAULT.factors) if key not in {**experiment.fixed, **experiment.factors}]
    words = [f"{key}={shown(record.conditions[0].resolved[key])}" for key in left]
    words += [f"{key}={shown(value)}" for key, value in experiment.fixed.items()]
    words += [f"{key}={','.join(map(shown, values))}" for key, values in experiment.factors.items()]
    seeds = experiment.seeds
    plain = seeds == tuple(range(1, len(seeds) + 1))
    words.append(f"worlds={len(seeds)}" if plain else f"seeds={','.join(map(str, seeds))}")
    if experiment.replicates > 1:
        words.append(f"replicates={experiment.replicates}")
    words += [f"hypotheses.{name}={text}" for name, text in experiment.hypotheses.items()]
    return f"mazedom run {' '.join(f'--set {shlex.quote(word)}' for word in words)}"
