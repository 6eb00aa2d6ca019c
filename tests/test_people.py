"""People beside models in the same experiment: ways to sit, the worklist, deadlines, who gets which seat."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import steps_of

from chains.analysis.compare.arms import RunHeard
from chains.errors import BadInput
from chains.experiments.people import People
from chains.organisation.hierarchy import Seat
from chains.running.folders import find_run
from chains.running.log.log import Log
from chains.running.people.dealing import dealt
from chains.running.people.desk import changes
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.scoring.measures.sittings import OF_PEOPLE

ROOT = Path(__file__).parent.parent
WAITING = 3
SMALL = ("--set", "model=channel", "--set", "worlds=1", "--set", "prompt=plain", "--set", "depth=2")


@pytest.fixture
def waiting(mazedom):
    """Begin a run whose trials wait for people; return its folder and its worklist."""

    def begin(*words):
        ran = mazedom("run", "--json", *SMALL, *words)
        assert ran.status == WAITING, ran.err
        folder = Path(ran.document["path"])
        return folder, Worklist(folder, read_record(folder).experiment.people)

    return begin


def messages(folder):
    """Return what each turn of the first trial says, by seat, and its steps by attempt."""
    return {(step["seat"], step["turn"], step["attempt"]): step for step in steps_of(folder)}


def test_an_edited_draft_is_the_message_and_the_difference_is_logged(mazedom, waiting):
    """The model drafts exactly what it writes where nobody edits it."""
    alone = mazedom("run", "--json", *SMALL).document
    (before,) = [step for step in steps_of(Path(alone["path"])) if step["seat"] == "L1"]
    folder, work = waiting("--human", "L1=edit")
    (item,) = work.inbox("anna")
    assert (item.way, item.seat, item.draft) == ("edit", "L1", before["reply"]["text"])
    assert [message.content for message in item.messages] == [one["content"] for one in before["request"]["messages"]]
    assert item.editable == item.draft
    work.answer("anna", item.id, f"{item.draft}\nAll of this is late.", seconds=12.5)
    assert mazedom("resume", "--json").status == 0
    said = messages(folder)
    assert said["L1", 0, 1]["request"] == before["request"]
    assert said["L1", 0, 0]["reply"]["text"].endswith("All of this is late.")
    person = said["L1", 0, 0]["person"]
    assert (person["way"], person["by"], said["L1", 0, 0]["seconds"]) == ("edit", "p1", 12.5)
    assert person["changes"] == [["", "\nAll of this is late."]]
    assert "All of this is late." in said["L0", 0, 0]["request"]["messages"][-1]["content"]
    assert "anna" not in (folder / "log.jsonl").read_text()
    assert mazedom("replay", "--verify", "--json").document["identical"]


def test_a_draft_can_be_approved_or_sent_back_a_bounded_number_of_times_and_then_be_written(mazedom, waiting):
    folder, work = waiting("--human", "L1=approve", "--set", "people.send_backs=1")
    (item,) = work.inbox("anna")
    with pytest.raises(BadInput, match="approve the draft as it stands, or send it back"):
        work.answer("anna", item.id, "My own words.")
    with pytest.raises(BadInput, match="say why"):
        work.send_back("anna", item.id, "  ")
    work.send_back("anna", item.id, "The dates are missing.")
    assert mazedom("resume", "--json").status == WAITING
    (item,) = work.inbox("anna")
    assert (item.send_backs, item.writes) == (0, True)
    assert [message.role for message in item.talk] == ["assistant", "user"]
    assert "The dates are missing." in item.talk[-1].content
    with pytest.raises(BadInput, match="can't be sent back"):
        work.send_back("anna", item.id, "Again.")
    work.answer("anna", item.id, "My own words.")
    assert mazedom("resume", "--json").status == 0
    said = messages(folder)
    assert sorted(attempt for seat, _, attempt in said if seat == "L1") == [0, 1, 2, 3]
    assert said["L1", 0, 2]["person"]["sent_back"]
    assert "The dates are missing." in said["L1", 0, 3]["request"]["messages"][-1]["content"]
    assert said["L1", 0, 0]["reply"]["text"] == "My own words."
    assert mazedom("replay", "--verify", "--json").document["identical"]


def test_an_approved_draft_goes_up_as_the_model_wrote_it(mazedom, waiting):
    folder, work = waiting("--human", "L1=approve")
    (item,) = work.inbox("anna")
    work.answer("anna", item.id, item.editable)
    assert mazedom("resume", "--json").status == 0
    said = messages(folder)
    assert said["L1", 0, 0]["reply"]["text"] == said["L1", 0, 1]["reply"]["text"]
    assert said["L1", 0, 0]["person"]["changes"] == []


def test_a_person_is_advised_by_a_model_or_advises_it(mazedom, waiting):
    folder, work = waiting("--human", "L1=advised")
    (item,) = work.inbox("anna")
    assert (item.editable, bool(item.draft)) == ("", True)
    work.answer("anna", item.id, "Mine.")
    assert mazedom("resume", "--json").status == 0
    assert messages(folder)["L1", 0, 0]["reply"]["text"] == "Mine."

    folder, work = waiting("--human", "L1=advise")
    (item,) = work.inbox("anna")
    assert item.draft is None
    work.answer("anna", item.id, "Say first what is late.")
    assert mazedom("resume", "--json").status == 0
    step = messages(folder)["L1", 0, 0]
    assert "Say first what is late." in step["request"]["messages"][-1]["content"]
    assert (step["reply"]["served_by"], step.get("person")) == ("channel", None)


def test_how_a_person_sits_is_a_factor_like_any_other(mazedom):
    ran = mazedom("run", "--json", *SMALL, "--set", "human.L1=none,edit,approve")
    assert (ran.document["finished"], ran.document["waiting"]) == (1, 2)
    assert [row["trial"] for row in ran.document["waiting_for"]] == ["c2.w1.r1", "c3.w1.r1"]
    refused = mazedom("run", "--human", "L1=edit", "--set", "model.L1=person")
    assert (refused.status, "needs a model in seat L1" in refused.err) == (2, True)
    assert "it must be" in mazedom("run", "--human", "L1=peek").err


def test_an_executive_is_never_asked_what_would_show_them_the_truth(mazedom, waiting):
    """The decisions with the full ledger and with no report are for reference, and nobody holds them."""
    folder, work = waiting("--human", "L0", "--set", "loop=true", "--set", "scenario=go_ahead", "--set", "facts=8")
    for _ in range(2):
        (item,) = work.inbox("anna")
        text = "A" if item.task == "decide" else "Do it."
        work.answer("anna", item.id, text)
        mazedom("resume", "--json")
    assert mazedom("show", "--json").document["finished"] == 1
    assert {name for _, _, name in [(s["seat"], s["turn"], s["name"]) for s in steps_of(folder)] if "/" in name} >= {
        "L0/order"
    }
    assert not [step for step in steps_of(folder) if step["name"] in ("L0/ledger", "L0/nothing")]
    assert mazedom("replay", "--verify", "--json").document["identical"]


def test_two_people_in_one_trial_are_asked_at_the_same_time_and_neither_twice(mazedom, waiting):
    """One sits lower than the other, in another branch: what can go on does."""
    _, work = waiting("--human", "L2.1", "--human", "L1.2", "--set", "hierarchy=pyramid:1-2-4")
    assert {one.seat for one in work.waiting()} == {"L2.1", "L1.2"}
    first, second = work.inbox("anna")
    work.take("anna", first.id)
    assert [item.seat for item in work.inbox("anna")] == [first.seat], "nobody holds two seats of one trial"
    with pytest.raises(BadInput, match="another seat"):
        work.answer("anna", second.id, "Mine too.")
    with pytest.raises(BadInput, match="p1 has this item"):
        work.answer("ben", first.id, "Mine.")
    work.answer("ben", second.id, "B.")
    work.answer("anna", first.id, "A.")


def _race(folder, who, item, start, found):
    work = Worklist(Path(folder))
    start.wait()
    try:
        work.answer(who, item, f"by {who}")
    except BadInput:
        return
    found.put(who)


def test_of_two_processes_that_answer_the_same_item_one_is_refused(waiting):
    folder, work = waiting("--human", "L1")
    (item,) = work.inbox("anna")
    with pytest.raises(BadInput, match="there is no item"):
        work.answer("anna", "../../log", "x")
    context = multiprocessing.get_context("spawn")
    start, found = context.Barrier(2), context.Queue()
    racers = [context.Process(target=_race, args=(str(folder), who, item.id, start, found)) for who in ("ann", "ben")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(30)
    assert found.get(timeout=5) in ("ann", "ben")
    assert found.empty()


def test_an_answer_counts_once_and_can_be_undone_until_the_run_has_it(mazedom, waiting):
    folder, work = waiting("--human", "L1")
    (item,) = work.inbox("anna")
    assert work.answer("anna", item.id, "One.") == work.answer("anna", item.id, "One.")
    with pytest.raises(BadInput, match="answered already, otherwise"):
        work.answer("anna", item.id, "Two.")
    assert work.undo("anna", item.id).text == "One."
    work.answer("anna", item.id, "Two.")
    assert mazedom("resume", "--json").status == 0
    with pytest.raises(BadInput, match="can't be undone any more"):
        work.undo("anna", item.id)
    assert work.answer("anna", item.id, "Two.").state == "read", "a form sent again changes nothing"
    assert len([step for step in steps_of(folder) if step["seat"] == "L1"]) == 1


def test_what_is_shown_and_sent_moves_no_terminal(waiting):
    _, work = waiting("--human", "L1")
    (item,) = work.inbox("anna")
    work.save_draft("anna", item.id, "half \x1b[2J a line")
    (item,) = work.inbox("anna")
    assert (item.state, item.text) == ("taken", "half \N{REPLACEMENT CHARACTER}[2J a line")
    with pytest.raises(BadInput, match="characters long"):
        work.answer("anna", item.id, "x" * 1_000_000)
    for name in ("", "x" * 100, "a\x1bb"):
        with pytest.raises(BadInput, match="can't be called"):
            work.inbox(name)


def test_where_nobody_answers_in_time_a_model_takes_over_or_the_trial_is_marked(mazedom, waiting, monkeypatch):
    for way, then, finished in (
        ("edit", "model", 1),
        ("write", "model", 1),
        ("advise", "model", 1),
        ("edit", "mark", 0),
    ):
        late = ("--set", "people.minutes=60", "--set", f"people.then={then}")
        folder, work = waiting("--human", f"L1={way}", *late)
        (item,) = work.inbox("anna")
        with monkeypatch.context() as patch:
            patch.setattr("chains.running.people.worklist.is_past", bool)
            ran = mazedom("resume", "--json")
        assert ran.document["finished"] == finished, (way, then)
        if then == "mark":
            assert ran.status == 1
            assert "nobody answered within 60 minutes" in next(iter(ran.document["errors"]))
        else:
            said = messages(folder)
            late_step = said["L1", 0, 1 if way == "advise" else 0]
            assert (late_step["person"]["by"], late_step["reply"]["served_by"]) == (
                None, "a model, for nobody answered in time",
            )  # fmt: skip
            assert mazedom("replay", "--verify", "--json").document["identical"]
        with pytest.raises(BadInput):
            work.answer("anna", item.id, "Too late.")


def test_people_are_dealt_evenly_over_conditions_and_never_two_seats_of_a_trial():
    seats = [Seat(name="L0", level=0, role="executive"), Seat(name="L1", level=1, role="manager")]
    deals = [dealt(People(persons=4), seats, shift) for shift in range(1, 9)]
    assert all(len(set(deal.values())) == 2 for deal in deals)
    for seat in ("L0", "L1"):
        counts = {who: [deal[seat] for deal in deals].count(who) for who in ("p1", "p2", "p3", "p4")}
        assert set(counts.values()) == {2}
    fixed = dealt(People(persons=2, seats={"executive": "p2"}), seats, 5)
    assert fixed == {"L0": "p2", "L1": "p1"}


def test_too_few_people_are_refused_before_anything_runs(mazedom):
    two = ("--human", "L0", "--human", "L1")
    ran = mazedom("run", *SMALL, *two, "--set", "people.persons=1")
    assert (ran.status, "1 for L0, L1 of one trial" in ran.err) == (2, True)
    assert (
        mazedom("run", *SMALL, *two, "--set", "people.persons=1", "--set", "people.same_trial=true").status == WAITING
    )
    assert "no seat is a person's" in mazedom("run", *SMALL, "--set", "people.persons=1").err
    assert (
        "persons is 1" in mazedom("run", *SMALL, *two, "--set", "people.persons=1", "--set", "people.seats.L0=p2").err
    )


def test_places_are_taken_by_those_who_come_first_after_they_consent(waiting):
    _, work = waiting("--human", "L1", "--set", "people.persons=1", "--set", "people.consent=We keep what you write.")
    assert [item.seat for item in work.inbox("anna")] == ["L1"]
    with pytest.raises(BadInput, match="the one place is taken"):
        work.inbox("ben")
    (item,) = work.inbox("anna")
    with pytest.raises(BadInput, match="agree to the text"):
        work.answer("anna", item.id, "Mine.")
    assert work.names.consent_wanted("anna") == "We keep what you write."
    work.names.consent("anna")
    work.answer("anna", item.id, "Mine.")


@pytest.mark.parametrize(("rule", "kept"), [("relay", False), ("check", True)])
def test_scripted_people_answer_by_rule_and_are_said_to_be_no_people(rule, kept, mazedom):
    """The one who checks puts back what the draft lost."""
    lossy = ("--set", "model.L1=channel:drop=0.9", "--set", f"holder=scripted:{rule}", "--set", "human.L1=edit")
    ran = mazedom("run", "--json", *SMALL, *lossy)
    assert ran.status == 0, ran.err
    (step,) = [one for one in steps_of(Path(ran.document["path"])) if one["seat"] == "L1" and one["attempt"] == 0]
    assert (step["person"]["by"], step["reply"]["served_by"]) == (f"scripted:{rule}", "scripted")
    assert bool(step["person"]["changes"]) == kept
    assert mazedom("replay", "--verify", "--json").document["identical"]
    refused = mazedom("run", *SMALL, "--set", "holder=robot", "--human", "L1=edit").err
    assert "it must be people" in refused
    assert "logged in" not in refused, "it is refused before anything is made"


def test_a_killed_run_loses_neither_drafts_nor_answers_and_a_replay_needs_no_people(mazedom, tmp_path):
    """Three trials wait; the process that stays for them is killed, and so is what it had in mind."""
    run = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "run", *SMALL, "--set", "worlds=3", "--human", "L1", "--wait"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    give_up = time.monotonic() + 60
    while not (found := list(tmp_path.glob("runs/*/*"))) or len(Worklist(found[0]).waiting()) < 3:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    work = Worklist(found[0])
    first, second, third = work.inbox("anna")
    work.answer("anna", first.id, "Sent before the kill.")
    work.save_draft("anna", second.id, "A draft from before the kill.")
    os.kill(run.pid, signal.SIGKILL)
    run.wait(10)
    run.stderr.close()
    work = Worklist(find_run(str(found[0])))
    texts = {item.id: item.text for item in work.inbox("anna")}
    assert texts[second.id] == "A draft from before the kill."
    work.answer("anna", second.id, texts[second.id])
    work.answer("anna", third.id, "Third.")
    assert mazedom("resume", "--json").status == 0
    said = {step["reply"]["text"] for step in steps_of(found[0]) if step["seat"] == "L1"}
    assert said == {"Sent before the kill.", "A draft from before the kill.", "Third."}
    (found[0] / "people").rename(tmp_path / "elsewhere")
    assert mazedom("replay", "--verify", "--json").document["identical"]


def test_changes_are_found_word_by_word_and_a_long_text_takes_no_time():
    assert changes("a b c", "a B c d") == (("b", "B"), ("", " d"))
    long = "word " * 100_000
    began = time.monotonic()
    assert changes(long, long + "x")
    assert time.monotonic() - began < 5


def test_where_people_sit_is_one_factor_and_what_they_changed_is_measured(mazedom):
    """A program in their place that changes nothing makes no difference; one who checks turns facts right, and is said
    to be no evidence about people."""
    words = ("--set", "model=channel:drop=0.3", "--set", "worlds=2", "--set", "prompt=plain", "--set", "depth=3")
    placed = ("--set", "human=none,edit@L1,approve@worker,advised@executive+edit@level.2", "--set", "facts=8")
    same = mazedom("run", "--json", *words, *placed, "--set", "holder=scripted:relay").document
    assert len({str([row["kept"] for row in same["by_hop"] if row["condition"] == one]) for one in {
        row["condition"] for row in same["by_hop"]}}) == 1  # fmt: skip
    mazedom("run", *words, *placed, "--set", "holder=scripted:check")
    names = ("retention", "overridden", "override_accuracy", "ignored_though_right", "person_hazard")
    found = mazedom("compare", "--by", "human=edit@L1", "--measures", ",".join(names), "--json")
    text = found.out
    assert all(name in text for name in names)
    assert "no evidence about people" in mazedom("show").out + mazedom("show").err
    assert mazedom("run", *words, "--set", "human=edit@").status == 2
    assert "no such seat" in mazedom("run", *words, "--set", "human=edit@L9").err


def test_what_people_did_is_counted_from_the_log(mazedom, waiting):
    folder, work = waiting("--human", "L1=edit", "--set", "people.hourly=30", "--set", "model.L1=channel:drop=0.5")
    (item,) = work.inbox("anna")
    heard = item.messages[-1].content
    lines = [line for line in heard.splitlines() if line.startswith("- ")]
    work.answer("anna", item.id, "\n".join(lines), seconds=120)
    assert mazedom("resume", "--json").status == 0
    record = read_record(folder)
    with Log(folder) as log:
        run = RunHeard(record, log)
        (trial,) = run.ends
        (sat,) = run.heard(trial).sat
    lost = sum(not unit.draft for unit in sat.units)
    assert lost > 0
    assert all(unit.sent for unit in sat.units)
    assert (sat.seconds, sat.cost, sat.lost) == (120, 1.0, 0)
    measured = {name: OF_PEOPLE[name].of([sat]) for name in OF_PEOPLE}
    assert measured["people_minutes"] == 2
    assert measured["overridden"] == lost / len(sat.units)
    assert measured["override_accuracy"] == 1
    assert measured["ignored_though_right"] == 0


def test_a_program_in_a_person_s_place_rates_what_it_is_asked_to_rate(mazedom):
    words = ("--set", "model=channel", "--set", "rounds=2", "--set", "worlds=1", "--set", "hypotheses=none")
    ran = mazedom("run", *words, "--set", "human=write@executive", "--set", "holder=scripted:relay", "--json")
    assert ran.status == 0, ran.err
    shown = mazedom("show", "last").out
    assert "can't be read" not in shown
