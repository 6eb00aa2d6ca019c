"""Chains of anybody's, about a world file: read, kept as a run, and measured as any run is."""

import contextlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traces.three_agents import SAYS

import chains
import cli
from chains.analysis.imports.otel_traces import AGENTS, MODELS, OUTPUTS, read_traces
from chains.errors import BadInput
from chains.shipped import shipped
from chains.worlds.files.world_file import read_world

WORLD = shipped("runs") / "worlds" / "kestrel.toml"
FACTS = read_world(WORLD).facts
ALL = "\n".join(f"- {fact.render(0)}" for fact in FACTS)
HALF = "\n".join(f"- {fact.render(0)}" for fact in FACTS[: len(FACTS) // 2])
ROWS = [
    {"trial": "a", "hop": 1, "seat": "nurse", "message": ALL},
    {"trial": "a", "hop": 2, "seat": "matron", "message": HALF},
    {"trial": "b", "hop": 2, "seat": "matron", "message": ALL},
    {"trial": "b", "hop": 1, "seat": "nurse", "message": ALL},
]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def imported(rows, name="mine.jsonl", *more):
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return cli.main(["import", "chains", name, "--world", str(WORLD), *more])


def complaint(rows, capsys, *more):
    assert imported(rows, "mine.jsonl", *more) == 2
    return capsys.readouterr().err


def fates(run):
    return {(row["trial"], row["hop"], row["statement"]): row["fate"] for row in run.facts()}


def test_a_chain_becomes_a_trial_whose_facts_are_followed_hop_by_hop(capsys):
    assert imported(ROWS) == 0
    run = chains.load("last")
    assert {row["retention"] for row in run.trials()} == {0.5, 1.0}
    assert [row["seat"] for row in run.messages()[:2]] == ["nurse", "matron"]
    lost = [place for place, fate in fates(run).items() if fate == "omitted"]
    assert {(trial, hop) for trial, hop, _ in lost} == {("c1.w1.r1", 2)}
    assert len(lost) == len(FACTS) - len(FACTS) // 2


def test_every_reader_of_runs_reads_it_and_a_replay_finds_nothing_changed(capsys):
    assert imported(ROWS) == 0
    for words in (["show"], ["show", "--trial"], ["law"], ["export", "--to", "out"], ["replay", "--verify"]):
        assert cli.main([words[0], "last", *words[1:]]) == 0, words
    assert "everything is as logged" in capsys.readouterr().out


def test_csv_says_the_same_as_json_lines():
    assert imported(ROWS) == 0
    first = fates(chains.load("last"))
    with open("mine.csv", "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        file.write("trial,hop,seat,message\n")
        file.writelines(f'{row["trial"]},{row["hop"]},{row["seat"]},"\'{row["message"]}"\n' for row in ROWS)
    assert cli.main(["import", "chains", "mine.csv", "--world", str(WORLD)]) == 0
    assert fates(chains.load("last")) == first


def test_chains_of_different_length_and_condition_are_told_apart_and_compared(capsys):
    rows = [
        {"trial": f"{condition}{n}", "hop": hop, "condition": condition, "message": HALF if hop == depth else ALL}
        for condition in ("short", "long")
        for n in range(2)
        for depth in [{"short": 1, "long": 3}[condition]]
        for hop in range(1, depth + 1)
    ]
    assert imported(rows) == 0
    run = chains.load("last")
    finished = [row for row in run.trials() if row["status"] == "finished"]
    assert sorted((row["factor.depth"], row["factor.model"]) for row in finished) == [
        (1, "imported:short"), (1, "imported:short"), (3, "imported:long"), (3, "imported:long"),
    ]  # fmt: skip
    assert {row["retention"] for row in finished} == {0.5}


def test_a_folder_of_worlds_has_one_for_each_chain_that_names_it(tmp_path):
    folder = tmp_path / "worlds"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text(
            WORLD.read_text(encoding="utf-8").replace("Kestrel pump line", f"Kestrel {name}"), encoding="utf-8"
        )
    with open("mine.jsonl", "w", encoding="utf-8") as file:  # noqa: PTH123
        rows = [{"trial": name, "hop": 1, "world": name, "message": ALL} for name in ("two", "one.toml")]
        file.writelines(json.dumps(row) + "\n" for row in rows)
    assert cli.main(["import", "chains", "mine.jsonl", "--world", "worlds"]) == 0
    run = chains.load("last")
    assert {row["world"]: row["retention"] for row in run.trials()} == {"w1": 1.0, "w2": 1.0}


BAD = [
    ([ROWS[0], ROWS[0]], "line 2: hop 1 of trial 'a' stands in mine.jsonl line 1 already"),
    ([ROWS[1]], "line 1: trial 'a' has no hop 1"),
    ([{"trial": "a", "hop": 1}], "line 1: no 'message'"),
    ([ROWS[0] | {"hop": "first"}], "line 1: hop is 'first'; give a whole number"),
    ([ROWS[0] | {"message": 3}], "line 1: message is a int, where a text belongs"),
    ([ROWS[0] | {"trial": ""}], "line 1: trial is empty"),
    ([ROWS[0] | {"world": "other"}], "a chain is of world 'other' and --world names the file"),
    ([ROWS[0] | {"seat": "a\nb"}], "'a\\nb' is no name for a seat"),
    ([], "mine.csv holds no message"),
]


@pytest.mark.parametrize(("rows", "says"), BAD)
def test_what_is_no_chain_is_refused_in_a_sentence_and_leaves_no_run(rows, says, capsys, tmp_path):
    if not rows:
        (tmp_path / "mine.csv").write_text("trial,hop,message\n")
        assert cli.main(["import", "chains", "mine.csv", "--world", str(WORLD)]) == 2
        assert says in capsys.readouterr().err
    else:
        assert says in complaint(rows, capsys)
    assert not (tmp_path / "runs").exists()


def test_without_a_world_nothing_is_measured(capsys):
    assert cli.main(["import", "chains", "mine.jsonl"]) == 2
    assert "--world" in capsys.readouterr().err


def test_nobody_can_be_asked_for_more_of_it(capsys):
    assert cli.main(["run", "--set", "model=imported:mine", "--set", "worlds=1"]) == 2
    assert "nobody can be asked for more of them" in capsys.readouterr().err


def span(name, agent, start, text, parent="", **more):
    return {
        "traceId": "a" * 32, "spanId": name, "parentSpanId": parent, "name": name,
        "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 10),
        "attributes": [
            {"key": key, "value": {"stringValue": value}}
            for key, value in ({"gen_ai.agent.name": agent} if agent else {}).items() | text.items() | more.items()
        ],
    }  # fmt: skip


def said(text):
    message = {
        "role": "assistant",
        "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": text}],
    }
    return {"gen_ai.operation.name": "chat", "gen_ai.output.messages": json.dumps([message])}


def traced(spans, *more):
    with open("spans.jsonl", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + "\n")
    return cli.main(["import", "otel", "spans.jsonl", "--world", str(WORLD), *more])


def test_agents_of_a_trace_make_a_chain_in_the_order_in_which_they_last_spoke(capsys):
    spans = [
        span("s1", "nurse", 100, said("a draft")),
        span("s2", "", 300, said(HALF), parent="s9"),
        span("s3", "nurse", 200, said(ALL)),
        span("s4", "nurse", 150, {"gen_ai.operation.name": "execute_tool", "gen_ai.output.messages": "no reply"}),
        span("s9", "matron", 290, {"gen_ai.operation.name": "invoke_agent"}),
    ]
    assert traced(spans) == 0
    run = chains.load("last")
    reports = [(row["seat"], row["text"]) for row in run.messages() if row["role"] != "executive"]
    assert reports == [("nurse", ALL), ("matron", HALF)]
    assert [row["retention"] for row in run.trials()] == [0.5]


def test_agents_can_be_chosen_and_what_has_none_of_them_is_told(capsys):
    spans = [
        span("s1", "nurse", 100, said(ALL)),
        span("s2", "clerk", 150, said("x")),
        span("s3", "matron", 200, said(HALF)),
    ]
    assert traced(spans, "--agents", "nurse,matron") == 0
    assert [row["seat"] for row in chains.load("last").messages()][:2] == ["nurse", "matron"]
    assert traced(spans, "--agents", "nurse,matrn") == 2
    assert "as of 'matrn'; did you mean matron?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        {"gen_ai.completion.0.content": ALL},
        {"gen_ai.completion": ALL},
        {"openinference.span.kind": "LLM", "llm.output_messages.0.message.content": ALL},
    ],
)
def test_older_and_other_names_of_what_was_said_are_read(text):
    assert traced([span("s1", "nurse", 100, text)]) == 0
    assert [row["retention"] for row in chains.load("last").trials()] == [1.0]


