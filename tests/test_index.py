"""The index of a log: it finds what is logged, in few bytes a step however long the run is."""

import hashlib
import json
import tracemalloc

import pytest

from chains.errors import LogDamaged
from chains.models.provider import Message, Reply, Request
from chains.organisation.turn_key import Key
from chains.running.folders import LOG_FILE
from chains.running.log import step_index as module
from chains.running.log.index import read_index
from chains.running.log.line_index_schema import StepLine, read_line
from chains.running.log.log import Log
from chains.running.log.records import Step, TrialEnd
from chains.running.log.step_index import Place, StepIndex, packed

USAGE = {"prompt": 0, "completion": 0, "reasoning": 0, "cached": 0}


def digest_of(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def line(trial, seat, turn=0, attempt=0, text="All is well.", **other):
    record = {
        "v": 1, "kind": "step", "trial": trial, "seat": seat, "turn": turn, "attempt": attempt,
        "request": {"model": "echo", "messages": [{"role": "user", "content": "Report."}]},
        "digest": digest_of(trial, seat, turn, attempt),
        "reply": {"text": text, "usage": USAGE, "notes": []}, "tries": 1, "seconds": 0.5,
    }  # fmt: skip
    return json.dumps(record | other, ensure_ascii=False).encode() + b"\n"


def indexed(keys):
    found = StepIndex()
    for offset, (trial, seat, turn, attempt) in enumerate(keys):
        read = read_line(line(trial, seat, turn, attempt), "log.jsonl", 1, "run")
        assert isinstance(read, StepLine)
        found.add(read, offset * 100, 100)
    return found


def step(seat, text="All is well."):
    request = Request(model="echo", messages=(Message(role="user", content=f"Report, {seat}."),))
    reply = Reply(text=text)
    return Step(
        trial="c1.w1.r1", seat=seat, level=1, pass_="up", heard=(), request=request,  # noqa: S106
        digest=request.digest, reply=reply, reply_digest=reply.digest, at="2031-01-01T00:00:00Z",
    )  # fmt: skip


KEYS = [
    ("c1.w1.r1", "L1", 0, 0), ("c1.w1.r1", "L0", 0, 0), ("c2.w1.r1", "L1", 0, 0),
    ("c1.w1.r1", "L1", 990_000, 0), ("c1.w1.r1", "L1", 0, 3), ("c1.w1.r1", "L1", 0, 0),
]  # fmt: skip


def test_every_step_is_found_under_its_key_in_the_order_logged():
    found = indexed(KEYS)
    assert [place.offset for place in found.of(Key(*KEYS[0]))] == [0, 500]
    for offset, key in list(enumerate(KEYS))[1:5]:
        assert found.of(Key(*key)) == [Place(packed(digest_of(*key)), offset * 100, 100)]
    assert not found.of(Key("c1.w1.r1", "L2"))
    assert not found.of(Key("c9.w1.r1", "L1"))
    assert len(found) == len(KEYS)
    assert sorted((place.offset, key) for key, place in found.steps()) == [
        (offset * 100, Key(*key)) for offset, key in enumerate(KEYS)
    ]


def test_a_trial_that_ended_and_is_driven_again_is_found_with_what_it_had_before():
    """A failed trial has an end, and steps after it."""
    found = indexed(KEYS)
    assert found.of(Key("c1.w1.r1", "L0"))
    found.end("c1.w1.r1", "failed", 600, 10)
    again = read_line(line("c1.w1.r1", "L2"), "log.jsonl", 1, "run")
    found.add(again, 700, 100)
    assert [place.offset for place in found.of(Key("c1.w1.r1", "L2"))] == [700]
    assert [place.offset for place in found.of(Key("c1.w1.r1", "L0"))] == [100]
    found.add(again, 800, 100)
    assert [place.offset for place in found.of(Key("c1.w1.r1", "L2"))] == [700, 800]


def test_what_is_unpacked_stays_bounded_and_everything_is_found_all_the_same(monkeypatch):
    """A trial alone may have more steps than are kept for all; it must not be unpacked again for each."""
    monkeypatch.setattr(module, "MOST_UNPACKED", 8)
    found = indexed([(f"c1.w{world}.r1", f"L{seat}", 0, 0) for world in range(6) for seat in range(5)])
    for world in (0, 1, 2, 0, 5, 3, 0, 4):
        for seat in range(5):
            assert len(found.of(Key(f"c1.w{world}.r1", f"L{seat}"))) == 1
            assert found._size <= 8
    wide = indexed([("c1.w1.r1", f"L1.{seat}", 0, 0) for seat in range(20)])
    assert wide.of(Key("c1.w1.r1", "L1.3"))
    unpacked = wide._unpacked["c1.w1.r1"]
    assert wide.of(Key("c1.w1.r1", "L1.19"))
    assert wide._unpacked["c1.w1.r1"] is unpacked


def test_trials_under_way_stay_unpacked_and_of_those_that_ended_one_at_a_time():
    """A replay goes through thousands of trials that have ended, a run looks into those under way at every step."""
    found = indexed([(f"c1.w{world}.r1", f"L{seat}", 0, 0) for world in range(6) for seat in range(5)])
    for world in (0, 1, 2):
        found.end(f"c1.w{world}.r1", "failed", 0, 0)
    for world in (3, 0, 4, 1, 5, 2, 3):
        assert found.of(Key(f"c1.w{world}.r1", "L1"))
    assert set(found._unpacked) == {"c1.w3.r1", "c1.w4.r1", "c1.w5.r1", "c1.w2.r1"}
    found.add(read_line(line("c1.w2.r1", "L9"), "log.jsonl", 1, "run"), 0, 100)  # it is driven once more
    assert found.of(Key("c1.w2.r1", "L9"))
    assert found.of(Key("c1.w0.r1", "L1"))
    assert found._size == sum(len(places) for one in found._unpacked.values() for places in one.values())


@pytest.mark.parametrize(("each", "most"), [(4, 170), (10, 120), (1000, 70)])
def test_the_index_takes_few_bytes_a_step(each, most):
    """By trials of so many steps; it was 420 to 520 bytes."""
    steps = 20_000
    read = [read_line(line("c1.w1.r1", f"L{seat}"), "log.jsonl", 1, "run") for seat in range(each)]
    found = StepIndex()
    tracemalloc.start()
    try:
        for number in range(steps // each):
            trial = f"c1.w{number}.r1"
            for one in read:
                one.trial = trial
                found.add(one, number * 1000, 1000)
                found.of(Key(trial, one.seat))
            found.end(trial, "finished", number * 1000, 500)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found) == steps
    assert taken / steps <= most


@pytest.mark.parametrize("digest", ["", "0", "g" * 64, "A" * 64, " " + "a" * 62 + " ", "a" * 63, "a" * 66])
def test_what_is_no_digest_is_no_requests_and_the_step_is_held_all_the_same(digest, tmp_path):
    """A replay then says that the logged request was changed, as of any other digest that is not its own."""
    path = tmp_path / LOG_FILE
    path.write_bytes(step("L1").line() + step("L0").line().replace(step("L0").digest.encode(), digest.encode()))
    with Log(tmp_path) as log:
        key = step("L0").key
        assert log.reply(key, step("L0").digest) is None
        assert log.find(key, digest) is None
        assert log.holds(key).request == step("L0").request
        assert log.reply(step("L1").key, step("L1").digest).text == "All is well."


@pytest.mark.parametrize(
    "damage",
    [
        (b"Report.", b"Rep\xffort."),  # no text
        (b"Report.", b"Rep\\qort."),  # no JSON
        (b'"content"', b"content"),
        (b'"prompt": 0', b'"prompt": "0"'),
        (b'"completion": 0, ', b""),
        (b'"tries": 1', b'"tries": null'),
        (b'"turn": 0', b'"turn": 99999999999999999999'),
        (b'"attempt": 0', b'"attempt": 9999999999'),
    ],
)
def test_damage_is_found_in_what_the_index_passes_over_too(damage, tmp_path):
    """Opening a log reads names and costs alone, and must not let by a line that can't be read later."""
    whole = line("c1.w1.r1", "L0", text="Größe")
    assert whole.replace(*damage) != whole
    path = tmp_path / LOG_FILE
    path.write_bytes(line("c1.w1.r1", "L1") + whole)
    assert len(read_index(path).places) == 2
    path.write_bytes(line("c1.w1.r1", "L1") + whole.replace(*damage))
    found = read_index(path)
    assert len(found.places) == 1
    (said,) = found.damaged
    assert "log.jsonl line 2 of " in said


def test_steps_are_read_in_the_order_logged_whatever_stands_between_them(tmp_path, monkeypatch):
    monkeypatch.setattr("chains.running.log.log.AT_ONCE", 100)  # lines are longer than what is read at once
    records = [
        step("L3"),
        step("L2", "Größe\n" * 200),
        TrialEnd(trial="c1.w1.r1", status="failed", at="now"),
        step("L1"),
    ]
    with Log(tmp_path, write=True) as log:
        for record in records:
            log.append(record)
        logged = log.steps()
        assert next(logged).seat == "L3"
        log.append(step("L0"))
        assert [one.seat for one in logged] == ["L2", "L1"]  # as the log was when they were asked for
        assert [one.seat for one in log.steps()] == ["L3", "L2", "L1", "L0"]


def test_a_line_that_was_changed_after_the_log_was_opened_is_named(tmp_path):
    with Log(tmp_path, write=True) as log:
        log.append(step("L1"))
        log.append(step("L0"))
        path = tmp_path / LOG_FILE
        path.write_bytes(path.read_bytes().replace(b'"seat":"L0"', b'"seat";"L0"'))
        assert [one.seat for one in log.steps()] == ["L1"]
        with pytest.raises(LogDamaged, match="changed or damaged there"):
            log.reply(step("L0").key, step("L0").digest)
