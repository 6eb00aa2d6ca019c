"""The LangGraph wiring: one node a seat, edges along the chain of command; nothing else imports langgraph.

The graph is flat, so the drawn graph is the org chart, and siblings run in
parallel. State carries the latest message of each seat and no history. There
is no LangGraph saver: the run log is the durable record, and a trial that
went half way is driven again from its first node, with the replies that the
log holds.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from langsmith.run_helpers import tracing_context

from chains.hierarchy import Hierarchy
from chains.seats import Climb, Speak, Waiting

SPARE_STEPS = 10
"""Supersteps allowed beyond the depth, so that the recursion limit never cuts a hierarchy."""


def _merged(said: dict[str, str | None], more: dict[str, str | None]) -> dict[str, str | None]:
    """Add messages in place: nobody keeps an older state, and a copy a step would cost depth squared."""
    said.update(more)
    return said


class State(TypedDict):
    """What travels the graph."""

    said: Annotated[dict[str, str | None], _merged]
    """The latest message of each seat; None where it gave no report. Siblings write in parallel."""


@dataclass(frozen=True)
class Crew:
    """Who holds the seats in one trial: the context that LangGraph hands to every node."""

    speak: Speak


Graph = CompiledStateGraph[State, Crew, State, State]


class _Node(Protocol):
    async def __call__(self, state: State, *, runtime: Runtime[Crew]) -> State: ...


def _node(seat: str) -> _Node:
    """Return a seat's node.

    LangGraph runs an interrupted node again from its first line when it
    resumes, so nothing here may have an effect before `interrupt`: a crew
    that returns `Waiting` has only looked into the log.
    """

    async def node(state: State, *, runtime: Runtime[Crew]) -> State:
        message = await runtime.context.speak(seat, state["said"])
        while isinstance(message, Waiting):
            message = interrupt(message.seat)
        return {"said": {seat: message}}

    return node


def wire(hierarchy: Hierarchy) -> Graph:
    """Return the compiled graph of a hierarchy: compile once, share among its trials."""
    graph: StateGraph[State, Crew, State, State] = StateGraph(State, context_schema=Crew)
    for seat in hierarchy.upward():
        graph.add_node(seat.name, _node(seat.name))
        reports = hierarchy.reports_of(seat.name)
        graph.add_edge(list(reports) if reports else START, seat.name)
    return graph.compile()


def climber(graph: Graph, depth: int, *, trace: bool = False) -> Climb:
    """Return how LangGraph drives one trial up a hierarchy: siblings in parallel.

    A seat that waits for a person interrupts its branch; sibling branches go on to the end of the superstep.

    Args:
        graph: The hierarchy's compiled graph.
        depth: The hierarchy's.
        trace: Let LangSmith trace the run, if the environment asks for it; otherwise it stays off.
    """
    config: Any = {"recursion_limit": depth + SPARE_STEPS}

    async def climb(speak: Speak) -> tuple[str, ...]:
        with nullcontext() if trace else tracing_context(enabled=False):
            state = await graph.ainvoke({"said": {}}, context=Crew(speak), config=config)
        return tuple(pause.value for pause in state.get("__interrupt__", ()))

    return climb


def mermaid(hierarchy: Hierarchy) -> str:
    """Return the graph as LangGraph draws it, in Mermaid."""
    return wire(hierarchy).get_graph().draw_mermaid()