def test_spans_without_messages_are_told_of_with_what_to_switch_on(capsys):
    assert traced([span("s1", "nurse", 100, {"gen_ai.operation.name": "chat"})]) == 2
    assert "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", ["{}", "not json", '{"resourceSpans": 3}', '{"resourceSpans": [{"scopeSpans": [1]}]}']
)
def test_what_is_no_trace_is_refused_in_a_sentence(content, capsys, tmp_path):
    (tmp_path / "spans.jsonl").write_text(content)
    assert cli.main(["import", "otel", "spans.jsonl", "--world", str(WORLD)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_our_own_spans_come_back_with_the_same_fates():
    run = chains.run_sync(
        settings={"model": "channel:drop=0.2", "depth": 3, "scenario": str(WORLD), "worlds": 1, "replicates": 3}
    )
    assert cli.main(["export", "last", "--format", "otel", "--to", "out"]) == 0
    assert cli.main(["import", "otel", "out/spans.jsonl", "--world", str(WORLD)]) == 0
    assert fates(chains.load("last")) == fates(run)


TRACES = Path(__file__).parent / "traces"


def check_three_agents(trace):
    """Import what `traces/three_agents.py` traced, and hold its measures against what the agents say."""
    assert cli.main(["import", "otel", str(trace), "--world", str(WORLD)]) == 0
    run = chains.load("last")
    told = [(row["seat"], row["text"]) for row in run.messages() if row["trial"] == "c1.w1.r1"]
    assert told[:3] == list(SAYS.items())
    found = fates(run)
    leak, valves, order = ("F01", "F03", "F10")
    for trial in ("c1.w1.r1", "c1.w1.r2"):
        assert [found[trial, hop, leak] for hop in (1, 2, 3)] == ["kept", "blurred", "omitted"]
        assert [found[trial, hop, valves] for hop in (1, 2, 3)] == ["kept", "omitted", "omitted"]
        assert [found[trial, hop, order] for hop in (1, 2, 3)] == ["kept", "kept", "kept"]


def test_a_traced_graph_of_langgraph_is_measured_as_a_chain_of_its_agents():
    """See `traces/three_agents.py`, which was traced by OpenTelemetry's instrumentation."""
    check_three_agents(TRACES / "three_agents.json")


@pytest.mark.heavy
def test_a_graph_of_langgraph_that_is_traced_now_is_measured_as_a_chain_of_its_agents(tmp_path):
    """The program runs in an environment of its own, with the newest instrumentation."""
    packages = ("langgraph", "opentelemetry-exporter-otlp-proto-http", "opentelemetry-instrumentation-langchain")
    beside = [word for package in packages for word in ("--with", package)]
    command = ["uv", "run", "--no-project", "--isolated", *beside, "python", TRACES / "three_agents.py", "trace.json"]
    if shutil.which("uv") is None:
        pytest.skip("uv makes the environment, and is not here")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    check_three_agents(tmp_path / "trace.json")


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=4)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
VALUES = ANYTHING | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("stringValue", "intValue", "arrayValue", "kvlistValue"), ANYTHING)
    | {"kvlist_value": st.fixed_dictionaries({"values": st.lists(st.fixed_dictionaries({"key": ANYTHING}))})},
)
NAMES = st.sampled_from((*AGENTS, *MODELS, *OUTPUTS, "gen_ai.operation.name", "gen_ai.usage.input_tokens", "other"))
SPANS = st.fixed_dictionaries(
    {"attributes": ANYTHING | st.lists(st.fixed_dictionaries({"key": NAMES | ANYTHING, "value": VALUES}), max_size=5)},
    optional={"startTimeUnixNano": ANYTHING, "spanId": ANYTHING, "parentSpanId": ANYTHING, "events": ANYTHING},
)


@settings(max_examples=200, deadline=None)
@given(spans=st.lists(SPANS, min_size=1, max_size=3))
def test_whatever_stands_in_a_span_it_is_read_or_refused_in_a_sentence(spans, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "spans.json"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    with contextlib.suppress(BadInput):
        read, notes = read_traces(path)
        assert all(isinstance(one.text, str) for chain in read for one in chain.said)
        assert all("left out" in note for note in notes)
