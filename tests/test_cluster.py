"""What a cluster's workers share, without Ray: limits and paces from one keeper, and shards joined into one log."""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import steps_of
from test_limits import ASKED, Crowd

from chains.errors import OverLimit
from chains.models.budget import Budget, Taken
from chains.models.provider import Usage
from chains.models.rate_limit import Paced
from chains.running.cluster.keeper import Allowed, Keeper, News, Speed
from chains.running.cluster.shard_log import Joined, let_go
from chains.running.cluster.shared_limits import SharedBudget, SharedPace
from chains.running.cluster.supervisor import Lost, Supervisor, mark_in
from chains.running.cluster.worker import Job, Worker
from chains.running.log.log import Log
from chains.running.log.seals import sealed, unsealed
from chains.running.people.worklist import Worklist
from chains.running.record_file import create, read_record
from chains.running.reply_source import Watcher
from chains.running.spending import note_what_came

SETS = [w for t in ("model=channel:drop=0.1", "depth=2", "worlds=4", "prompt=plain") for w in ("--set", t)]


class Near:
    """A keeper in this process, asked as an actor is."""

    def __init__(self, keeper):
        self.keeper = keeper

    def __getattr__(self, name):
        method = getattr(self.keeper, name)
        return type("Asked", (), {"remote": staticmethod(lambda *given: asyncio.ensure_future(method(*given)))})


def at_once(asked):
    raise AssertionError("a worker waited for the keeper in the middle of a call")


async def spend_all(budget):
    """Send calls while the budget lets them; return how many were sent."""
    sent = 0
    while not budget.closed:
        async with budget.ahead():
            try:
                budget.spend()
            except OverLimit:
                break
            sent += 1
            await asyncio.sleep(0)
    return sent


async def hears(keeper, budget):
    """Have a worker's budget give back calls when the keeper says that they are short."""
    heard = News()
    while True:
        heard = await keeper.news(heard)
        budget.give_back()


def test_calls_handed_out_to_eight_workers_are_the_limit_and_none_more():
    async def all_of_them():
        allowed = Allowed(703, None, None, Taken(calls=3))
        keeper = Near(Keeper(allowed, {}, 8))
        budgets = [SharedBudget(f"w{number}", keeper, allowed, None, at_once) for number in range(8)]
        hearing = [asyncio.create_task(hears(keeper.keeper, budget)) for budget in budgets]
        sent = await asyncio.gather(*map(spend_all, budgets))
        for task in hearing:
            task.cancel()
        return sent

    sent = asyncio.run(all_of_them())
    assert sum(sent) == 700
    assert min(sent) > 0


def test_calls_that_idle_workers_have_in_hand_come_back_to_one_that_lacks_them():
    async def one_goes_on():
        allowed = Allowed(40, None, None, Taken())
        keeper = Keeper(allowed, {}, 2)
        budgets = [SharedBudget(f"w{number}", Near(keeper), allowed, None, at_once) for number in range(3)]
        hearing = [asyncio.create_task(hears(keeper, budget)) for budget in budgets]
        for idle in budgets[:2]:
            async with idle.ahead():
                idle.spend()
        assert keeper._budget.sent > 2
        sent = await spend_all(budgets[2])
        for task in hearing:
            task.cancel()
        return sent

    began = time.monotonic()
    assert asyncio.run(one_goes_on()) == 38
    assert time.monotonic() - began < 3, "nobody is waited for who has answered"


def test_a_busy_worker_asks_for_a_place_once_for_many_calls_and_others_come_to_their_turn():
    async def two():
        speed = Speed(4, None, None)
        keeper = Keeper(Allowed(None, None, None, Taken()), {"here": speed}, 2)
        crowd, asked = Crowd(), Counter()
        enter = keeper.enter
        keeper.enter = lambda worker, *given: asked.update([worker]) or enter(worker, *given)
        paced = [Paced(crowd, SharedPace(f"w{number}", Near(keeper), "here", speed)) for number in range(2)]
        done = []

        async def lane(number):
            for _ in range(40):
                await paced[number].reply(ASKED)
                done.append(number)

        await asyncio.gather(*(lane(number) for number in (0, 1) for _ in range(8)))
        assert crowd.most == 4
        assert 200 < sum(done[:600]) < 400, "both come to their turn"
        await asyncio.sleep(0.15)
        assert keeper._paces["here"].waiting == 0, "all places were given back"
        return asked.total()

    assert asyncio.run(two()) < 100, "for 640 calls"


