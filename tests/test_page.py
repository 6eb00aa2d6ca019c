"""The page: what it refuses, an inbox, and what the owner sees; without a browser."""

import re
import threading
import time
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from conftest import steps_of
from starlette.testclient import TestClient

from chains.running.folders import new_run_id
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.terminal.page.guard import POLICY
from chains.terminal.page.links import Links
from chains.terminal.page.server import application

PORT = 8723
HERE = f"http://127.0.0.1:{PORT}"
OURS = {"Origin": HERE}
SMALL = ("--set", "model=channel", "--set", "worlds=1", "--set", "prompt=plain", "--set", "depth=2")


def browser(app, base=HERE):
    return TestClient(app, base_url=base, follow_redirects=False)


@pytest.fixture
def served(mazedom):
    """Serve the runs of this folder: returns the application, the owner's browser and the tokens."""
    links = Links(PORT)
    app = application(links, PORT)
    owner = browser(app)
    assert owner.get(f"/?token={links.owner}").status_code == 303
    return app, owner, links


@pytest.fixture
def waiting(mazedom, served):
    """Begin a run that waits for people: returns its folder, and a function that gives somebody's browser and inbox."""
    app, owner, _ = served

    def begin(*words):
        ran = mazedom("run", "--json", *SMALL, *words)
        assert ran.status == 3, ran.err
        folder = Path(ran.document["path"])

        def invited(name):
            person = Worklist(folder, read_record(folder).experiment.people).names.of(name)
            shown = owner.get(f"/run/{folder.name}").text
            link = shown.split(f'href="/inbox/{folder.name}/{person}')[1].partition('"')[0]
            theirs = browser(app)
            base = f"/inbox/{folder.name}/{person}"
            assert theirs.get(base + link).headers["location"] == base
            return theirs, base

        return folder, invited

    return begin


def item_in(theirs, base):
    """Return the path of the first item in an inbox."""
    return f"{base}/" + theirs.get(base).text.split(f'action="{base}/')[1].partition("/")[0]


def test_every_answer_has_a_policy_that_runs_no_script_of_the_page(served):
    app, owner, _ = served
    for answer in (owner.get("/"), owner.get("/nowhere"), browser(app).get("/"), owner.get("/served/page.js")):
        assert answer.headers["content-security-policy"] == POLICY
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    assert "unsafe" not in POLICY
    for template in Path("/", *Path(__file__).parts[1:-2], "chains/terminal/page/templates").glob("*.jinja"):
        text = template.read_text()
        assert "<style" not in text, template
        assert " style=" not in text, template
        assert "onclick" not in text, template
        assert "|safe" not in text, template


def test_without_the_owners_token_nothing_of_a_run_is_shown(served, waiting):
    app, owner, links = served
    folder, invited = waiting("--human", "L1")
    theirs, base = invited("anna")
    run = f"/run/{folder.name}"
    for path in ("/", run, f"{run}/events", f"{run}/trial/c1.w1.r1", f"{run}/compare", f"{run}/law.svg"):
        for client in (browser(app), theirs):
            for asked in (path, f"{path}?token=wrong", f"{path}?token=", f"{path}?token={links.owner[:-1]}"):
                answer = client.get(asked)
                assert answer.status_code == 403, asked
                assert "watermelon" not in answer.text
    assert theirs.post(f"{run}/resume", headers=OURS).status_code == 403
    assert owner.get(base).status_code == 403, "an inbox opens with its own link alone"


def test_a_persons_link_opens_their_inbox_alone_and_ends_when_they_are_forgotten(waiting):
    folder, invited = waiting("--human", "L1", "--set", "worlds=2")
    (anna, hers), (ben, his) = invited("anna"), invited("ben")
    assert "2 items wait" in anna.get(hers).text
    assert (anna.get(his).status_code, ben.get(hers).status_code) == (403, 403)
    token = anna.cookies["mazedom8723p1"]
    assert anna.get(f"{his}?token={token}").status_code == 403
    assert anna.get(f"/inbox/{folder.name}/p9?token={token}").status_code == 403
    assert anna.get(f"/inbox/{folder.name}/..%2f..?token={token}").status_code == 404
    page = anna.get(hers).text
    assert not [word for word in ("anna", "c1.w1.r1", "watermelon", "condition", "kept") if word in page]
    names = Worklist(folder).names
    entries = names.entries()
    entries["p1"].name = None
    names.write(entries)
    assert "leads nowhere" in anna.get(hers).text


