"""What becomes of a run whose endpoint misbehaves: it ends as designed, one sentence a fault, all else kept."""

import json
from pathlib import Path

import pytest
from conftest import steps_of
from endpoint import MODEL

KEY = "sk-test-zyxwvutsrqponmlkjihg"
ONE_AT_A_TIME = "trials = 1"


def one_line(text):
    return " ".join(text.split())


def by_seat(document, trial="c1.w1.r1"):
    return {step["seat"]: step for step in steps_of(Path(document["path"])) if step["trial"] == trial}


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ("not_found", "is not found"),
        ("too_long", "too long"),
        ("bad_request", "rejects the request"),
    ],
)
def test_a_hopeless_fault_fails_its_trial_in_one_sentence_and_the_others_finish(
    behaviour, says, mazedom, serve, experiment
):
    """Two replies come, then the fault, then all is well: one trial of three fails, and a resume finishes it."""
    server = serve("ok", "ok", behaviour, "ok")
    path = experiment(server, seeds=(1, 2, 3), spec="attempts = 1\ntimeout = 0.3", limits=ONE_AT_A_TIME)
    ran = mazedom("run", path, "--json")
    assert ran.status == 1
    found = ran.document
    assert (found["finished"], found["failed"], found["waiting"]) == (2, 1, 0)
    assert {row["hop"]: row["trials"] for row in found["by_hop"]} == {1: 2, 2: 2}
    ((sentence, count),) = found["errors"].items()
    assert (says in sentence, count) == (True, 1), sentence
    assert "\n" not in sentence
    assert sentence in ran.err
    assert set(by_seat(found)) == {"L2", "L1"}
    assert found["calls"] == server.calls

    calls = server.calls
    again = mazedom("resume", "--json")
    assert again.status == 0
    assert again.document["finished"] == 3
    assert again.document["errors"] == {}
    assert again.document["calls"] == server.calls == calls + 1
    assert mazedom("replay", "--verify", "--json").document["identical"]


FAULTS = [
    ("rate_limited", "answers 429"),
    ("server_error", "answers 500"),
    ("hang", "did not answer within 0.3 s"),
    ("cut", "dropped the connection"),
    ("truncated_json", "is broken or no chat completion"),
    ("failed_behind", "upstream overloaded"),
    ("breaks_off", "the provider died"),
]


@pytest.mark.parametrize(("behaviour", "says"), FAULTS)
def test_a_trial_that_failed_for_want_of_a_reply_is_driven_once_more_at_the_end(
    behaviour, says, mazedom, serve, experiment
):
    server = serve("ok", "ok", behaviour, "ok")
    path = experiment(server, seeds=(1, 2, 3), spec="attempts = 1\ntimeout = 0.3", limits=ONE_AT_A_TIME)
    ran = mazedom("run", path, "--json")
    assert ran.status == 0
    assert (ran.document["finished"], ran.document["failed"]) == (3, 0)
    assert ran.document["calls"] == server.calls == 10
    assert says in ran.err
    assert "tried again at the end" in ran.err
    assert list(by_seat(ran.document, "c1.w1.r1")) == ["L2", "L1", "L0"]  # what it had was not asked for again


@pytest.mark.parametrize(("behaviour", "says"), FAULTS[1:])
def test_a_trial_that_fails_twice_fails_in_one_sentence_and_the_others_finish(
    behaviour, says, mazedom, serve, experiment
):
    server = serve("ok", "ok", behaviour, *("ok",) * 6, behaviour, "ok")
    path = experiment(server, seeds=(1, 2, 3), spec="attempts = 1\ntimeout = 0.3", limits=ONE_AT_A_TIME)
    ran = mazedom("run", path, "--json")
    assert ran.status == 1
    assert (ran.document["finished"], ran.document["failed"]) == (2, 1)
    ((sentence, count),) = ran.document["errors"].items()
    assert (says in sentence, count) == (True, 1), sentence
    assert ran.document["calls"] == server.calls == 10
    again = mazedom("resume", "--json")
    assert (again.status, again.document["calls"]) == (0, server.calls) == (0, 11)


