"""Replies of earlier runs are taken where a person asks for it: to the same request, by the same model, no others."""

import asyncio
import itertools
import json
import shutil
from pathlib import Path

import pytest
from conftest import steps_of

from chains.analysis.observations import Run, of_runs
from chains.errors import LogDamaged, Stopped
from chains.experiments.experiment import Experiment
from chains.experiments.overrides import override
from chains.models.budget import Budget
from chains.models.provider import Reply, Usage
from chains.organisation.hierarchy import chain
from chains.organisation.planning import plan_of
from chains.organisation.turn_key import Key
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.record_file import create, read_record, write_record
from chains.running.reply_source import ReplySource, Taken, Watcher
from chains.running.reuse import EarlierReplies, earlier, foreseen
from chains.running.runner import drive

NAME = "http://localhost:1/v1#m"
MORE = ("--set", "prompt=plain,career")
SEVERAL = "depth = 2\nprompt = 'plain'"


class Fickle:
    """Never says the same twice, whatever the seed, nor what another of them says."""

    said = itertools.count(1)

    def __init__(self):
        self.asked = 0

    async def reply(self, request):
        self.asked += 1
        return Reply(text=f"- Pump P-{next(self.said)} is fine.", usage=Usage(prompt=10, completion=5))


def made(*settings, model=NAME, reuse=(), name="run"):
    """Drive a run of a fickle model to its end; return its folder and how often the model was asked."""
    record = prepare(override(Experiment(), ["depth=1", "facts=6", f"model={model}", *settings]), name)
    others, used = earlier(record, reuse)
    folder, fickle = create(record.model_copy(update={"reuses": used})), Fickle()
    with Log(folder, write=True) as log:
        asyncio.run(drive(record, log, {model: fickle}, others=others))
    return folder, fickle.asked


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_run_that_finds_all_its_replies_asks_nobody_and_spends_nothing(mazedom, serve, experiment):
    server = serve("ok")
    path = experiment(server, seeds=(1, 2), spec="prices = {input = 1.0, output = 1.0}", fixed=SEVERAL)
    first = mazedom("run", path, "--json").document
    again = mazedom("run", path, "--reuse", first["run"], "--set", "limits.calls=1", "--json")
    assert (again.status, again.document["finished"]) == (0, 2)
    assert (again.document["calls"], again.document["tokens"], again.document["cost"]) == (0, 0, 0)
    assert again.document["reused"] == {first["run"]: 6}
    assert server.calls == 6
    before, after = steps_of(Path(first["path"])), steps_of(Path(again.document["path"]))
    assert {step["digest"]: step["reply_digest"] for step in before} == {
        step["digest"]: step["reply_digest"] for step in after
    }
    assert {(step["tries"], step["seconds"], step["reused"]) for step in after} == {(0, 0, first["run"])}
    assert all("reused" not in step for step in before)


def test_a_run_that_reused_replays_without_the_run_that_it_reused(mazedom, serve, experiment):
    path = experiment(serve("ok"), fixed=SEVERAL)
    first = mazedom("run", path, "--json").document
    mazedom("run", path, "--reuse", "all", *MORE)
    shutil.rmtree(first["path"])
    replayed = mazedom("replay", "--verify", "--json")
    assert (replayed.status, replayed.document["identical"], replayed.document["trials"]) == (0, True, 2)
    shown = mazedom("show", "--trial").out
    assert f"taken from run {first['run']}" in shown
    assert f"3 replies were taken from {first['run']}, at no cost" not in shown
    assert f"taken from {first['run']}, at no cost" in mazedom("show").out


def test_a_dry_run_says_how_many_calls_earlier_runs_answer(mazedom, serve, experiment):
    """The other condition asks its worker the same; what its manager is asked is another question."""
    path = experiment(serve("ok"), seeds=(1, 2), fixed=SEVERAL)
    whole = mazedom("run", path, "--dry-run", "--json", *MORE).document
    mazedom("run", path)
    found = mazedom("run", path, "--dry-run", "--reuse", "last", "--json", *MORE).document
    assert (whole["calls"], whole["reused"]) == (12, 0)
    assert (found["calls"], found["reused"]) == (12 - 6 - 2, 6 + 2)
    assert found["by_model"]["echo"]["reused"] == 8
    assert found["tokens"] < whole["tokens"]
    shown = mazedom("run", path, "--dry-run", "--reuse", "last", *MORE).out
    assert "at most 4" in shown
    assert "8 more are answered by earlier runs" in shown


