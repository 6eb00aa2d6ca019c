"""The page in a real browser: two people hold seats of a running experiment, and its owner looks at what came of it.

Needs Debian's Chromium and Playwright: `uv run --group browser pytest -m heavy tests/test_page_in_browsers.py`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="install it with `uv sync --group browser`")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]
ROOT = Path(__file__).parent.parent
PROGRAM = [sys.executable, str(ROOT / "cli.py")]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SERIOUS = ("serious", "critical")


@pytest.fixture
def owner_url(tmp_path):
    """Serve the page of an empty folder; returns its address."""
    view = subprocess.Popen(
        [*PROGRAM, "view", "--no-open", "--port", str(free_port())],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield view.stdout.readline().strip()
    view.send_signal(signal.SIGINT)
    assert view.wait(20) == 0, "Ctrl-C is how it is stopped"
    view.stdout.close()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Window:
    """One browser with nothing of the others, and what it complained of."""

    def __init__(self, browser, size, shots, *, scripts=True):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
        self.page, self.complaints, self._shots, self.size = context.new_page(), [], shots, size
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def shot(self, name):
        """Take a picture; nothing may stick out sideways."""
        self.page.screenshot(path=self._shots / f"{name}-{self.size}.png", full_page=True)
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SIZES[self.size][0], f"{name} is {wide} wide"


@pytest.fixture
def shots(tmp_path):
    folder = Path(os.environ.get("MAZEDOM_SHOTS") or tmp_path / "shots")
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """Return axe-core's source, as npm has it; None where there is no npm or it can't be reached."""
    place = tmp_path_factory.mktemp("axe")
    if shutil.which("npm") is None:
        return None
    got = subprocess.run(
        ["npm", "pack", "--silent", "axe-core"], cwd=place, capture_output=True, text=True, check=False
    )
    if got.returncode:
        return None
    with tarfile.open(place / got.stdout.split()[-1]) as packed:
        return packed.extractfile("package/axe.min.js").read().decode()


def faults(window, axe):
    """Return the serious faults that axe-core finds in the page that is open."""
    window.page.evaluate(axe)
    found = window.page.evaluate("axe.run()")["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS]


def begin(folder, *words):
    """Begin a run that stays for people; returns the process and the run's name once people are asked."""
    run = subprocess.Popen(
        [*PROGRAM, "run", "--set", "model=channel:drop=0.1", "--set", "worlds=1", "--set", "prompt=plain", *words],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    give_up = time.monotonic() + 60
    while not list(folder.glob("runs/*/*/people/open/*.json")):
        assert time.monotonic() < give_up
        assert run.poll() in (None, 3)
        time.sleep(0.1)
    return run, next(folder.glob("runs/*/*")).name


def invite(owner, base, run, name):
    """Let the owner give somebody a link; returns it."""
    owner.page.goto(f"{base}/run/{run}")
    owner.page.fill("#name", name)
    owner.page.click("text=Make a link")
    owner.page.wait_for_selector(f"td:text-is('{name}')")
    return base + owner.page.locator("text=inbox of").last.get_attribute("href")


def test_two_people_answer_edit_and_approve_and_the_owner_steps_through_what_came_of_it(  # noqa: C901, PLR0915  one story
    tmp_path, owner_url, browser, shots, axe
):
    base = owner_url.partition("/?")[0]
    process, run = begin(
        tmp_path, "--set", "depth=3", "--set", "human.L1=edit,write", "--human", "L2=approve", "--wait",
        "--set", "people.seats.L2=p1", "--set", "people.seats.L1=p2",
        "--set", "people.consent=Your answers are kept under a pseudonym.",
    )  # fmt: skip
    owner = Window(browser, "desktop", shots)
    owner.page.goto(owner_url)
    assert "token" not in owner.page.url
    anna, ben = Window(browser, "phone", shots), Window(browser, "desktop", shots)
    checked = {}

    def look(window, name):
        window.shot(name)
        if axe is not None:
            checked[name, window.size] = faults(window, axe)

    for window, name in ((anna, "anna"), (ben, "ben")):
        window.page.goto(invite(owner, base, run, name))
        look(window, f"consent-{name}")
        window.page.keyboard.press("Enter")  # the button has the focus
        window.page.wait_for_selector("h1:text('Your inbox')")
    # Anna, at a phone: one draft is approved, the other sent back and then approved.
    look(anna, "inbox")
    anna.page.click("button:has-text('Open') >> nth=0")
    look(anna, "item-approve")
    anna.page.click("button:text-is('Approve')")
    anna.page.click("button:has-text('Open') >> nth=0")
    anna.page.fill("#reason", "Say it with the dates.")
    anna.page.click("button:text-is('Send back')")
    look(anna, "inbox-sent")
    # Ben, by keyboard alone: his inbox looks by itself whether something waits.
    done = []
    for _ in range(2):
        ben.page.wait_for_selector("button:has-text('Open')", timeout=60_000)
        ben.page.focus("body")
        tab_to(ben, "button", "Open")
        ben.page.keyboard.press("Enter")
        ben.page.wait_for_selector("textarea")
        tab_to(ben, "textarea")
        ben.page.keyboard.press("Control+End")
        ben.page.keyboard.type(" All of it is late.")
        ben.page.wait_for_selector("#kept:has-text('Draft kept')")
        look(ben, f"item-{len(done)}")
        done.append(ben.page.input_value("textarea"))
        ben.page.reload()
        assert ben.page.input_value("textarea") == done[-1], "a draft outlives its page"
        if len(done) == 1:  # the other draft comes back to Anna meanwhile
            ben.page.focus("textarea")
            ben.page.keyboard.press("Control+Enter")
        else:
            tab_to(ben, "button", "Send")
            ben.page.keyboard.press("Enter")
        ben.page.wait_for_selector("h1:text('Your inbox')")
        if len(done) == 1:
            anna.page.wait_for_selector("button:has-text('Open')", timeout=60_000)
            anna.page.click("button:has-text('Open') >> nth=0")
            assert "Say it with the dates." in anna.page.content()
            anna.page.click("button:text-is('Approve')")
    # The owner sees it finish without touching anything.
    owner.page.wait_for_selector("text=finished: 2 of 2 trials finished", timeout=60_000)
    assert process.wait(60) == 0
    log = [json.loads(line) for line in next(tmp_path.glob("runs/*/*/log.jsonl")).read_text().splitlines()]
    said = {(one["trial"], one["seat"]): one for one in log if one["kind"] == "step" and not one["attempt"]}
    assert {said["c1.w1.r1", "L1"]["reply"]["text"], said["c2.w1.r1", "L1"]["reply"]["text"]} == {
        text.strip() for text in done
    }
    assert said["c1.w1.r1", "L1"]["person"]["changes"]
    for size in SIZES:
        window = Window(browser, size, shots)
        window.page.goto(owner_url)
        look(window, "runs")
        window.page.click(f"text={run}")
        look(window, "run")
        window.page.click("text=c1.w1.r1")
        for step in range(1, 4):
            assert window.page.locator("mark.kept").count()
            look(window, f"step{step}")
            window.page.keyboard.press("n")
            window.page.wait_for_url(f"**step={step + 1}")
        window.page.focus("#step")
        window.page.keyboard.press("Home")
        window.page.wait_for_url("**step=1")
        for name in ("compare", "law"):
            window.page.goto(f"{base}/run/{run}/{name}")
            window.page.wait_for_selector("h1:not(:has-text('Still'))", timeout=60_000)
            look(window, name)
        assert window.complaints == []
    assert [owner.complaints, anna.complaints, ben.complaints] == [[], [], []]
    assert {name: found for name, found in checked.items() if found} == {}
    if axe is None:
        pytest.skip("all passed but axe-core, which could not be fetched from npm: nothing was asked of it")


def tab_to(window, tag, text=""):
    """Go on with the Tab key until an element of this kind has the focus."""
    for _ in range(40):
        window.page.keyboard.press("Tab")
        if window.page.evaluate(
            "([tag, text]) => document.activeElement.matches(tag) && document.activeElement.textContent.includes(text)",
            [tag, text],
        ):
            return
    raise AssertionError(f"no {tag} {text} can be reached with the Tab key")


def test_all_of_it_works_without_a_script_and_drafts_outlive_a_killed_page(tmp_path, browser, shots):
    process, run = begin(tmp_path, "--set", "depth=2", "--human", "L1")
    assert process.wait(60) == 3
    port = free_port()
    words = [*PROGRAM, "view", "--no-open", "--port", str(port)]
    view = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    url = view.stdout.readline().strip()
    owner, anna = (Window(browser, "phone", shots, scripts=False) for _ in range(2))
    owner.page.goto(url)
    link = invite(owner, url.partition("/?")[0], run, "anna")
    anna.page.goto(link)
    anna.page.click("button:has-text('Open')")
    anna.page.fill("textarea", "Half of it")
    anna.page.click("text=Keep as a draft")
    anna.page.wait_for_load_state("networkidle")
    view.kill()
    view.wait()
    view.stdout.close()
    view = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        url = view.stdout.readline().strip()
        anna.page.goto(link)  # a link outlives the page that it was made by
        anna.page.click("button:has-text('Go on')")
        assert anna.page.input_value("textarea") == "Half of it"
        anna.page.fill("textarea", "All of it.")
        anna.page.click("button:text-is('Send')")
        owner.page.goto(url)
        owner.page.click(f"text={run}")
        owner.page.click("text=Go on with it")
        owner.page.wait_for_selector("text=finished: 1 of 1", timeout=60_000)
        owner.page.click("text=c1.w1.r1")
        owner.page.click("text=Next")
        assert "All of it." in owner.page.content()
        assert owner.complaints == anna.complaints == []
    finally:
        view.send_signal(signal.SIGINT)
        view.wait(20)
        view.stdout.close()