def test_a_busy_endpoint_is_asked_again_and_the_tries_are_logged(mazedom, serve, experiment):
    server = serve("server_error", "ok")
    ran = mazedom("run", experiment(server, spec="attempts = 2", fixed="depth = 1"), "--json")
    assert ran.status == 0, ran.err
    assert [step["tries"] for step in steps_of(Path(ran.document["path"]))] == [2, 1]
    assert ran.document["calls"] == server.calls == 3


@pytest.mark.parametrize(
    "behaviour", ["refuses", "filtered", "filtered_reply", "no_choices", "null_content", "white_space"]
)
def test_what_is_no_report_reaches_the_seat_above_as_such(behaviour, mazedom, serve, experiment):
    """A refusal, a filtered or an empty reply is an outcome, not an error; the results say how many there were."""
    server = serve(behaviour, "ok")
    ran = mazedom("run", experiment(server), "--json")
    assert ran.status == 0, ran.err
    steps = by_seat(ran.document)
    assert "(no report)" in steps["L1"]["request"]["messages"][-1]["content"]
    assert "I can't help" not in steps["L1"]["request"]["messages"][-1]["content"]
    first, second = ran.document["by_hop"]
    assert (first["silent"], first["omitted"]) == (1, 1)
    assert second["silent"] == 0
    assert "silent" in mazedom("show").out or "no report" in mazedom("show").out
    assert "no report" in mazedom("show", "--trial").out


def test_a_reply_that_was_cut_off_is_marked_and_passed_on(mazedom, serve, experiment):
    server = serve("cut_by_length", "ok")
    found = mazedom("run", experiment(server), "--json").document
    steps = by_seat(found)
    assert steps["L2"]["reply"]["finish"] == "length"
    assert "It goes on and" in steps["L1"]["request"]["messages"][-1]["content"]
    assert [row["cut_off"] for row in found["by_hop"]] == [1, 0]
    assert "cut off" in mazedom("show").out
    assert "cut off" in mazedom("show", "--trial").out


def test_what_the_limit_of_tokens_cut_off_is_said_before_any_headline_and_of_which_condition(
    mazedom, serve, experiment
):
    whole, cut = serve("ok"), serve("cut_by_length")
    more = f'[models.short]\nbase_url = "{cut.url}"\nmodel = "{MODEL}"\n'
    path = experiment(whole, seeds=(1, 2), fixed="depth = 2", more=more)
    worse = "hypotheses.h1=retention(model=short) < retention(model=echo)"
    assert mazedom("run", path, "--set", "model=echo,short", "--set", worse).status == 0
    said = "No finding: 100% of the messages of short were cut off by the limit of tokens; raise max_tokens"
    assert one_line(mazedom("compare").out).startswith(said)
    compared = mazedom("compare", "--json").document
    assert compared["says"].startswith(said)
    assert compared["hypotheses"][0]["verdict"] == "no finding"
    shown = one_line(mazedom("show").out)
    assert shown.startswith("No finding: 100% of the messages at hop 1 of model=short were cut off")
    found = mazedom("law", "--json").document["conditions"]
    assert [one["verdict"] for one in found] == [None, None]
    assert [one["sentences"][0].startswith("no finding: 100.0% of the readings") for one in found] == [False, True]


def test_two_megabytes_are_cut_marked_and_do_not_end_the_run(mazedom, serve, experiment):
    """What is kept of the flood has an end; the executive writes it here, as reading it takes seconds."""
    server = serve("ok", "two_megabytes")
    ran = mazedom("run", experiment(server, fixed="depth = 1", spec="attempts = 1\ntimeout = 20"), "--json")
    assert ran.status == 0, ran.err
    step = by_seat(ran.document)["L0"]
    assert step["reply"]["finish"] == "length"
    assert len(step["reply"]["text"]) <= 1_000_000
    assert "2,000,000 characters" in step["reply"]["notes"][0]


