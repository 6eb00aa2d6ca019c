"""Python functions and LangGraph agents in seats: asked, logged, replayed and compared like any model."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

import chains
from chains.errors import BadInput
from chains.models.python_seat import hold

ROOT = Path(__file__).parent.parent
SMALL = {"worlds": 2, "depth": 2}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def lines(messages):
    """Pass on every line of the prompt that begins with a dash."""
    return "\n".join(line for line in messages[-1]["content"].splitlines() if line.startswith("- "))


async def first_line(messages):
    return lines(messages).splitlines()[0]


def replayed(run):
    return asyncio.run(run.replay()).identical


def test_a_three_line_function_holds_seats_and_its_run_replays():
    run = chains.run_sync(settings=SMALL | {"model": lines})
    assert {row["retention"] for row in run.trials()} == {1.0}
    assert {row["served_by"] for row in run.calls()} == {f"python:{__name__}:lines"}
    assert replayed(run)


def test_functions_are_compared_like_models():
    run = chains.run_sync(settings=SMALL | {"worlds": 8, "model": lines, "model.manager": [lines, first_line]})
    a, b = run.record.experiment.factors["model.manager"]
    compared = chains.compare(run, {"model.manager": a}, {"model.manager": b})
    assert compared.measures["retention"].paired.difference < -0.5


def test_a_langgraph_agent_with_a_tool_holds_a_seat():
    """What goes up is its last message; what its model says it took is counted."""

    def count(text: str) -> str:
        """Count the lines."""
        return str(text.count("\n") + 1)

    def model(state):
        if isinstance(state["messages"][-1], ToolMessage):
            counted, asked = state["messages"][-1].content, state["messages"][0].content
            text = f"{counted} lines came.\n" + lines([{"content": asked}])
            usage = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
            return {"messages": [AIMessage(text, usage_metadata=usage)]}
        call = {"name": "count", "args": {"text": lines([{"content": state["messages"][0].content}])}, "id": "1"}
        return {"messages": [AIMessage("", tool_calls=[call])]}

    graph = StateGraph(MessagesState)
    graph.add_node("model", model)
    graph.add_node("tools", ToolNode([count]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    run = chains.run_sync(settings=SMALL | {"model": lines, "model.manager": graph.compile()})
    managers = [row for row in run.messages() if row["role"] == "manager"]
    assert managers
    assert all("lines came." in row["text"] for row in managers)
    assert {row["prompt_tokens"] for row in run.calls() if row["model"] != f"python:{__name__}:lines"} == {7}
    assert {row["retention"] for row in run.trials()} == {1.0}
    assert replayed(run)


@pytest.mark.parametrize(
    "runnable", [RunnableLambda(lines), GenericFakeChatModel(messages=iter(["- All is well."] * 99))]
)
def test_other_runnables_hold_seats_too(runnable):
    run = chains.run_sync(settings=SMALL | {"model": runnable})
    assert {row["status"] for row in run.trials()} == {"finished"}


def test_the_terminal_finds_a_function_of_the_working_folder(tmp_path):
    (tmp_path / "my_agent.py").write_text("def reply(messages):\n    return '- All is well.'\n")
    words = ("--set", "worlds=1", "--set", "depth=2", "--set", "model=python:my_agent:reply")
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", "run", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    verified = subprocess.run(
        [sys.executable, ROOT / "cli.py", "replay", "last", "--verify"], cwd=tmp_path, capture_output=True, check=False
    )
    assert verified.returncode == 0


def test_run_json_says_what_held_the_seat():
    run = chains.run_sync(settings=SMALL | {"model": lines})
    (served,) = run.record.served.values()
    assert served["resolved"]["is"] == "function"
    assert len(served["resolved"]["source_sha256"]) == 64


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("python:nowhere_at_all:reply", "No module named 'nowhere_at_all'"),
        ("python:json:replay", "json has no replay"),
        ("python:json", "write python:MODULE:NAME"),
        ("python:math:pi", "neither a function nor a runnable"),
    ],
)
def test_what_is_no_seat_is_refused_before_anything_is_asked(mazedom, name, why):
    ran = mazedom("run", "--set", f"model={name}", "--set", "worlds=1")
    assert ran.status == 2
    assert why in ran.err


def fails(messages):
    raise RuntimeError("no luck\ntoday")


def number(messages):
    return 7


@pytest.mark.parametrize(("function", "why"), [(fails, "RuntimeError: no luck today"), (number, "returned a int")])
def test_a_function_that_fails_fails_its_trials_with_one_sentence(function, why):
    run = chains.run_sync(settings=SMALL | {"model": function})
    assert {row["status"] for row in run.trials()} == {"failed"}
    assert all(why in row["error"] for row in run.trials())


def test_an_object_that_is_not_importable_has_a_name_of_its_own():
    one, two = (RunnableLambda(lines) for _ in range(2))
    assert hold(one) == hold(one) != hold(two)
    with pytest.raises(BadInput, match="a int can't hold a seat"):
        hold(3)