def test_a_forged_host_or_origin_is_refused(served, waiting):
    app, owner, links = served
    folder, invited = waiting("--human", "L1")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    for host in ("evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", "10.0.0.1:8723", ""):
        assert owner.get("/", headers={"Host": host}).status_code == 403, host
    for host in (f"localhost:{PORT}", f"127.0.0.1:{PORT}"):
        assert browser(app, f"http://{host}").get(f"/?token={links.owner}").status_code == 303
    for forged in ("http://evil.example", "null", f"http://127.0.0.1:{PORT + 1}", f"https://127.0.0.1:{PORT}"):
        assert theirs.post(f"{path}/take", headers={"Origin": forged}).status_code == 403
        assert owner.get("/", headers={"Origin": forged}).status_code == 403
    assert theirs.post(f"{path}/take").status_code == 403, "a form always comes with its origin"
    assert theirs.get(f"{path}/take").status_code == 405
    assert Worklist(folder).waiting()[0].state == "open"
    assert theirs.post(f"{path}/take", headers=OURS).status_code == 303
    others = application(links, PORT, "192.0.2.1")
    assert browser(others, f"http://192.0.2.1:{PORT}").get(f"/?token={links.owner}").status_code == 303
    assert browser(others, f"http://evil.example:{PORT}").get("/").status_code == 403


def test_what_is_answered_goes_up_and_the_same_form_sent_again_counts_once(mazedom, waiting, monkeypatch):
    monkeypatch.setattr("chains.terminal.page.inbox.monotonic", partial(next, count(0.0, 10.0)))
    folder, invited = waiting("--human", "L1")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    assert theirs.get(path).headers["location"] == base, "it is taken first, so that nobody else has it"
    theirs.post(f"{path}/take", headers=OURS)
    assert theirs.post(f"{path}/draft", data={"text": "Half\r\na line", "quietly": ""}, headers=OURS).text == "kept"
    assert "Half\na line</textarea>" in theirs.get(path).text
    empty = theirs.post(f"{path}/answer", data={"text": " "}, headers=OURS)
    assert (empty.status_code, "There is no text" in empty.text) == (409, True)
    for _ in range(2):
        assert theirs.post(f"{path}/answer", data={"text": "All is well."}, headers=OURS).status_code == 303
    other = theirs.post(f"{path}/answer", data={"text": "Otherwise."}, headers=OURS)
    assert (other.status_code, "answered already, otherwise" in other.text) == (409, True)
    assert "All is well." in theirs.get(base).text
    assert theirs.post(f"{path}/undo", headers=OURS).headers["location"] == path
    assert "All is well.</textarea>" in theirs.get(path).text
    theirs.post(f"{path}/answer", data={"text": "All is well."}, headers=OURS)
    assert mazedom("resume", "--json").status == 0
    assert theirs.post(f"{path}/answer", data={"text": "All is well."}, headers=OURS).status_code == 303
    assert "can&#39;t be undone" in theirs.post(f"{path}/undo", headers=OURS).text
    (step,) = [one for one in steps_of(folder) if one["seat"] == "L1"]
    assert (step["reply"]["text"], step["person"]["by"]) == ("All is well.", "p1")
    assert step["seconds"] >= 40


def test_a_draft_is_approved_as_it_stands_or_sent_back(mazedom, waiting):
    folder, invited = waiting("--human", "L1=approve")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    theirs.post(f"{path}/take", headers=OURS)
    assert "Send back" in theirs.get(path).text
    assert "Say why" in theirs.post(f"{path}/back", data={"reason": ""}, headers=OURS).text
    assert theirs.post(f"{path}/back", data={"reason": "Dates, please."}, headers=OURS).status_code == 303
    assert mazedom("resume", "--json").status == 3
    path = item_in(theirs, base)
    theirs.post(f"{path}/take", headers=OURS)
    assert "Dates, please." in theirs.get(path).text
    assert theirs.post(f"{path}/answer", data={"text": "<b>mine</b>"}, headers=OURS).status_code == 303
    assert mazedom("resume", "--json").status == 0
    said = {step["attempt"]: step["reply"]["text"] for step in steps_of(folder) if step["seat"] == "L1"}
    assert said[0] == said[3], "where a draft may only be approved, nothing else can be sent in its place"


