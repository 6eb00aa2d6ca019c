"""Chains from spans of OpenTelemetry: a trace is a chain, an agent a seat, in the order in which they spoke.

Reads OTLP JSON as collectors and exporters write it: one document or one a
line. A reply is taken from a span of a call to a model. Who made the call stands
at the span or at the nearest span around it. What an agent says last is its
message; agents follow each other by the time at which they began that.

Names of the conventions (`gen_ai.*`) come first; then those of the
instrumentations by Traceloop (LangGraph, CrewAI) and of OpenInference.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.analysis.imports.message_file import Heard, Said
from chains.errors import BadInput, nearest
from chains.models.provider import Usage
from chains.stats.observations.row_file import content_of

AGENTS = (
    "mazedom.seat",
    "gen_ai.agent.name",
    "traceloop.association.properties.langgraph_node",
    "metadata.langgraph_node",
    "graph.node.id",
    "gen_ai.task.name",
    "crewai.agent.role",
    "agent.name",
    "traceloop.entity.name",
)
"""Attributes that say whose a span is, the first that is there."""
OUTPUTS = ("gen_ai.output.messages", "gen_ai.completion", "gen_ai.completion.0.content")
OUTPUTS_ELSEWHERE = ("llm.output_messages.0.message.content", "output.value")
"""Of OpenInference: `output.value` may be of any span, and counts in those of a model alone."""
CALLS = frozenset({"chat", "text_completion", "generate_content"})
"""Operations in which a model says something."""
MODELS = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name")
TEXTS = ("content", "text")
"""Where the parts of a message have their text."""


class _Span(NamedTuple):
    trace: str
    name: str
    parent: str
    start: int
    end: int
    about: Mapping[str, Any]
    events: Sequence[tuple[str, Mapping[str, Any]]]


def read_traces(path: Path, agents: Sequence[str] | None = None) -> tuple[list[Heard], list[str]]:
    """Read the chains of a file of spans.

    Args:
        path: The file.
        agents: Those that make the chain, from the one who knows the facts up; None: all, as they spoke.

    Returns:
        The chains, and notes on traces that were left out.

    Raises:
        BadInput: If it is no OTLP JSON, or no trace has a reply of an agent.
    """
    traces: dict[str, dict[str, _Span]] = defaultdict(dict)
    for span in _spans(path):
        traces[span.trace][span.name] = span
    chains: list[Heard] = []
    notes: list[str] = []
    known: dict[str, None] = {}
    ordered = sorted(traces.items(), key=lambda item: min(span.start for span in item[1].values()))
    for number, (name, spans) in enumerate(ordered, 1):
        said = _said(spans)
        known |= dict.fromkeys(said)
        if agents is None:
            chosen = list(said.values())
        elif missing := [agent for agent in agents if agent not in said]:
            notes.append(f"trace {number} ({name[:8]}) has no reply of agent {missing[0]!r} and is left out")
            continue
        else:
            chosen = [said[agent] for agent in agents]
        if chosen:
            chains.append(Heard(name or str(number), tuple(chosen)))
        else:
            notes.append(f"trace {number} ({name[:8]}) has no reply of a model and is left out")
    if not chains and agents is not None and known:
        unknown = next((agent for agent in agents if agent not in known), agents[0])
        raise BadInput(f"{path}: no trace has a reply of every agent named, as of {unknown!r}{nearest(unknown, known)}")
    if not chains:
        raise BadInput(
            f"{path}: no reply of a model in any trace (of {len(traces)}); does the instrumentation log messages "
            "(OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, TRACELOOP_TRACE_CONTENT)?"
        )
    return chains, notes


def _said(spans: Mapping[str, _Span]) -> dict[str, Said]:
    """Return the last reply of each agent of a trace, in the order in which these began."""
    last: dict[str, tuple[_Span, str]] = {}
    for span in sorted(spans.values(), key=lambda span: (span.start, span.end)):
        if (text := _reply(span)) is not None and _on_the_way_up(span):
            last[_agent(span, spans)] = span, text
    ordered = sorted(last.items(), key=lambda item: item[1][0].start)
    return {
        agent: Said(agent, text, _first(span.about, MODELS), max(0.0, (span.end - span.start) / 1e9), _usage(span))
        for agent, (span, text) in ordered
    }


def _on_the_way_up(span: _Span) -> bool:
    """Return whether a span of our own is a report below the top; every span of others counts."""
    if "mazedom.task" not in span.about:
        return True
    return bool(span.about["mazedom.task"] == "report" and span.about.get("mazedom.role") in ("worker", "manager"))


def _agent(span: _Span, spans: Mapping[str, _Span]) -> str:
    """Return whose a span is: as it says itself, or the nearest around it; the span's id if nobody says."""
    at: _Span | None = span
    seen: set[str] = set()
    while at is not None and at.name not in seen:
        seen.add(at.name)
        if found := _first(at.about, AGENTS):
            return found
        at = spans.get(at.parent)
    return span.name


