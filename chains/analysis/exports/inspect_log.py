"""Logs of Inspect: an `.eval` file a condition, a sample a world, an epoch a replicate, a score a measure.

`inspect view` and `inspect_ai.log.read_eval_log` open them. A sample's transcript
has a span a seat with the call in it, as it was asked and answered, and what the
instrument read in the reply. inspect-ai itself writes the files.
"""

import math
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chains import VERSION
from chains.analysis.exports.table_files import Done, free
from chains.analysis.observations import Run
from chains.analysis.results.trial_story import Story, Turn, story
from chains.analysis.tables import Row, Tables
from chains.errors import BadInput
from chains.experiments.experiment import Condition, TrialId
from chains.models.provider import Message, Usage
from chains.running.log.records import Step
from chains.scoring.facts.verdict import in_rates
from chains.scoring.measures.measures import MEASURES

STOPS = {"length": "max_tokens", "filter": "content_filter", "refusal": "content_filter", "empty": "unknown"}
"""What Inspect calls how a reply ended, where it has another word."""
TAKEN = ("temperature", "top_p", "top_k", "max_tokens", "frequency_penalty", "presence_penalty", "seed")
"""Settings of a request that Inspect has a place for."""


def write_inspect(run: Run, folder: Path, done: Done) -> None:
    """Write a log for each condition.

    Raises:
        BadInput: If inspect-ai is not installed, or a file of that name is there already.
        MazedomError: If the folder can't be written.
    """
    try:
        from inspect_ai.log import EvalLog, write_eval_log  # noqa: PLC0415 - an extra: only this needs it
    except ImportError:
        raise BadInput("an Inspect log needs inspect-ai: pip install 'mazedom[inspect]'") from None
    names = {condition.id: f"{run.record.id}_{condition.id}.eval" for condition in run.record.conditions}
    free(folder, list(names.values()))
    rows = {row["trial"]: row for row in Tables(run).rows("trials")}
    for condition in run.record.conditions:
        log = _log(run, condition, rows)
        part = folder / f".part-{names[condition.id]}"
        write_eval_log(EvalLog.model_validate(log), str(part))
        part.rename(folder / names[condition.id])
        done(names[condition.id], len(log["samples"]))


def _log(run: Run, condition: Condition, rows: Mapping[str, Row]) -> dict[str, Any]:
    record = run.record
    trials = [trial for trial in record.trials() if trial.condition == condition.id]
    samples = [_sample(run, trial, rows[str(trial)]) for trial in trials if str(trial) in run.log.index.started]
    finished = [trial for trial in trials if rows[str(trial)]["status"] == "finished"]
    models = sorted({source.label for source in record.models.values()})
    times = [time for sample in samples for time in (sample["started_at"], sample["completed_at"])]
    return {
        "version": 2,
        "status": "success" if len(finished) == len(trials) else "error" if not finished else "cancelled",
        "eval": {
            "eval_id": f"{record.id}.{condition.id}",
            "run_id": record.id,
            "created": record.at,
            "task": record.experiment.name,
            "task_id": f"{record.experiment.name}.{condition.id}",
            "task_display_name": f"{record.experiment.name}: {condition.name}",
            "task_args": dict(condition.factors),
            "task_description": record.experiment.question or None,
            "dataset": {
                "name": str(condition.settings.scenario),
                "samples": len({trial.seed for trial in trials}),
                "sample_ids": list(dict.fromkeys(f"w{trial.seed}" for trial in trials)),
            },
            "model": models[0] if len(models) == 1 else "several: " + ", ".join(models),
            "config": {"epochs": record.experiment.replicates},
            "packages": {"mazedom": VERSION},
            "metadata": {
                "condition": condition.name,
                "settings": {key: _plain(value) for key, value in condition.resolved.items()},
                "instrument": record.instrument,
                "prompts": dict(record.casting[condition.id]),
            },
        },
        "plan": {"name": "chain", "steps": [{"solver": "mazedom", "params": dict(condition.factors)}]},
        "results": {
            "total_samples": len(trials),
            "completed_samples": len(finished),
            "scores": list(scores([rows[str(trial)] for trial in finished])),
        },
        "stats": {"started_at": min(times, default=record.at), "completed_at": max(times, default=record.at)},
        "samples": samples,
    }


def scores(rows: list[Row]) -> Iterator[dict[str, Any]]:
    """Return the mean of each measure and its standard error over worlds: replicates of one are no evidence of others.

    The mean is that of the worlds' means, as `show` has it. One world has no standard error.
    """
    for name, measure in MEASURES.items():
        values = [(row["world"], row[name]) for row in rows if row[name] is not None]
        if values:
            by_world: dict[str, list[float]] = {}
            for world, value in values:
                by_world.setdefault(world, []).append(value)
            means = [statistics.fmean(found) for found in by_world.values()]
            metrics = {"mean": statistics.fmean(means)}
            if len(means) > 1:
                metrics["stderr"] = statistics.stdev(means) / math.sqrt(len(means))
            yield {
                "name": name,
                "scorer": name,
                "scored_samples": len(values),
                "unscored_samples": len(rows) - len(values),
                "metrics": {key: {"name": key, "value": value} for key, value in metrics.items()},
                "metadata": {"about": measure.about},
            }