def test_nothing_is_asked_before_a_person_agrees(waiting):
    _, invited = waiting("--human", "L1", "--set", "people.consent=We keep <b>all</b> you write.")
    theirs, base = invited("anna")
    page = theirs.get(base).text
    assert ("We keep &lt;b&gt;all&lt;/b&gt; you write." in page, "Open" in page) == (True, False)
    item = Worklist(Path(next(Path("runs").glob("*/*")))).waiting()[0]
    assert item.state == "open"
    assert theirs.post(f"{base}/consent", headers=OURS).status_code == 303
    assert "Open" in theirs.get(base).text


def test_an_answer_of_a_megabyte_is_refused_and_nothing_is_kept_of_it(waiting):
    folder, invited = waiting("--human", "L1")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    theirs.post(f"{path}/take", headers=OURS)
    answer = theirs.post(f"{path}/answer", data={"text": "x" * 1_000_000}, headers=OURS)
    assert (answer.status_code, "too long" in answer.text) == (413, True)
    streamed = theirs.post(f"{path}/answer", content=(b"text=" + b"x" * 9_999 for _ in range(100)), headers=OURS)
    assert (streamed.status_code, streamed.headers["content-security-policy"]) == (413, POLICY)
    long = theirs.post(f"{path}/answer", data={"text": "x" * 300_000}, headers=OURS)
    assert (long.status_code, "characters long" in long.text) == (409, True)
    assert theirs.post(f"{path}/answer", content=b"&".join([b"a=b"] * 100), headers=OURS).status_code == 400
    assert theirs.post(f"{path}/answer", content=b"text=\xff\xfe", headers=OURS).status_code == 400
    assert not [one for one in Worklist(folder)._open() if one.answer]


def test_of_two_who_answer_at_once_one_is_told_that_it_is_gone(waiting):
    folder, invited = waiting("--human", "L1")
    people = [invited("anna"), invited("ben")]
    path = item_in(*people[0]).rpartition("/")[2]
    start, statuses = threading.Barrier(2), []

    def send(theirs, base):
        start.wait()
        answer = theirs.post(f"{base}/{path}/answer", data={"text": f"by {base}"}, headers=OURS)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=one) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(statuses) == [303, 409]
    assert len([one for one in Worklist(folder)._open() if one.answer]) == 1


@pytest.mark.parametrize(
    "name", ["%2e%2e", "..%2fpyproject", "....", "/etc", "%00", "last", "2026", "watermelon", "x" * 5000]
)
def test_a_runs_name_is_never_a_path(name, served, mazedom):
    mazedom("run", "--json", *SMALL)
    _, owner, _ = served
    for path in (f"/run/{name}", f"/run/{name}/events", f"/inbox/{name}/p1", f"/served/{name}/../page.py"):
        assert owner.get(path).status_code in (403, 404), path
    assert owner.post(f"/run/{name}/resume", headers=OURS).status_code == 404


