"""How soon a page is there: a trial of 1,000 steps, the list of 500 runs, a run of 5,000 trials.

    uv run --group browser python tests/bench/page.py [--trials 5000]

The runs are made first (the synthetic channel, some minutes). Then `view` is started, and each page is asked for by a
new process of the server, cold, and again. Where Chromium and Playwright are, the first paint is that of the browser,
counted from when it asks; otherwise it is the time of the answer. The bar is 1 s for the trial and for the list.
"""

import argparse
import contextlib
import http.client
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare import program

RUNS = 500
STEPS = 1000
BAR = 1.0
CLI = Path(__file__).parents[2] / "cli.py"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=5000)
    trials = parser.parse_args().trials
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        program(folder, "run", *settings(f"depth={STEPS - 1}", "worlds=1"))
        deep = only(place)
        program(folder, "run", *settings("depth=2", "worlds=50", f"replicates={max(1, trials // 50)}"))
        (many,) = (one for one in place.glob("runs/*/*") if one != deep)
        program(folder, "run", *settings("depth=2", "worlds=1"))
        (small,) = (one for one in place.glob("runs/*/*") if one not in (deep, many))
        for number in range(RUNS - 3):
            shutil.copytree(small, place / "runs" / "copies" / f"20260101-000000-{number:04x}")
        pages = {
            f"a trial of {STEPS} steps": (f"/run/{deep.name}/trial/c1.w1.r1?step={STEPS // 2}", BAR),
            f"the list of {RUNS} runs": ("/", BAR),
            f"a run of {trials:,} trials": (f"/run/{many.name}", None),
        }
        failed = False
        for name, (path, bar) in pages.items():
            cold, warm = shown(place, path)
            sys.stdout.write(f"{name}: {cold:.2f} s at first, {warm:.2f} s again\n")
            failed |= bar is not None and cold > bar
    sys.exit(failed)


def settings(*more):
    every = ("model=channel:drop=0.02", "prompt=plain", "facts=8", *more)
    return [word for one in every for word in ("--set", one)]


def only(place):
    (found,) = place.glob("runs/*/*")
    return found


def shown(place, path):
    """Return how many seconds a page takes of a server that was just started, and again."""
    view = subprocess.Popen(
        [sys.executable, str(CLI), "view", "--no-open"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        url = view.stdout.readline().strip()
        host = url.removeprefix("http://").partition("/")[0]
        while True:  # it listens before it answers
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection(host, timeout=60)
                connection.request("GET", "/served/icon.svg")
                connection.getresponse().read()
                break
        try:
            return painted(url, f"http://{host}{path}")
        except ImportError:
            connection.request("GET", url.removeprefix(f"http://{host}"))
            answer = connection.getresponse()
            answer.read()
            cookie = answer.headers["set-cookie"].partition(";")[0]
            return answered(connection, path, cookie), answered(connection, path, cookie)
    finally:
        view.send_signal(signal.SIGINT)
        view.wait(20)
        view.stdout.close()


def answered(connection, path, cookie):
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    assert connection.getresponse().read().endswith(b"</html>\n")
    return time.perf_counter() - began


def painted(url, page_url):
    """Return the seconds to the first paint in a browser, twice."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  where it is there

    path = shutil.which("chromium")
    if path is None:
        raise ImportError
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_context().new_page()
        page.goto(f"{url.partition('/?')[0]}/served/icon.svg")
        page.context.add_cookies([cookie_of(url)])
        found = []
        for _ in range(2):
            page.goto(page_url)
            found.append(page.evaluate(
                "new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime / 1000))"
                ".observe({type: 'paint', buffered: true}))"
            ))  # fmt: skip
        browser.close()
    return found


def cookie_of(url):
    """Return the cookie that the address with the token is exchanged for, so that no page of runs is shown before."""
    host = url.removeprefix("http://").partition("/")[0]
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", url.removeprefix(f"http://{host}"))
    name, _, value = connection.getresponse().headers["set-cookie"].partition(";")[0].partition("=")
    return {"name": name, "value": value, "url": f"http://{host}/"}


if __name__ == "__main__":
    main()