def _reply(span: _Span) -> str | None:
    """Return what a model said in a span; None if it is of no call, or does not tell."""
    operation = span.about.get("gen_ai.operation.name")
    if operation is not None and str(operation) not in CALLS:
        return None
    texts = [_text(span.about.get(name)) for name in OUTPUTS]
    for _, about in span.events:
        texts += [_text(about.get(name)) for name in (*OUTPUTS, "message")]
    if operation is not None or span.about.get("openinference.span.kind") == "LLM":
        texts += [_text(span.about.get(name)) for name in OUTPUTS_ELSEWHERE]
    return next((text for text in texts if text is not None), None)


def _text(value: Any) -> str | None:
    """Return the text in an attribute: plain, or messages as JSON has them, of which the last counts."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        messages = [text for text in map(_text, value) if text is not None]
        return messages[-1] if messages else None
    if isinstance(value, dict):
        if isinstance(parts := value.get("parts"), list):
            said = [part for part in parts if isinstance(part, dict) and part.get("type", "text") == "text"]
            return "\n".join(str(part.get("content", part.get("text", ""))) for part in said)
        return next((_text(value[key]) for key in (*TEXTS, "message") if value.get(key) is not None), None)
    return None


def _usage(span: _Span) -> Usage:
    def counted(*names: str) -> int:
        values = [span.about[name] for name in names if isinstance(span.about.get(name), int)]
        return max(0, values[0]) if values else 0

    return Usage(
        prompt=counted("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
        completion=counted(
            "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"
        ),
    )


def _first(about: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((str(about[name]) for name in names if about.get(name)), "")


def _spans(path: Path) -> Iterator[_Span]:
    for document in _documents(path):
        for resource in _list(document, "resourceSpans", "resource_spans"):
            for scope in _list(resource, "scopeSpans", "scope_spans"):
                for span in _list(scope, "spans"):
                    yield _span(span, path)


def _documents(path: Path) -> Iterator[Mapping[str, Any]]:
    content = content_of(path, "spans as OTLP JSON")
    found: list[Any] = []
    try:
        found.append(orjson.loads(content))
    except orjson.JSONDecodeError:
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                try:
                    found.append(orjson.loads(line))
                except orjson.JSONDecodeError as error:
                    raise BadInput(f"{path} line {number}: no JSON ({error}); give spans as OTLP JSON") from None
    for document in found:
        if not isinstance(document, dict) or not ({"resourceSpans", "resource_spans"} & document.keys()):
            raise BadInput(f"{path} holds JSON without `resourceSpans`; give spans as OTLP JSON")
        yield document


def _list(value: Any, *names: str) -> list[Any]:
    """Return the objects of a list in an object; none where either is something else."""
    found: Any = next((value[name] for name in names if name in value), []) if isinstance(value, dict) else []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _span(span: Mapping[str, Any], path: Path) -> _Span:
    def of(*names: str) -> Any:
        return next((span[name] for name in names if name in span), "")

    try:
        start, end = (int(of(*names) or 0) for names in (
            ("startTimeUnixNano", "start_time_unix_nano"), ("endTimeUnixNano", "end_time_unix_nano"),
        ))  # fmt: skip
    except (TypeError, ValueError):
        raise BadInput(
            f"{path}: span {str(of('name'))!r} has no time in nanoseconds; give spans as OTLP JSON"
        ) from None
    return _Span(
        trace=str(of("traceId", "trace_id")),
        name=str(of("spanId", "span_id")),
        parent=str(of("parentSpanId", "parent_span_id")),
        start=start,
        end=end,
        about=_attributes(span),
        events=[(str(event.get("name", "")), _attributes(event)) for event in _list(span, "events")],
    )


def _attributes(value: Mapping[str, Any]) -> dict[str, Any]:
    return {str(one.get("key")): _value(one.get("value")) for one in _list(value, "attributes")}


def _value(value: Any) -> Any:
    """Return the plain value of one of OTLP's."""
    if not isinstance(value, dict):
        return value
    kind, inner = next(iter(value.items()), ("", None))
    match kind:
        case "intValue" | "int_value":
            return int(str(inner)) if str(inner).removeprefix("-").isdecimal() else inner
        case "arrayValue" | "array_value":
            return [_value(one) for one in _list(inner, "values")]
        case "kvlistValue" | "kvlist_value":
            return {str(one.get("key")): _value(one.get("value")) for one in _list(inner, "values")}
        case _:
            return inner