def test_an_endpoint_that_turns_calls_away_gets_every_place_back():
    async def two():
        speed = Speed(8, None, None)
        keeper = Keeper(Allowed(None, None, None, Taken()), {"here": speed}, 2)
        paces = [SharedPace(f"w{number}", Near(keeper), "here", speed) for number in range(2)]
        for pace in paces:
            async with pace.place(1):
                pass
        assert keeper._paces["here"].waiting == 2, "kept for a moment, for the next call"
        paces[0].turned_away(paces[0].clock, 0.01)
        paces[1].give_back()  # as its worker does when it hears of it
        await asyncio.sleep(0.02)
        assert keeper._paces["here"].waiting == 0
        assert (await keeper.enter("w1", "here", 1)).calls == 1
        assert (await keeper.news(News())).slowed == 1

    asyncio.run(two())


def test_a_place_that_a_worker_keeps_for_a_moment_goes_to_one_who_waits():
    async def two():
        speed = Speed(1, None, None)
        keeper = Keeper(Allowed(None, None, None, Taken()), {"here": speed}, 2)
        first, second = (SharedPace(f"w{number}", Near(keeper), "here", speed) for number in range(2))
        async with first.place(1):
            pass
        hearing = asyncio.create_task(keeper.news(News()))
        waits = asyncio.create_task(enters(second))
        assert (await hearing).wanted == 1
        began = time.monotonic()
        first.give_back(slowed=False)
        await waits
        return time.monotonic() - began

    async def enters(pace):
        async with pace.place(1):
            pass

    assert asyncio.run(two()) < 0.05


def test_tokens_set_aside_by_workers_never_pass_the_limit_and_a_dead_workers_are_charged():
    async def three():
        allowed = Allowed(None, 1000, None, Taken())
        keeper = Keeper(allowed, {}, 2)
        budgets = [SharedBudget(f"w{number}", Near(keeper), allowed, None, at_once) for number in range(2)]
        most = Budget(tokens=1).limits._replace(tokens=400)
        held = type("Held", (), {"prompt": 300, "completion": 100, "tokens": most.tokens, "cost": 0.0})()
        async with budgets[0].room(lambda: held):
            budgets[0].took(Usage(prompt=150, completion=50), None)
        await asyncio.sleep(0)
        number, _ = await keeper.set_aside("w1", 400, 0.0)
        waiting = asyncio.ensure_future(keeper.set_aside("w0", 500, 0.0))
        await asyncio.sleep(0.01)
        assert number
        assert not waiting.done()
        await keeper.bury("w1")
        assert "limit of 1,000 tokens is met" in (await waiting)[1]
        return keeper

    keeper = asyncio.run(three())
    assert asyncio.run(keeper.passes(401, 0.0)) == "tokens"
    assert asyncio.run(keeper.passes(400, 0.0)) is None


def test_workers_share_the_places_of_an_endpoint_and_a_dead_ones_are_let_go():
    async def two():
        speed = Speed(3, None, None)
        keeper = Keeper(Allowed(None, None, None, Taken()), {"here": speed}, 2)
        crowd = Crowd()
        paced = [Paced(crowd, SharedPace(f"w{number}", Near(keeper), "here", speed)) for number in range(2)]
        await asyncio.gather(*(paced[number % 2].reply(ASKED) for number in range(20)))
        assert crowd.most == 3
        for _ in range(3):
            await keeper.enter("w1", "here", 1)
        entering = asyncio.ensure_future(keeper.enter("w0", "here", 1))
        await asyncio.sleep(0.01)
        assert not entering.done()
        await keeper.bury("w1")
        assert (await entering).why is None

    asyncio.run(two())