def test_the_list_and_a_run_show_what_is_there_and_escape_it(served, mazedom):
    _, owner, _ = served
    assert "no runs in this folder" in owner.get("/").text
    ran = mazedom("run", "--json", *SMALL, "--set", "depth=2,3")
    run = Path(ran.document["path"]).name
    mazedom("tag", run, "pilot", "--note", "<script>alert(1)</script>\x1b[2J\u202e")
    page = owner.get("/").text
    assert (run in page, "<script>alert" in page, "\u202e" in page, "\x1b" in page) == (True, False, False, False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert run in owner.get("/?search=PILOT").text
    assert "No run matches" in owner.get("/?search=nothing&first=-1").text
    page = owner.get(f"/run/{run}").text
    assert "finished: 2 of 2 trials finished" in page
    assert "c2.w1.r1" in page
    assert "c2.w1.r1" not in owner.get(f"/run/{run}?status=waiting").text
    assert "data: {" in owner.get(f"/run/{run}/events").text
    broken = Path("runs/x") / new_run_id()
    broken.mkdir(parents=True)
    (broken / "run.json").write_text("{")
    assert "unreadable" in owner.get("/").text
    assert "can&#39;t be read" in owner.get(f"/run/{broken.name}").text


def test_the_page_listens_here_alone_unless_it_is_said_what_else_means(mazedom):
    ran = mazedom("view", "--host", "0.0.0.0", "--no-open")  # noqa: S104
    assert (ran.status, "--others-can-connect" in ran.err) == (2, True)
    assert mazedom("view", "--port", "70000", "--no-open").status == 2


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> \x1b[2J\u202e</textarea>"


def test_what_a_seat_wrote_is_shown_as_text_wherever_it_is_shown(served, mazedom, waiting):
    _, owner, _ = served
    folder, invited = waiting("--human", "L1=edit", "--set", "depth=3")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    theirs.post(f"{path}/take", headers=OURS)
    theirs.post(f"{path}/draft", data={"text": EVIL, "quietly": ""}, headers=OURS)
    pages = [theirs.get(path).text]
    theirs.post(f"{path}/answer", data={"text": EVIL}, headers=OURS)
    pages.append(theirs.get(base).text)
    assert mazedom("resume", "--json").status == 0
    trial = f"/run/{folder.name}/trial/c1.w1.r1"
    steps = [owner.get(f"{trial}?step={step}&against={step + 1}").text for step in range(1, 5)]
    for page in (*pages, *steps):
        assert not [sign for sign in ("<script>alert", "<img src=x", "\x1b", "\u202e") if sign in page]
    assert any("&lt;script&gt;" in page for page in steps)
    assert all("&lt;script&gt;" in page for page in pages)


def test_a_trial_is_stepped_through_with_fates_a_difference_and_the_truth(served, mazedom):
    _, owner, _ = served
    lossy = ("--set", "model=channel:drop=0.3,flip=0.3", "--set", "depth=4", "--set", "worlds=1")
    ran = mazedom("run", "--json", *lossy, "--set", "prompt=plain")
    path = f"/run/{Path(ran.document['path']).name}/trial/c1.w1.r1"
    told = mazedom("show", "--json", "--trial", "c1.w1.r1", "--prompts").document
    first = owner.get(path).text
    assert all(fact["text"].replace("'", "&#39;") in first for fact in told["facts"])
    for number, message in enumerate(told["messages"], 1):
        page = owner.get(f"{path}?step={number}").text
        assert f"{message['turn']}, {message['role']}" in page
        kept = sum(fate == "kept" for fate in message["fates"].values())
        assert f"{kept} of {len(message['fates'])} kept" in page
        assert page.count("changed here") == len(message["changed"])
        assert message["asked"]["digest"][:12] in page
        assert (f'href="?step={number + 1}"' in page) == (number < len(told["messages"]))
        later = [place for place, one in enumerate(told["messages"], 1) if place > number and one["changed"]]
        loss = page.partition('">Next loss</a>')[0].rpartition("step=")[2] if "Next loss" in page else None
        assert loss == (str(later[0]) if later else None)
    last = owner.get(f"{path}?step=4&against=1").text
    assert "Against step 1" in last
    assert "<del>" in last
    for odd in ("step=0", "step=-3", "step=9999999999", "step=x", "against=99", "against=%00"):
        assert owner.get(f"{path}?{odd}").status_code == 200
    for name in ("c9.w1.r1", "..%2f..%2fetc", "c1.w1.r1%00"):
        assert owner.get(f"{path[:-8]}{name}").status_code == 404


def said_at_last(owner, path):
    """Ask until the page is ready."""
    give_up = time.monotonic() + 90
    while "looks again" in (page := owner.get(path).text) and time.monotonic() < give_up:
        time.sleep(0.2)
    return page


def test_a_comparison_begins_with_its_sentence_and_a_law_has_its_figure(served, mazedom):
    _, owner, _ = served
    ran = mazedom("run", "--json", *SMALL, "--set", "worlds=4", "--set", "depth=2,4")
    run = f"/run/{Path(ran.document['path']).name}"
    compared = mazedom("compare", "--json", "last", "c1", "c2").document["comparisons"][0]
    page = said_at_last(owner, f"{run}/compare")
    assert compared["says"].replace("'", "&#39;") in page
    assert page.index(compared["says"].replace("'", "&#39;")) < page.index("<table")
    assert "two different conditions" in owner.get(f"{run}/compare?a=c1&b=c1").text
    assert owner.get(f"{run}/compare?a=c1&b=--all").status_code == 404
    page = said_at_last(owner, f"{run}/law")
    assert "law.svg" in page
    figure = owner.get(f"{run}/law.svg")
    assert (figure.headers["content-type"], b"<svg" in figure.content) == ("image/svg+xml", True)


def test_a_fork_begins_at_a_message_and_stands_beside_its_parent(served, mazedom):
    _, owner, _ = served
    ran = mazedom("run", "--json", *SMALL, "--set", "depth=3")
    run = f"/run/{Path(ran.document['path']).name}"
    fork = f"{run}/trial/c1.w1.r1/fork"
    before = mazedom("show", "--json", "--trial", "c1.w1.r1").document["messages"]
    for form in ({}, {"turn": "L9"}, {"turn": "L2", "text": before[1]["text"]}, {"turn": "L2", "prompt": "../evil"}):
        assert owner.post(fork, data=form, headers=OURS).status_code == 409
    assert len(list(Path("runs").glob("*/*"))) == 1
    again = {"data": {"turn": "L2", "text": "Nothing to report."}, "headers": OURS}
    made = owner.post(fork, **again).headers["location"]
    assert owner.post(fork, **again).headers["location"] == made, "the same form sent again makes no second fork"
    give_up = time.monotonic() + 90
    while "finished: 1 of 1" not in (page := owner.get(made).text) and time.monotonic() < give_up:
        time.sleep(0.2)
    assert "finished: 1 of 1" in page
    assert run in page
    step = owner.get(f"{made}/trial/c1.w1.r1?step=2").text
    assert "its parent" in step
    assert "Nothing to report." in step
    assert made in owner.get(run).text
    assert mazedom("replay", made.rpartition("/")[2], "--verify", "--json").document["identical"]


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        ("write", "Your message"), ("edit", "The message"), ("approve", "The draft"),
        ("advised", "What a model would write"), ("advise", "Your advice"),
    ],
)  # fmt: skip
def test_every_way_to_sit_has_its_page_and_is_finished_from_it(way, shown, mazedom, waiting):
    _, invited = waiting("--human", f"L1={way}")
    theirs, base = invited("anna")
    path = item_in(theirs, base)
    theirs.post(f"{path}/take", headers=OURS)
    page = theirs.get(path)
    assert (page.status_code, shown in page.text) == (200, True)
    assert theirs.post(f"{path}/skip", headers=OURS).headers["location"] == base
    theirs.post(f"{path}/take", headers=OURS)
    assert theirs.post(f"{path}/answer", data={"text": "Mine."}, headers=OURS).status_code == 303
    assert mazedom("resume", "--json").status == 0
    assert "It has been read" in theirs.get(path).text


