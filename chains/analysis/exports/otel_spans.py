"""Spans of OpenTelemetry: a trace a trial, a span a reply, in the names of the conventions for generative AI.

The names `gen_ai.*` are those of the semantic conventions (package
`opentelemetry-semantic-conventions`, 0.66b2, schema 1.44.0); what they have no
name for stands under `mazedom.*`: hop, role, who was heard, facts by fate.

A file holds a JSON line a trial, each a `TracesData` of OTLP, which needs no
package. An endpoint is sent the same as protobuf, which needs
`opentelemetry-proto`.

Replies are logged to the second. Where that would have a reply come before one
that it answers, it is moved behind it; durations stay as they were measured.
"""

import hashlib
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from chains import VERSION
from chains.analysis.exports.table_files import Done, free, whole_file
from chains.analysis.observations import Run
from chains.analysis.results.trial_story import Turn, story
from chains.errors import BadInput, MazedomError
from chains.experiments.experiment import TrialId
from chains.fates import FATES
from chains.models.provider import Message
from chains.models.secrets import without_userinfo
from chains.models.spec import Source
from chains.running.log.records import Step
from chains.running.run_record import Casts

SPANS = "spans.jsonl"
SCHEMA = "https://opentelemetry.io/schemas/1.44.0"
PROVIDERS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral_ai",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
    "api.cohere.com": "cohere",
    "generativelanguage.googleapis.com": "gcp.gemini",
}
"""What the conventions call who answers at an address; all others are named by the kind of source."""
FINISH = {"filter": "content_filter", "refusal": "content_filter"}
"""Our words for how a reply ended that the conventions have another for."""
SENT = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "top_k": "gen_ai.request.top_k",
    "max_tokens": "gen_ai.request.max_tokens",
    "max_completion_tokens": "gen_ai.request.max_tokens",
    "frequency_penalty": "gen_ai.request.frequency_penalty",
    "presence_penalty": "gen_ai.request.presence_penalty",
    "seed": "gen_ai.request.seed",
    "stop": "gen_ai.request.stop_sequences",
}
"""Settings of a request that the conventions have a name for."""
_INTERNAL, _CLIENT = 1, 3
"""Kinds of span."""
_FAILED = 2
WITHIN = 30.0
"""Seconds that an endpoint has to take one trial."""


def write_spans(run: Run, folder: Path, done: Done) -> None:
    """Write `spans.jsonl`.

    Raises:
        BadInput: If it is there already.
        MazedomError: If it can't be written.
    """
    free(folder, [SPANS])
    count = 0
    with whole_file(folder / SPANS) as file:
        for trace in traces(run):
            file.write(orjson.dumps(trace).decode() + "\n")
            count += 1
    done(SPANS, count)


def send_spans(run: Run, endpoint: str) -> int:
    """Send the spans to an OTLP endpoint over HTTP, a trial at a time; return how many trials.

    Raises:
        BadInput: If protobuf is not installed, or the address is none.
        MazedomError: If the endpoint doesn't take them.
    """
    try:
        from google.protobuf.json_format import ParseDict  # noqa: PLC0415 - an extra: only an endpoint needs it
        from opentelemetry.proto.trace.v1.trace_pb2 import TracesData  # noqa: PLC0415
    except ImportError:
        raise BadInput(
            "sending spans needs opentelemetry-proto: pip install 'mazedom[otel]'; --to DIR writes them to a file"
        ) from None
    try:
        parts = urlsplit(endpoint)
        is_address = parts.scheme in ("http", "https") and bool(
            parts.hostname and not parts.username and parts.port != 0
        )
    except ValueError:
        is_address = False
    if not is_address:
        raise BadInput(
            f"--endpoint {without_userinfo(endpoint)!r} is no address that spans are sent to; give one such as "
            "http://localhost:4318, without a user or password"
        )
    address = endpoint.rstrip("/")
    address = address if address.endswith("/v1/traces") else f"{address}/v1/traces"
    count = 0
    for trace in traces(run):
        body: bytes = ParseDict(_as_protobuf(trace), TracesData()).SerializeToString()
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            address, body, {"Content-Type": "application/x-protobuf"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=WITHIN) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            raise MazedomError(f"{address} answers {error.code} ({error.reason}) after {count} trials") from None
        except (OSError, HTTPException) as error:
            why = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise MazedomError(f"can't send to {address} ({why}); start the collector, or check --endpoint") from None
        count += 1
    return count