def test_shards_left_by_a_killed_process_are_joined_once_and_verify(mazedom):
    run = mazedom("run", *SETS, "--json").document
    before = mazedom("show", run["run"], "--json").document
    folder = Path(run["path"])
    log = folder / "log.jsonl"
    lines = [unsealed(line) for line in log.read_bytes().splitlines()]
    half = len(lines) // 2
    log.write_bytes(b"".join(sealed(line + b"\n", at) for at, line in enumerate(lines[:half], 1)))
    # part of the shard is in the log already, one step stands in two shards, and the last line was cut off
    shard = b"".join(sealed(line + b"\n", at) for at, line in enumerate(lines[half - 4 :], 1))
    (folder / "log-w1.jsonl").write_bytes(shard)
    step = next(line for line in lines[half:] if b'"kind":"step"' in line)
    (folder / "log-w2.jsonl").write_bytes(sealed(step + b"\n", 1) + b'{"v":1,"kind":"st')
    record = json.loads((folder / "run.json").read_text())
    with Log(folder, write=True, held={}) as opened:
        assert Joined(opened).left_over(folder) == 2
        assert opened.index.held == record["held"]
        assert opened.index.lines == len(lines)
    assert not list(folder.glob("log-*"))
    assert mazedom("show", run["run"], "--json").document == before
    assert mazedom("replay", run["run"], "--verify", "--json").document["identical"]


def test_a_shard_is_let_go_only_when_nobody_writes_it(tmp_path):
    with Log(tmp_path, write=True, file="log-w1.jsonl"):
        assert not let_go(tmp_path / "log-w1.jsonl", patience=0.1)
    assert let_go(tmp_path / "log-w1.jsonl", patience=0)
    assert let_go(tmp_path / "log-w2.jsonl", patience=0)


WRONG = [
    (("run", *SETS, "--on", "slurm"), "write ray, or ray:ADDRESS"),
    (("run", *SETS, "--on", "ray:"), "write ray, or ray:ADDRESS"),
    (("run", *SETS, "--workers", "2"), "add --on ray"),
    (("run", *SETS, "--on", "ray", "--reuse", "all"), "replies of other runs"),
    (("run", "--set", "model=smollm2", "--set", "worlds=1", "--on", "ray"), "served on one machine"),
]