@pytest.mark.parametrize(
    "extra", ["rounds=2", "selection=2", "remedy=audit:rate=1,then=flag", "hierarchy=pyramid:1-2-4", "facts=9"]
)
def test_a_dry_run_foresees_every_call_of_a_run_that_was_made_before(extra, elsewhere):
    """Whatever its turns are: further rounds, drafts and ratings, auditors."""
    settings = ("worlds=1", "depth=2", "prompt=plain", extra)
    _, asked = made(*settings)
    record = prepare(override(Experiment(), ["depth=1", "facts=6", f"model={NAME}", *settings]), "again")
    others, _ = earlier(record, ["run"])
    assert asyncio.run(foreseen(record, others)) == {NAME: asked}


def test_only_what_no_earlier_run_was_asked_is_asked(elsewhere):
    _, asked = made("depth=2", "worlds=2", "prompt=plain")
    assert asked == 6
    more = ("depth=2", "worlds=3", "prompt=plain,career", "replicates=2")
    folder, asked = made(*more, name="more", reuse=["run"])
    with Log(folder) as log:
        steps = list(log.steps())
    taken = [step for step in steps if step.reused]
    assert {step.trial.rsplit(".", 1)[1] for step in taken} == {"r1"}
    assert {step.trial.split(".")[1] for step in taken} == {"w1", "w2"}
    assert {step.tries for step in taken} == {0}
    # Of two worlds the plain chain and the other's worker; where both conditions are new, their worker is asked once.
    assert (len(steps), len(taken), asked) == (36, 6 + 2, 36 - 8 - 4)


def test_replicates_are_never_merged(elsewhere):
    """An endpoint that takes no seed might say the same in all replicates; still each has replies of its own number."""
    folder, _ = made("worlds=1", "replicates=2", "prompt=plain")
    record = read_record(folder)
    found = EarlierReplies(record)
    assert found.add(folder) == len(found) == 4
    with Log(folder) as log:
        steps = list(log.steps())
    for step in steps:
        replicate = int(step.trial[-1])
        assert found.find(Key(f"c9.w1.r{replicate}", step.seat), step.seat, step.request) == Taken(step.reply, "run")
        assert found.find(Key(f"c9.w1.r{3 - replicate}", step.seat), step.seat, step.request) is None


def test_copies_of_an_earlier_run_count_as_one_replicate_when_both_are_taken_together(elsewhere):
    first, _ = made("worlds=1", "prompt=plain")
    second, asked = made("worlds=1", "prompt=plain", name="copy", reuse=["run"])
    third, _ = made("worlds=1", "prompt=plain", name="fresh")
    assert asked == 0
    with Log(first) as one, Log(second) as two, Log(third) as three:
        logs = zip((first, second, third), (one, two, three), strict=True)
        found = of_runs([Run(read_record(folder), log) for folder, log in logs])
    assert len(set(found.replicate)) == 3
    assert len(set(found.copy)) == 2


def test_the_index_holds_no_more_than_concerns_the_run(elsewhere):
    folder, _ = made("worlds=6", "replicates=2", "prompt=plain")
    record = prepare(override(Experiment(), ["depth=1", "facts=6", f"model={NAME}", "worlds=2"]), "small")
    assert EarlierReplies(record).add(folder) == 2 * 2
    other = prepare(override(Experiment(), ["depth=1", "facts=7", f"model={NAME}", "worlds=2"]), "other")
    assert EarlierReplies(other).add(folder) == 0


