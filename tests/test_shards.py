"""Shards of a run have each trial once between them, keep its limits together, and merge into the run itself."""

import json
from pathlib import Path

import pytest

from chains.experiments.experiment import Experiment, Limits
from chains.running.shard_record import Shard

SETS = [w for t in ("model=channel:drop=0.1", "depth=2,4", "worlds=6", "prompt=plain") for w in ("--set", t)]
OWN = ("run", "path", "seconds")


def without(document):
    return {key: value for key, value in document.items() if key not in OWN}


def test_shards_share_the_trials_out_and_no_limit_grows():
    trials = list(Experiment(seeds=tuple(range(1, 301)), replicates=2).trials())
    shards = [Shard(number=number, of=7) for number in range(7)]
    held = [[trial for trial in trials if shard.has(trial)] for shard in shards]
    assert sorted(trial for some in held for trial in some) == sorted(trials)
    assert max(map(len, held)) < 1.5 * len(trials) / 7
    parts = [shard.part_of(Limits(calls=100, tokens=11, cost=0.7, minutes=5)) for shard in shards]
    assert (sum(part.calls for part in parts), sum(part.tokens for part in parts)) == (100, 11)
    assert sum(part.cost for part in parts) == pytest.approx(0.7)
    assert {part.minutes for part in parts} == {5}


def test_four_shards_merge_into_the_run_that_one_process_makes(mazedom):
    whole = mazedom("run", *SETS, "--json").document
    shards = [mazedom("run", *SETS, "--shard", f"{number}/4", "--json").document for number in range(4)]
    assert sum(one["trials"] for one in shards) == 12
    assert {one["finished"] == one["trials"] for one in shards} == {True}
    merged = mazedom("merge", *(one["run"] for one in shards), "--json").document
    assert (merged["missing_shards"], merged["left"]) == ([], 0)
    assert without(mazedom("show", merged["run"], "--json").document) == without(
        mazedom("show", whole["run"], "--json").document
    )
    replayed = mazedom("replay", merged["run"], "--verify", "--json").document
    assert (replayed["differences"], replayed["trials"]) == ([], 12)
    assert "finished" in mazedom("list", "runs").out
    assert "unfinished" not in mazedom("list", "runs").out


def test_a_missing_shard_is_named_and_what_it_had_is_asked_by_resume(mazedom):
    for number in (0, 2, 3):
        mazedom("run", *SETS, "--shard", f"{number}/4")
    made = mazedom("merge", "last", "--json").document
    assert (made["shards"], made["missing_shards"]) == (3, [1])
    done = mazedom("resume", made["run"], "--json").document
    assert (done["finished"], done["trials"]) == (12, 12)
    assert mazedom("replay", made["run"], "--verify", "--json").document["differences"] == []


def test_a_shard_that_stopped_goes_on_with_its_own_trials_alone(mazedom, serve, experiment):
    server = serve("copies")
    path = experiment(server, seeds=tuple(range(1, 9)), fixed="depth = 2", limits="calls = 12")
    first = mazedom("run", path, "--shard", "0/2", "--json").document
    assert server.calls == 6
    assert "limit of calls 6 of 12" in mazedom("run", path, "--shard", "1/2").err
    done = mazedom("resume", first["run"], "--set", "limits.calls=100", "--json").document
    assert done["finished"] == done["trials"] < 8


def test_a_shard_that_was_changed_is_not_sealed_anew_as_if_it_were_whole(mazedom):
    runs = [mazedom("run", *SETS, "--shard", f"{number}/2", "--json").document for number in (0, 1)]
    log = Path(runs[0]["path"]) / "log.jsonl"
    whole = log.read_bytes()
    for changed in (whole.replace(b'"text":"- ', b'"text":"+ ', 1), b"".join(whole.splitlines(keepends=True)[:-2])):
        log.write_bytes(changed)
        refused = mazedom("merge", *(one["run"] for one in runs), "--json")
        assert (refused.status, "is not as it was written" in refused.document["error"]) == (1, True)
    assert len(list(Path("runs").rglob("run.json"))) == 2
    log.write_bytes(whole)
    assert mazedom("merge", *(one["run"] for one in runs)).status == 0


def test_hypotheses_keep_their_registration_through_shards(mazedom):
    sets = [*SETS, "--set", "hypotheses.h=retention(depth=2) > retention(depth=4)"]
    whole = mazedom("run", *sets, "--json").document["run"]
    for number in (0, 1):
        mazedom("run", *sets, "--shard", f"{number}/2")
    merged = mazedom("merge", "last", "--json").document["run"]
    records = [json.loads(next(Path("runs").rglob(f"{name}/run.json")).read_text()) for name in (whole, merged)]
    assert records[0]["registered"] == records[1]["registered"]


WRONG = [
    (("run", *SETS, "--shard", "4/4"), "write I/N"),
    (("run", *SETS, "--shard", "x"), "write I/N"),
    (("run", *SETS, "--shard", "0/2", "--set", "limits.calls=1"), "can't be split into 2 shards"),
    (("run", *SETS, "--set", "worlds=1", "--set", "depth=2", "--shard", "0/900"), "has no trial"),
    (("run", *SETS, "--human", "L1", "--shard", "0/2"), "people answer in one place"),
    (("merge", "last"), "is no shard"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_is_no_shard_is_refused_in_a_sentence(mazedom, words, says):
    if words[0] == "merge":
        mazedom("run", *SETS)
    refused = mazedom(*words, "--json")
    assert (refused.status, says in refused.document["error"]) == (2, True), refused.out


def test_shards_of_other_settings_and_the_same_shard_twice_are_refused(mazedom):
    first = mazedom("run", *SETS, "--shard", "0/2", "--json").document["run"]
    again = mazedom("run", *SETS, "--shard", "0/2", "--json").document["run"]
    other = mazedom("run", *SETS, "--set", "depth=3,4", "--shard", "1/2", "--json").document["run"]
    assert "are the same shard 0" in " ".join(mazedom("merge", first, again).err.replace(",", "").split())
    assert "made from other settings" in " ".join(mazedom("merge", first, other).err.split())