def test_thoughts_are_logged_and_never_passed_on(mazedom, serve, experiment):
    server = serve("thinks", "thinks_aside", "ok")
    steps = by_seat(mazedom("run", experiment(server), "--json").document)
    for below, above in (("L2", "L1"), ("L1", "L0")):
        assert steps[below]["reply"]["thought"] == "They want it short."
        heard = steps[above]["request"]["messages"][-1]["content"]
        assert "All is well." in heard
        assert "They want it short." not in heard


def test_no_key_is_in_any_file_or_on_the_terminal(mazedom, serve, experiment, monkeypatch, tmp_path):
    """Not even when the endpoint quotes it in its refusal."""
    monkeypatch.setenv("TEST_KEY", KEY)
    server = serve("ok", "echoes_key")
    path = experiment(server, spec='attempts = 1\nkey_env = "TEST_KEY"')
    ran = mazedom("run", path, "--json")
    assert ran.status == 1
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    ((sentence, _),) = ran.document["errors"].items()
    assert "check the key in TEST_KEY" in sentence
    outputs = [ran, *(mazedom(*words) for words in (("show",), ("show", "--trial"), ("resume",), ("list",)))]
    texts = [text for output in outputs for text in (output.out, output.err)]
    texts += [file.read_text() for file in tmp_path.rglob("runs/**/*") if file.is_file()]
    assert len(texts) > len(outputs) * 2
    for text in texts:
        assert KEY not in text
        assert KEY.removeprefix("sk-")[:10] not in text
        assert "Bearer" not in text


def test_a_missing_key_is_said_before_anything_is_written(mazedom, serve, experiment, monkeypatch, tmp_path):
    monkeypatch.delenv("TEST_KEY", raising=False)
    ran = mazedom("run", experiment(serve("ok"), spec='key_env = "TEST_KEY"'), "--json")
    assert ran.status == 2
    assert ran.document["error"].startswith("TEST_KEY is not set")
    assert not (tmp_path / "runs").exists()


def test_a_server_that_is_not_there_is_one_sentence(mazedom, tmp_path):
    ran = mazedom("run", "--json", "--set", "model=http://127.0.0.1:9/v1#echo", "--set", "models.x.model=channel")
    assert ran.status == 2  # a model that no seat uses
    path = tmp_path / "gone.toml"
    path.write_text(
        'seeds = [1]\n[fixed]\nmodel = "m"\n[models.m]\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\nattempts = 1\n'
    )
    ran = mazedom("run", path, "--json")
    assert ran.status == 2
    assert ran.document["error"] == "can't connect to 'm' at http://127.0.0.1:9/v1; start the server or check base_url"
    assert not list((tmp_path / "runs").rglob("run.json")), "a run of which nothing was answered would be the last one"


def test_a_siblings_paid_reply_is_logged_though_the_trial_fails(mazedom, serve, experiment):
    """Three workers ask at once; the first is refused while two are in flight: their replies are not lost."""
    server = serve("ok", "ok", "bad_request", "ok", latency=0.2)
    path = experiment(server, fixed='hierarchy = "pyramid:1-4"', spec="attempts = 1\nin_flight = 4")
    ran = mazedom("run", path, "--json")
    assert ran.status == 1
    assert ran.document["failed"] == 1
    assert len(by_seat(ran.document)) == 3
    calls = server.calls
    assert calls == 4
    assert mazedom("resume", "--json").status == 0
    assert server.calls == calls + 2
    assert mazedom("replay", "--verify").status == 0


def test_with_some_trials_failed_the_document_still_has_everything(mazedom, serve, experiment):
    server = serve("ok", "not_found", "ok")
    ran = mazedom("run", experiment(server, seeds=(1, 2), limits=ONE_AT_A_TIME), "--json")
    assert ran.status == 1
    found = json.loads(ran.out)
    wanted = {"run", "path", "trials", "finished", "failed", "waiting", "calls", "tokens", "seconds", "by_hop"}
    assert wanted <= set(found)
    assert found["by_hop"]


def test_when_all_trials_fail_the_document_has_no_hops(mazedom, serve, experiment):
    ran = mazedom("run", experiment(serve("not_found")), "--json")
    assert ran.status == 1
    assert ran.document["by_hop"] == []
    assert mazedom("show").status == 0
    assert mazedom("compare").status == 2