@pytest.mark.parametrize("model", ["channel", "channel:drop=0.5"])
def test_a_channel_is_always_asked(model, elsewhere):
    _, asked = made("worlds=1", "prompt=plain", model=model)
    folder, again = made("worlds=1", "prompt=plain", model=model, name="again", reuse=["run"])
    assert asked == again == 2
    assert read_record(folder).reuses == ()


def test_a_model_of_the_same_name_at_another_address_is_another_model(mazedom, serve, experiment):
    first, second = serve("ok"), serve("ok")
    mazedom("run", experiment(first))
    ran = mazedom("run", experiment(second), "--reuse", "last", "--json")
    assert (ran.status, ran.document["reused"], second.calls) == (0, {}, 3)
    said = " ".join(ran.err.split())
    assert (
        f"nothing of 'echo' is taken from run {find_run('last').parent.parent and said.split('from run ')[1][:20]}"
        in said
    )
    assert f"it was 'echo' at {first.url}, and is 'echo' at {second.url} here" in said
    assert "no earlier reply is to a request" in said


def test_an_embedded_model_is_known_by_its_file_and_how_it_is_served(elsewhere):
    here = prepare(override(Experiment(), ["worlds=1"]), "here")
    folder = create(here.model_copy(update={"id": "there"}))
    known = EarlierReplies(here)._models["smollm2"]

    def same(**update):
        write_record(read_record(folder).model_copy(update=update), folder)
        found = EarlierReplies(here)
        found.add(folder)
        return not found.notices

    assert not same()  # it never came to a stop, so no file is named
    assert not same(served={"smollm2": {"fingerprint": {"sha256": "0" * 64}}})
    with_file = {"smollm2": {"fingerprint": {"sha256": known.split()[1].rstrip(",") + "0" * 52}}}
    assert same(served=with_file)
    assert not same(served=with_file, experiment=here.experiment.model_copy(update={"reproducible": True}))


def test_a_run_that_is_stopped_takes_no_more_replies_though_they_cost_nothing(elsewhere):
    made("worlds=3", "prompt=plain")
    record = prepare(
        override(Experiment(), ["depth=1", "facts=6", f"model={NAME}", "worlds=3", "prompt=plain"]), "stopped"
    )
    others, _ = earlier(record, ["run"])
    budget = Budget()

    class Stopping(Watcher):
        def ended(self, end):
            budget.close()

    with Log(create(record), write=True) as log:
        driven = drive(record, log, {NAME: Fickle()}, others=others, budget=budget, watcher=Stopping(), most_at_once=1)
        done = asyncio.run(driven)
        assert list(done.ends) == ["c1.w1.r1"]
        assert isinstance(done.stopped, Stopped)
        assert log.index.reused == {"run": 2}


def test_what_is_asked_a_second_time_is_asked_and_never_taken(tmp_path):
    """A re-ask wants another answer than the first."""

    class Generous:
        def find(self, key, turn, request):
            return Taken(Reply(text="- As before."), "before")

    record = prepare(override(Experiment(), ["depth=1", f"model={NAME}", "worlds=1"]), "r")
    fickle = Fickle()

    async def ask(attempt):
        with Log(tmp_path, write=True) as log:
            reply_source = ReplySource(log, {NAME: fickle}, others=Generous())
            return await reply_source.reply(Key("c1.w1.r1", "L0", 0, attempt), turn, NAME, (), step.request)

    turn = plan_of(chain(1)).by_name["L0"]
    with Log(tmp_path, write=True) as log:
        asyncio.run(drive(record, log, {NAME: Fickle()}))
        step = next(log.steps())
    (tmp_path / "log.jsonl").unlink()
    assert asyncio.run(ask(0)).text == "- As before."
    assert fickle.asked == 0
    assert asyncio.run(ask(1)).text.startswith("- Pump P-")
    assert fickle.asked == 1


def test_a_reply_that_was_changed_in_the_earlier_log_is_not_taken(elsewhere):
    folder, _ = made("worlds=1", "prompt=plain")
    log = folder / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"is fine", b"is dead"))
    with pytest.raises(LogDamaged, match="was changed or damaged after it was logged"):
        made("worlds=1", "prompt=plain", name="again", reuse=["run"])