def test_blame_says_what_it_would_ask_asks_when_that_is_agreed_to_and_draws_a_bar_a_seat(mazedom, served):
    app, owner, _ = served
    sets = ("model=channel:drop=0.05", "model.L3=channel:drop=0.6", "worlds=8", "facts=12", "depth=3", "prompt=plain")
    ran = mazedom("run", "--json", *(word for text in sets for word in ("--set", text)))
    path = f"/run/{ran.document['run']}/blame"

    def settled(asked):
        deadline = time.monotonic() + 60
        while "Still " in (page := owner.get(asked)).text and time.monotonic() < deadline:
            time.sleep(0.1)
        return page.text

    assert f'href="{path}"' in owner.get(path.removesuffix("/blame")).text
    first = settled(path)
    assert "at most 96 more replies" in first  # two ways, 8 trials, 3 + 2 + 1 seats above
    assert not Path("runs/blame").exists(), "nothing is asked before somebody agrees"
    agreed = {"condition": "c1", "times": "1", "most": "96"}
    assert owner.post(path, data=agreed).status_code == 403, "a form always comes with its origin"
    assert browser(app).get(path).status_code == 403
    asked = owner.post(path, data=agreed, headers=OURS).headers["location"]
    shown = settled(asked)
    assert "L3 does most of the damage" in shown
    assert shown.count('class="bar blamed"') == 1
    assert "more replies" not in shown
    assert settled(path) == shown, "what was asked is there, whoever looks again"
    mazedom("blame", ran.document["run"], "--times", "2", "--max-calls", "200", "--json")
    left = settled(f"{path}?times=2")
    most = int(re.search(r'name="most" value="(\d+)"', left)[1])
    assert f"at most {most - 200} more replies" in left
    asked = owner.post(path, data={"times": "2", "most": str(most)}, headers=OURS).headers["location"]
    assert "2 continuations each" in (shown := settled(asked))
    assert "more replies" not in shown, "what was asked before does not use up what was agreed to"
    for wrong in ("?condition=c9", "?times=0", "?times=99", "?times=x"):
        assert owner.get(path + wrong).status_code == 404
    for wrong in ("-1", "0", "", "x"):
        assert owner.post(path, data={"times": "1", "most": wrong}, headers=OURS).status_code == 404
