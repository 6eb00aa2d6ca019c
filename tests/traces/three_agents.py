"""A graph of LangGraph with three agents, traced by OpenTelemetry's instrumentation; `three_agents.json` is its trace.

    pip install langgraph opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-langchain
    python tests/traces/three_agents.py tests/traces/three_agents.json

Made with langgraph 1.2, opentelemetry-sdk 1.45.2 and opentelemetry-instrumentation-langchain 0.62.4. The agents say
what stands in `SAYS`, so that no model is needed; what they say is about `runs/worlds/kestrel.toml`.
"""
# ruff: noqa: PLC0415 - the tests take `SAYS` from here and have no instrumentation

import base64
import json
import operator
import sys
from pathlib import Path
from typing import Annotated, TypedDict

from google.protobuf.json_format import MessageToDict

SAYS = {
    "engineer": "- In test T-118, seal S-4 leaked 2.7 mL/min more than the limit of 0.5 mL/min.\n"
    "- 2 of 9 opening tests of the relief valves failed.\n- Customer Ostrava confirmed its order of 40 units.",
    "lead": "- In test T-118, seal S-4 leaked more than its limit.\n"
    "- Customer Ostrava confirmed its order of 40 units.",
    "director": "- Customer Ostrava confirmed its order of 40 units.",
}


def main(path):
    from langchain_core.language_models.fake_chat_models import FakeListChatModel
    from langgraph.graph import END, START, StateGraph
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
    from opentelemetry.instrumentation.langchain import LangchainInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    LangchainInstrumentor().instrument(tracer_provider=provider)

    class State(TypedDict):
        said: Annotated[list[str], operator.add]

    def agent(name):
        model = FakeListChatModel(responses=[SAYS[name]], name=name)

        def node(state):
            heard = state["said"][-1] if state["said"] else "your notes"
            return {"said": [model.invoke([("system", f"You are the {name}."), ("user", heard)]).content]}

        return node

    graph, before = StateGraph(State), START
    for name in SAYS:
        graph.add_node(name, agent(name))
        graph.add_edge(before, name)
        before = name
    graph.add_edge(before, END)
    for _ in range(2):
        graph.compile().invoke({"said": []})
    document = hexadecimal(MessageToDict(encode_spans(spans.get_finished_spans())))
    Path(path).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def hexadecimal(value, name=""):
    """Return a document with ids as OTLP's JSON has them."""
    if isinstance(value, dict):
        return {key: hexadecimal(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [hexadecimal(inner, name) for inner in value]
    return base64.b64decode(value).hex() if name in ("traceId", "spanId", "parentSpanId") else value


if __name__ == "__main__":
    main(sys.argv[1])