def test_a_run_that_goes_on_takes_what_it_took_before_or_says_what_is_missing(mazedom, serve, experiment):
    server = serve("ok")
    first = mazedom("run", experiment(server, seeds=(1, 2)), "--json").document
    path = experiment(server, seeds=(1, 2, 3), limits="calls = 1\ntrials = 1")
    stopped = mazedom("run", path, "--reuse", "last", "--json").document
    assert (stopped["finished"], stopped["reused"]) == (2, {first["run"]: 6})
    assert json.loads((Path(stopped["path"]) / "run.json").read_text())["reuses"] == [first["run"]]
    shutil.move(first["path"], "aside")
    refused = mazedom("resume", "last", "--json")
    assert refused.status == 2
    assert f"no run {first['run']!r}" in refused.document["error"]
    assert "`--reuse none` goes on without" in refused.document["error"]
    done = mazedom("resume", "last", "--reuse", "none", "--set", "limits.calls=9", "--json")
    assert (done.status, done.document["finished"], done.document["calls"]) == (0, 3, 3)
    assert server.calls == 6 + 3
    assert mazedom("resume", "last", "--json").status == 0


def test_a_finished_run_does_not_miss_the_run_that_it_took_from(mazedom, serve, experiment):
    path = experiment(serve("ok"))
    first = mazedom("run", path, "--json").document
    again = mazedom("run", path, "--reuse", "last", "--json").document
    shutil.rmtree(first["path"])
    assert mazedom("resume", "last", "--json").document["finished"] == 1
    assert read_record(Path(again["path"])).reuses == (first["run"],)


def test_conditions_that_go_on_share_what_was_taken_with_its_origin(mazedom, serve, experiment):
    """A trial that is driven after a resume is given the reply that its pair was given, which came from another run."""
    server = serve("ok")
    first = mazedom("run", experiment(server, fixed=SEVERAL), "--json").document
    path = experiment(
        server, fixed="depth = 2", limits="calls = 2\ntrials = 1", more="[factors]\nprompt = ['plain', 'career']\n"
    )
    stopped = mazedom("run", path, "--reuse", "last", "--set", "limits.calls=1", "--json").document
    shutil.move(first["path"], "aside")
    done = mazedom("resume", "last", "--reuse", "none", "--set", "limits.calls=99", "--json").document
    assert done["finished"] == 2
    workers = [step for step in steps_of(Path(stopped["path"])) if step["seat"] == "L2"]
    assert len({step["reply_digest"] for step in workers}) == 1
    assert [step["reused"] for step in workers] == [first["run"]] * 2


def test_a_run_that_takes_replies_tests_no_hypothesis(mazedom, serve, experiment):
    """What they say was there to be seen when the hypothesis was written."""
    hypothesis = "h = 'retention(prompt=honest) > retention(prompt=plain)'"
    more = f"[factors]\nprompt = ['plain', 'honest']\n[hypotheses]\n{hypothesis}\n"
    path = experiment(serve("ok"), fixed="depth = 2", more=more)
    first = mazedom("run", path, "--json").document
    assert first["standing"]["standing"] == "confirmatory"
    again = mazedom("run", path, "--reuse", "last", "--json").document
    assert again["standing"]["standing"] == "exploratory"
    assert first["run"] in again["standing"]["why"]


def test_runs_that_are_not_there_or_hold_others_chains_are_one_sentence(mazedom, serve, experiment):
    path = experiment(serve("ok"))
    gone = mazedom("run", path, "--reuse", "gone", "--json")
    assert (gone.status, gone.document["error"].startswith("no run 'gone'")) == (2, True)
    assert mazedom("run", path, "--reuse", "all", "--json").document["reused"] == {}
    damaged = find_run("last") / "run.json"
    damaged.write_text("{")
    assert mazedom("run", path, "--reuse", "last").status == 1
    ran = mazedom("run", path, "--reuse", "all", "--json")
    assert ran.status == 0
    assert f"run {damaged.parent.name} is left out" in ran.err