def _sample(run: Run, trial: TrialId, row: Row) -> dict[str, Any]:
    told = story(run.record, run.log, trial)
    steps = [turn.step for turn in told.turns if turn.step is not None]
    end = run.log.end(str(trial))
    last = told.turns[-1] if told.turns else None
    usage: dict[str, Usage] = {}
    for step in steps:
        before, more = usage.get(step.request.model, Usage()), step.reply.usage
        usage[step.request.model] = Usage(
            prompt=before.prompt + more.prompt,
            completion=before.completion + more.completion,
            cached=before.cached + more.cached,
            written=before.written + more.written,
            reasoning=before.reasoning + more.reasoning,
        )
    return {
        "id": f"w{trial.seed}",
        "epoch": trial.replicate,
        "input": "\n\n".join(f"{seat}:\n{notes}" for seat, notes in told.notes.items()),
        "target": [f"{fact.id} {fact.render(0)}" for fact in told.world.facts],
        "messages": [_as_message(turn) for turn in told.turns],
        "output": {} if last is None or last.step is None else _output(last.step),
        "scores": {name: {"value": row[name]} for name in MEASURES if row[name] is not None},
        "metadata": {
            "trial": str(trial),
            "condition": told.condition,
            "world": {"title": told.world.title, "setting": told.world.setting, "digest": told.world.digest},
        },
        "events": [event for turn in told.turns if turn.step is not None for event in _events(told, turn, turn.step)],
        "model_usage": {model: _usage(counted) for model, counted in usage.items()},
        "started_at": min((step.at for step in steps), default=None),
        "completed_at": max((step.at for step in steps), default=None),
        "total_time": sum(step.seconds for step in steps),
        "working_time": sum(step.seconds for step in steps),
        "uuid": f"{run.record.id}.{trial}",
        **(
            {"error": {"message": end.error or "", "traceback": "", "traceback_ansi": ""}}
            if end is not None and end.status == "failed"
            else {}
        ),
    }


def _as_message(turn: Turn) -> dict[str, Any]:
    """Return what a seat said as a message of the sample's conversation: who, at which hop, with the fates."""
    return {
        "role": "assistant",
        "content": f"**{turn.told.name}** (hop {turn.hop})\n\n{turn.reply.text}",
        "model": None if turn.step is None else turn.step.request.model,
        "metadata": _read(turn),
    }


def _read(turn: Turn) -> dict[str, Any]:
    return {
        "seat": turn.seat.name,
        "role": turn.seat.role,
        "turn": turn.told.name,
        "task": turn.told.task,
        "hop": turn.hop,
        "fates": {fact: verdict.fate for fact, verdict in turn.verdicts.items()},
        "invented": [claim.text for claim in turn.invented],
        "degenerate": turn.degenerate,
        **({"chosen": turn.chosen.option} if turn.chosen else {}),
    }


def _events(told: Story, turn: Turn, step: Step) -> Iterator[dict[str, Any]]:
    """Return a span of the seat, in it the call and what was read in the reply."""
    span = f"{told.trial}/{turn.told.name}/{step.turn}"
    here = {"timestamp": step.at, "working_start": 0.0}
    read = in_rates(turn.verdicts)
    kept = sum(verdict.fate == "kept" for verdict in read.values())
    yield {"event": "span_begin", "id": span, "name": turn.told.name, "type": "agent", "span_id": span, **here}
    yield {
        "event": "model",
        "model": step.request.model,
        "input": [_sent(message) for message in step.request.messages],
        "tools": [],
        "tool_choice": "none",
        "config": {key: step.request.settings[key] for key in TAKEN if step.request.settings.get(key) is not None},
        "output": _output(step),
        "completed": step.at,
        "working_time": step.seconds,
        "retries": max(0, step.tries - 1),
        "span_id": span,
        **here,
    }
    if read:
        why = "\n".join(f"{fact} {verdict.fate}: {verdict.why}" for fact, verdict in turn.verdicts.items())
        value = kept / len(read)
        score = {"value": value, "explanation": why, "metadata": _read(turn)}
        yield {"event": "score", "score": score, "scorer": "kept", "intermediate": True, "span_id": span, **here}
    yield {"event": "span_end", "id": span, "span_id": span, **here}


def _sent(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": message.content}


def _output(step: Step) -> dict[str, Any]:
    reply = step.reply
    thought = [{"type": "reasoning", "reasoning": reply.thought}] if reply.thought else []
    content = [*thought, {"type": "text", "text": reply.text}] if thought else reply.text
    return {
        "model": reply.served_by or step.request.model,
        "choices": [
            {
                "message": {"role": "assistant", "content": content, "model": step.request.model},
                "stop_reason": STOPS.get(reply.finish, reply.finish),
            }
        ],
        "usage": _usage(reply.usage),
        "time": step.seconds,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": max(0, usage.prompt - usage.cached - usage.written),
        "output_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "input_tokens_cache_read": usage.cached or None,
        "input_tokens_cache_write": usage.written or None,
        "reasoning_tokens": usage.reasoning or None,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
