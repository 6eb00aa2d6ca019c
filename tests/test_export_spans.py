"""Spans and Inspect logs: what OTLP, the conventions' own names and Inspect's own reader make of them."""

import enum
import http.server
import socket
import statistics
import threading

import orjson
import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

import chains
import cli
from chains.analysis.exports.inspect_log import scores
from chains.fates import FATES
from chains.scoring.measures.measures import MEASURES

LOOP = {"model": "channel:drop=0.2", "depth": 3, "worlds": 2, "hypotheses": "none", "prompt": "honest"}
REPLACED = {"gen_ai.system", "gen_ai.prompt", "gen_ai.completion"}
"""Names that the conventions once had. The package marks all of gen_ai as moved to a repository of its own."""
NAMES = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")} - REPLACED


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def plain(attributes):
    return {one["key"]: next(iter(one["value"].values())) for one in attributes}


def exported(*words):
    assert cli.main(["export", "last", "--format", "otel", *words]) == 0


@pytest.fixture
def traces():
    chains.run_sync("full_loop", LOOP)
    exported("--to", "out")
    with open("out/spans.jsonl", "rb") as file:  # noqa: PTH123
        return [orjson.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"] for line in file]


def test_a_trial_is_a_trace_and_each_logged_reply_a_span_in_it(traces):
    calls = chains.load("last").calls()
    assert len(traces) == 2
    assert sum(len(spans) - 1 for spans in traces) == len(calls)
    for root, *spans in traces:
        assert {span["traceId"] for span in (root, *spans)} == {root["traceId"]}
        assert {span["parentSpanId"] for span in spans} == {root["spanId"]}
        assert all(int(root["startTimeUnixNano"]) <= int(span["startTimeUnixNano"]) for span in spans)


def test_a_seat_begins_when_those_that_it_heard_have_ended(traces):
    for _, *spans in traces:
        ends = {span["spanId"]: int(span["endTimeUnixNano"]) for span in spans}
        heard = [(span, link["spanId"]) for span in spans for link in span["links"]]
        assert heard
        assert all(ends[name] <= int(span["startTimeUnixNano"]) for span, name in heard)


def test_every_name_under_gen_ai_is_one_of_the_conventions_and_every_other_is_ours(traces):
    values = {
        enum_.__name__: {member.value for member in enum_}
        for enum_ in vars(gen_ai_attributes).values()
        if isinstance(enum_, enum.EnumMeta)
    }
    for span in (span for spans in traces for span in spans):
        about = plain(span["attributes"])
        for attributes in (about, *(plain(event["attributes"]) for event in span.get("events", ()))):
            foreign = {name for name in attributes if not name.startswith("mazedom.")}
            assert foreign <= NAMES, foreign - NAMES
        assert about["gen_ai.operation.name"] in values["GenAiOperationNameValues"]
        assert about.get("gen_ai.output.type", "text") in values["GenAiOutputTypeValues"]


def test_messages_have_the_form_of_the_conventions(traces):
    for span in traces[0][1:]:
        about = plain(span["attributes"])
        for message in orjson.loads(about["gen_ai.input.messages"]) + orjson.loads(about["gen_ai.output.messages"]):
            assert message["role"] in ("user", "assistant")
            assert all(part["type"] in ("text", "reasoning") and part["content"] for part in message["parts"])
        assert orjson.loads(about["gen_ai.output.messages"])[0]["finish_reason"] == "stop"


def test_a_span_tells_hop_and_fates_as_the_table_of_messages_does(traces):
    rows = {(row["trial"], row["turn"]): row for row in chains.load("last").messages()}
    for span in (span for spans in traces for span in spans[1:]):
        about = plain(span["attributes"])
        row = rows[about["mazedom.trial"], about["mazedom.turn"]]
        assert int(about["mazedom.hop"]) == row["hop"]
        for fate in FATES:
            told = about.get(f"mazedom.facts.{fate}")
            assert row[fate] == (None if told is None else len(told.get("values", ())))


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes OTLP over HTTP as protobuf, as collectors do."""

    def do_POST(self):
        taken = TracesData()
        taken.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, MessageToDict(taken)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def collector():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.taken, server.status = [], 200
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_an_endpoint_is_sent_what_the_file_holds(traces, collector):
    exported("--endpoint", f"http://127.0.0.1:{collector.server_port}")
    assert [path for path, _ in collector.taken] == ["/v1/traces"] * len(traces)
    for (_, sent), spans in zip(collector.taken, traces, strict=True):
        (resource,) = sent["resourceSpans"]
        got = resource["scopeSpans"][0]["spans"]
        assert [span["name"] for span in got] == [span["name"] for span in spans]
        assert [len(span["attributes"]) for span in got] == [len(span["attributes"]) for span in spans]


def test_an_endpoint_that_takes_nothing_is_told_in_a_sentence(traces, collector, capsys):
    collector.status = 503
    address = f"http://127.0.0.1:{collector.server_port}"
    assert cli.main(["export", "last", "--format", "otel", "--endpoint", address]) == 1
    assert "answers 503" in capsys.readouterr().err
    assert cli.main(["export", "last", "--format", "otel", "--endpoint", "http://127.0.0.1:9"]) == 1
    assert "can't send to http://127.0.0.1:9/v1/traces" in capsys.readouterr().err
    for address in ("nowhere", "http://[::1", "http://host:port", "http://me:open-sesame@127.0.0.1:9"):
        assert cli.main(["export", "last", "--format", "otel", "--endpoint", address]) == 2
        assert "open-sesame" not in capsys.readouterr().err


def test_a_server_that_does_not_speak_http_is_told_in_a_sentence(traces, capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            line, _ = server.accept()
            with line:
                line.recv(65536)
                line.sendall(b"220 mail.example ready\r\n")

        threading.Thread(target=answer, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert cli.main(["export", "last", "--format", "otel", "--endpoint", address]) == 1
    assert "can't send to" in capsys.readouterr().err


def test_inspect_is_told_the_standard_error_over_worlds_and_not_over_replicates():
    rows = [
        {"world": f"w{world}", **dict.fromkeys(MEASURES), "retention": kept}
        for world, kept in enumerate((0.2, 0.4, 0.9))
        for _ in range(5)
    ]
    (score,) = scores(rows)
    assert score["metrics"]["mean"]["value"] == pytest.approx(0.5)
    assert score["metrics"]["stderr"]["value"] == pytest.approx(statistics.stdev((0.2, 0.4, 0.9)) / 3**0.5)
    assert set(next(scores(rows[:5]))["metrics"]) == {"mean"}


@pytest.mark.heavy
def test_inspects_own_reader_opens_the_logs_and_bundles_them(tmp_path):
    """Needs `uv sync --group interop`."""
    log = pytest.importorskip("inspect_ai.log")
    view = pytest.importorskip("inspect_ai.log._bundle")
    run = chains.run_sync("full_loop", LOOP | {"depth": [2, 3], "replicates": 2})
    assert cli.main(["export", "last", "--format", "inspect", "--to", "out"]) == 0
    found = [log.read_eval_log(info) for info in log.list_eval_logs("out")]
    assert sorted(one.eval.task_args["depth"] for one in found) == [2, 3]
    trials = {row["trial"]: row for row in run.trials()}
    for one in found:
        assert one.status == "success"
        assert {(sample.id, sample.epoch) for sample in one.samples} == {("w1", 1), ("w1", 2), ("w2", 1), ("w2", 2)}
        for sample in one.samples:
            row = trials[sample.metadata["trial"]]
            assert {name: score.value for name, score in sample.scores.items()}.items() <= row.items()
            assert sum(event.event == "model" for event in sample.events) > 3
    view.bundle_log_dir("out", "bundle")
    assert (tmp_path / "bundle" / "index.html").is_file()
