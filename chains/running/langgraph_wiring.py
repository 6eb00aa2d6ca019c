"""The LangGraph wiring: one node per turn, edges along the chain of command; no other module imports langgraph.

The graph is flat, so the drawn graph is the org chart, and siblings run in
parallel. In the whole loop a seat has a node for each of its turns. State
carries the message of each turn and no more. No LangGraph saver is used: the
run log is the durable record, and an unfinished trial is driven again from its
first node, with the replies that the log holds.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt
from langsmith.run_helpers import tracing_context

from chains.organisation.cast import Climb, Speak, Waiting
from chains.organisation.plan import Plan
from chains.running.trial import as_far_as_it_goes

SPARE_STEPS = 10
"""Supersteps allowed beyond one per turn, so that the recursion limit never cuts a trial."""


def _merged(said: dict[str, str | None], more: dict[str, str | None]) -> dict[str, str | None]:
    """Add messages in place: nothing keeps an older state, and a copy per step would cost depth squared."""
    said.update(more)
    return said


class State(TypedDict):
    """What travels the graph."""

    said: Annotated[dict[str, str | None], _merged]
    """The message of each turn so far; None where the seat said nothing. Siblings write in parallel."""


@dataclass(frozen=True)
class Crew:
    """Who holds the seats in one trial: the context that LangGraph hands to every node."""

    speak: Speak


Graph = CompiledStateGraph[State, Crew, State, State]


class _Node(Protocol):
    async def __call__(self, state: State, *, runtime: Runtime[Crew]) -> State: ...


def _node(turn: str) -> _Node:
    """Return a turn's node.

    LangGraph runs an interrupted node again from its first line when it
    resumes, so nothing here may have an effect before `interrupt`: a crew
    that returns `Waiting` has only looked into the log.
    """

    async def node(state: State, *, runtime: Runtime[Crew]) -> State:
        message = await runtime.context.speak(turn, state["said"])
        while isinstance(message, Waiting):
            message = interrupt(turn)
        return {"said": {turn: message}}

    return node


def wire(plan: Plan) -> Graph:
    """Return the compiled graph of a plan: compile once, share among its trials."""
    graph: StateGraph[State, Crew, State, State] = StateGraph(State, context_schema=Crew)
    for turn in plan.turns:
        graph.add_node(turn.name, _node(turn.name))
        match turn.hears:
            case []:
                graph.add_edge(START, turn.name)
            case [only]:
                graph.add_edge(only, turn.name)  # no barrier: each is a channel that every step checks
            case several:
                graph.add_edge(list(several), turn.name)
    return graph.compile()


def climber(graph: Graph, plan: Plan, *, trace: bool = False) -> Climb:
    """Return how LangGraph drives one trial: siblings in parallel.

    A seat that waits for a person interrupts its branch; the other branches go on as far as they can without it.

    Args:
        graph: The plan's compiled graph.
        plan: Who speaks when.
        trace: Let LangSmith trace the run, if the environment asks for it; otherwise it stays off.
    """
    config: Any = {"recursion_limit": len(plan.turns) + SPARE_STEPS}

    async def climb(speak: Speak) -> tuple[str, ...]:
        with nullcontext() if trace else tracing_context(enabled=False):
            state = await graph.ainvoke({"said": {}}, context=Crew(speak), config=config)
        if not (pauses := state.get("__interrupt__")):
            return ()
        # LangGraph stops all branches after this superstep; those that need not wait are taken as far as they go
        waits = tuple(pause.value for pause in pauses)
        more = await as_far_as_it_goes(plan, state["said"], waits)(speak)
        return (*(plan.by_name[name].seat.name for name in waits), *more)

    return climb


def mermaid(plan: Plan) -> str:
    """Return the graph as LangGraph draws it, in Mermaid."""
    return wire(plan).get_graph().draw_mermaid()
