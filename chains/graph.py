"""The LangGraph wiring: one node a seat, edges along the chain of command; nothing else imports langgraph.

The graph is flat, so the drawn graph is the org chart, and siblings run in
parallel. State carries the latest message of each seat and no history. There
is no LangGraph saver: the run log is the durable record, and a trial that
went half way is driven again from its first node, with the replies that the
log holds.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Protocol, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from langsmith.run_helpers import tracing_context

from chains.hierarchy import Hierarchy

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


class Waiting(NamedTuple):
    """Instead of a message: the seat is a person's and has not answered yet."""

    seat: str


Speak = Callable[[str, Mapping[str, str | None]], Awaitable[str | Waiting | None]]
"""A seat's message, given the seat and the latest messages of all; None for no report."""


@dataclass(frozen=True)
class Crew:
    """Who holds the seats in one trial: the context that LangGraph hands to every node."""

    speak: Speak


class Outcome(NamedTuple):
    """How far a trial came."""

    said: Mapping[str, str | None]
    """The message of each seat that spoke."""
    waiting: tuple[str, ...]
    """Seats that wait for a person; empty if the trial went to its end."""


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


async def climb(graph: Graph, hierarchy: Hierarchy, crew: Crew, *, trace: bool = False) -> Outcome:
    """Drive one trial up the hierarchy: every seat speaks once, those below first.

    Args:
        graph: The hierarchy's compiled graph.
        hierarchy: Who reports to whom.
        crew: Who holds the seats.
        trace: Let LangSmith trace the run, if the environment asks for it; otherwise it stays off.

    Returns:
        The messages, and the seats that wait for a person.
    """
    config: Any = {"recursion_limit": hierarchy.depth + SPARE_STEPS}
    if trace:
        state = await graph.ainvoke({"said": {}}, context=crew, config=config)
    else:
        with tracing_context(enabled=False):
            state = await graph.ainvoke({"said": {}}, context=crew, config=config)
    waiting = tuple(pause.value for pause in state.get("__interrupt__", ()))
    return Outcome(state["said"], waiting)


def mermaid(hierarchy: Hierarchy) -> str:
    """Return the graph as LangGraph draws it, in Mermaid."""
    return wire(hierarchy).get_graph().draw_mermaid()