def _as_protobuf(value: Any, name: str = "") -> Any:
    """Return a document in which ids are as protobuf's JSON has them: base64 where OTLP's has hexadecimal."""
    if isinstance(value, dict):
        return {key: _as_protobuf(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_protobuf(inner, name) for inner in value]
    if name in ("traceId", "spanId", "parentSpanId"):
        return b64encode(bytes.fromhex(value)).decode()
    return value


def traces(run: Run) -> Iterator[dict[str, Any]]:
    """Return a `TracesData` for each trial that has a message."""
    casts = Casts(run.record)
    for trial in run.record.trials():
        if str(trial) in run.log.index.started and (spans := _Trace(run, casts, trial).spans()):
            scope = {"scope": {"name": "mazedom", "version": VERSION}, "spans": spans, "schemaUrl": SCHEMA}
            about = _attributes({"service.name": "mazedom", "service.version": VERSION, "mazedom.run": run.record.id})
            yield {"resourceSpans": [{"resource": {"attributes": about}, "scopeSpans": [scope], "schemaUrl": SCHEMA}]}


class _Trace:
    """The spans of one trial."""

    def __init__(self, run: Run, casts: Casts, trial: TrialId) -> None:
        self._run, self._casts, self._trial = run, casts, trial
        self._id = _digest(run.record.id, str(trial))[:32]
        self._ends: dict[str, int] = {}
        """When each turn ended, by its span."""

    def spans(self) -> list[dict[str, Any]]:
        """Return the trial's own span and one for each reply; none if nothing was asked."""
        rounds = self._casts.round_settings(self._trial.condition).rounds
        found: list[dict[str, Any]] = []
        for number in range(1, rounds + 1):
            told = story(self._run.record, self._run.log, self._trial, number)
            by_name: dict[str, str] = {}
            for turn in told.turns:
                if turn.step is not None:
                    span = self._span(turn, turn.step, [by_name[name] for name in turn.told.hears if name in by_name])
                    by_name[turn.told.name] = span["spanId"]
                    found.append(span)
                elif turn.told.hears:  # by rule: what it hears is heard through it
                    heard = next((by_name[name] for name in turn.told.hears if name in by_name), None)
                    if heard is not None:
                        by_name[turn.told.name] = heard
        return [self._root(found), *found] if found else []

    def _root(self, spans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        end = self._run.log.end(str(self._trial))
        experiment = self._run.record.experiment
        factors = self._casts.condition(self._trial).factors
        failed = {"status": {"code": _FAILED, "message": end.error or ""}} if end and end.status == "failed" else {}
        about = {
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": experiment.name,
            **self._about(),
            "mazedom.status": "missing" if end is None else end.status,
            **{f"mazedom.factor.{key}": value for key, value in factors.items()},
        }
        return {
            "traceId": self._id,
            "spanId": self._root_id,
            "name": f"invoke_workflow {experiment.name}",
            "kind": _INTERNAL,
            "startTimeUnixNano": str(min(int(span["startTimeUnixNano"]) for span in spans)),
            "endTimeUnixNano": str(max(int(span["endTimeUnixNano"]) for span in spans)),
            "attributes": _attributes(about),
            **failed,
        }

    @property
    def _root_id(self) -> str:
        return _digest(self._run.record.id, str(self._trial), "trial")[:16]

    def _about(self) -> dict[str, Any]:
        trial = self._trial
        return {
            "gen_ai.conversation.id": f"{self._run.record.id}/{trial}",
            "mazedom.trial": str(trial),
            "mazedom.condition": trial.condition,
            "mazedom.world": f"w{trial.seed}",
            "mazedom.replicate": trial.replicate,
        }

    def _span(self, turn: Turn, step: Step, heard: Sequence[str]) -> dict[str, Any]:
        start, end = self._when(step, heard)
        name = _digest(self._run.record.id, *map(str, step.key))[:16]
        self._ends[name] = end
        source = self._run.record.models.get(step.request.model) or next(
            (one for one in self._run.record.models.values() if one.label == step.request.model), None
        )
        casting = self._run.record.casting[self._trial.condition]
        about = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider_of(source),
            "gen_ai.agent.name": step.seat,
            "gen_ai.agent.id": f"{self._trial}/{step.seat}",
            "gen_ai.prompt.name": casting.get(turn.told.name, casting.get(turn.seat.name)),
            **asked(step),
            **answered(step),
            **self._about(),
            "mazedom.seat": step.seat,
            "mazedom.role": turn.seat.role,
            "mazedom.level": step.level,
            "mazedom.hop": turn.hop,
            "mazedom.task": turn.told.task,
            "mazedom.turn": turn.told.name,
            "mazedom.pass": step.pass_,
            "mazedom.heard": list(step.heard),
            "mazedom.round": step.key.round,
            **{
                f"mazedom.facts.{fate}": [name for name, verdict in turn.verdicts.items() if verdict.fate == fate]
                for fate in (FATES if turn.verdicts else ())
            },
            "mazedom.invented": [claim.text for claim in turn.invented],
            "mazedom.degenerate": turn.degenerate,
            "mazedom.chosen": None if turn.chosen is None else turn.chosen.option,
            "mazedom.request_digest": step.digest,
            "mazedom.reused": step.reused,
        }
        return {
            "traceId": self._id,
            "spanId": name,
            "parentSpanId": self._root_id,
            "name": f"chat {step.request.model}",
            "kind": _CLIENT,
            "startTimeUnixNano": str(start),
            "endTimeUnixNano": str(end),
            "attributes": _attributes(about),
            "events": [_evaluated(fact, verdict.fate, verdict.why, end) for fact, verdict in turn.verdicts.items()],
            "links": [{"traceId": self._id, "spanId": one} for one in heard],
        }

    def _when(self, step: Step, heard: Sequence[str]) -> tuple[int, int]:
        """Return when a reply began and ended, in nanoseconds: not before what it answers had ended."""
        took = max(int(step.seconds * 1e9), 1000)
        logged = int(datetime.fromisoformat(step.at).timestamp() * 1e9)
        start = max(logged - took, *(self._ends[name] for name in heard), 0)
        return start, start + took


def asked(step: Step) -> dict[str, Any]:
    """Return what was asked, in the conventions' names."""
    request = step.request
    system = [turn.content for turn in request.messages if turn.role == "system"]
    others = [_message(turn) for turn in request.messages if turn.role != "system"]
    sent = {name: request.settings[key] for key, name in SENT.items() if request.settings.get(key) is not None}
    if isinstance(stop := sent.get("gen_ai.request.stop_sequences"), str):
        sent["gen_ai.request.stop_sequences"] = [stop]
    return {
        "gen_ai.request.model": request.model,
        **sent,
        "gen_ai.system_instructions": _json([{"type": "text", "content": text} for text in system]) if system else None,
        "gen_ai.input.messages": _json(others),
    }


def answered(step: Step) -> dict[str, Any]:
    """Return what came back, in the conventions' names."""
    reply, usage = step.reply, step.reply.usage
    finish = FINISH.get(reply.finish, reply.finish)
    thought = [{"type": "reasoning", "content": reply.thought}] if reply.thought else []
    said = {
        "role": "assistant",
        "parts": [*thought, {"type": "text", "content": reply.text}],
        "finish_reason": finish,
    }
    counts = {
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.output_tokens": usage.completion,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
        "gen_ai.usage.cache_read.input_tokens": usage.cached,
        "gen_ai.usage.cache_creation.input_tokens": usage.written,
    }
    return {
        "gen_ai.output.type": "text",
        "gen_ai.output.messages": _json([said]),
        "gen_ai.response.model": reply.served_by,
        "gen_ai.response.finish_reasons": [finish],
        **{name: count for name, count in counts.items() if count},
    }


def provider_of(source: Source | None) -> str:
    """Return what the conventions call who answers; no address is told."""
    if source is None:
        return "mazedom.unknown"
    host = urlsplit(source.spec.base_url or "").hostname or ""
    return PROVIDERS.get(host, "azure.ai.openai" if host.endswith(".openai.azure.com") else f"mazedom.{source.kind}")


def _message(turn: Message) -> dict[str, Any]:
    return {"role": turn.role, "parts": [{"type": "text", "content": turn.content}]}


def _evaluated(fact: str, fate: str, why: str, at: int) -> dict[str, Any]:
    """Return a fact's fate as the conventions' event of an evaluation: 1 is kept."""
    about = {
        "gen_ai.evaluation.name": fact,
        "gen_ai.evaluation.score.label": fate,
        "gen_ai.evaluation.score.value": float(fate == "kept"),
        "gen_ai.evaluation.explanation": why,
    }
    return {"timeUnixNano": str(at), "name": "gen_ai.evaluation.result", "attributes": _attributes(about)}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return attributes as OTLP has them; what is None has none."""
    return [{"key": name, "value": _value(value)} for name, value in values.items() if value is not None]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": str(value)}