@pytest.mark.parametrize(("words", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_can_not_run_on_a_cluster_is_refused_before_anything_is_written(mazedom, words, says):
    if "--reuse" in words:
        mazedom("run", *SETS)
    refused = mazedom(*words, "--json")
    assert (refused.status, says in refused.document["error"]) == (2, True), refused.out


def test_without_ray_a_sentence_says_how_to_install_it(mazedom, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    refused = mazedom("run", *SETS, "--on", "ray", "--json")
    assert (refused.status, "pip install 'mazedom[ray]'" in refused.document["error"]) == (2, True)


class NearHand:
    """A worker in this process. When it is killed, what it was about to do is lost, and its shard is let go."""

    def __init__(self, name, keeper, job, dies_after=None):
        self.name, self.worker = name, Worker(name, Near(keeper), job, at_once)
        self.driving, self.dead, self.left = set(), False, dies_after

    def _mortal(self):
        """Have it die as soon as it has logged so many lines: in the middle of a trial."""
        log = self.worker._log
        append = log.append

        def counted(*line, **how):
            append(*line, **how)
            self.left -= 1
            if not self.left:
                asyncio.get_running_loop().call_soon(self.kill)

        log.append = counted

    async def _of(self, asked):
        task = asyncio.ensure_future(asked)
        self.driving.add(task)
        task.add_done_callback(self.driving.discard)
        try:
            return await task
        except (asyncio.CancelledError, OSError):
            if self.dead:
                raise Lost(self.name) from None
            raise

    def kill(self):
        if not self.dead:
            self.dead = True
            for task in self.driving:
                task.cancel()
            self.worker._opened.close()

    def __getattr__(self, name):
        async def asked(*given, **named):
            if self.dead:
                raise Lost(self.name)
            found = await self._of(getattr(self.worker, name)(*given, **named))
            if name == "start" and self.left:
                self._mortal()
            return found

        return asked


class NearCrew:
    """Workers in this process; the first one dies at its work."""

    def __init__(self, keeper, job):
        self.keeper, self.job, self.hands = keeper, job, []

    def hire(self, name):
        self.hands.append(NearHand(name, self.keeper, self.job, None if self.hands else 4))
        return self.hands[-1]

    async def bury(self, name):
        await self.keeper.bury(name)

    async def close_limits(self, why):
        await self.keeper.close(why)


@pytest.mark.parametrize("shared", [True, False], ids=["the folder is shared", "shards come through the keeper"])
def test_trials_of_a_worker_that_dies_go_on_at_another_and_nothing_is_logged_twice(mazedom, shared):
    whole = mazedom("run", *SETS, "--set", "replicates=3", "--json").document
    record = read_record(Path(whole["path"])).model_copy(update={"id": "in-workers", "held": {}, "spend": {}})
    folder = create(record)
    allowed = Allowed(None, None, None, Taken())
    mark = mark_in(folder)
    written = (folder / "run.json").read_bytes()
    job = Job(str(folder.resolve()), mark if shared else "another", allowed, None, {}, 2, {}, written)

    async def driven(log):
        crew = NearCrew(Keeper(allowed, {}, 3, str(folder)), job)
        supervisor = Supervisor(record, log, folder, Budget(), Watcher(), 3, 2)
        progress = await supervisor.drive(crew, list(record.trials()))
        return progress, crew

    with Log(folder, write=True) as log:
        progress, crew = asyncio.run(driven(log))
        assert note_what_came(record, folder, log) == []
    assert len(crew.hands) == 4
    assert set(progress.ends.values()) == {"finished"}
    assert len(progress.ends) == 12
    steps = [line for line in (folder / "log.jsonl").read_bytes().splitlines() if b'"kind":"step"' in line]
    assert len(steps) == len({json.loads(line)["digest"] for line in steps}) == 36
    assert [path.name for path in folder.glob("*log*")] == ["log.jsonl"]
    shown = [mazedom("show", one, "--json").document for one in ("in-workers", whole["run"])]
    for one in shown:
        del one["run"], one["path"]
    assert shown[0] == shown[1]
    assert mazedom("replay", "in-workers", "--verify", "--json").document["identical"]


def test_people_are_asked_by_the_keeper_and_a_trial_that_waits_holds_no_worker(mazedom):
    sets = [*SETS, "--human", "L1", "--json"]
    here = Path(mazedom("run", *sets).document["path"])
    record = read_record(here).model_copy(update={"id": "in-workers", "held": {}, "spend": {}})
    folder = create(record)
    allowed = Allowed(None, None, None, Taken())

    async def driven(log, todo):
        job = Job(str(folder), mark_in(folder), allowed, None, {}, 2, {}, b"")
        crew = NearCrew(Keeper(allowed, {}, 1, str(folder), people=True), job)
        crew.hands.append(None)  # the first one would die
        progress = await Supervisor(record, log, folder, Budget(), Watcher(), 1, 2).drive(crew, todo)
        await crew.keeper.tidy(progress.ends)
        return progress

    with Log(folder, write=True) as log:
        assert set(asyncio.run(driven(log, list(record.trials()))).ends.values()) == {"waiting"}
        worklist = Worklist(folder, record.experiment.people)
        assert len(worklist.inbox("me")) == 4
        for place in (folder, here):
            for item in Worklist(place, record.experiment.people).inbox("me"):
                Worklist(place, record.experiment.people).answer("me", item.id, "All is well.")
        ready = [trial for trial in record.trials() if str(trial) in worklist.ready()]
        assert set(asyncio.run(driven(log, ready)).ends.values()) == {"finished"}
    assert not worklist.anything()
    assert mazedom("resume", here.name, "--json").status == 0
    told = [
        sorted((one["trial"], one["seat"], one["digest"], one["reply"]["text"]) for one in steps_of(place))
        for place in (here, folder)
    ]
    assert told[0] == told[1]
    assert mazedom("replay", "in-workers", "--verify", "--json").document["identical"]
