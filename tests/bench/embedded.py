"""The embedded model under a run, against its own server driven bare: `python tests/bench/embedded.py [--pairs 3]`.

Eight trials in flight, each a chain of seats that wait for one another, against the very same requests sent by eight
bare aiohttp clients, each taking the next as soon as it has its answer: the server never waits for a trial there. Each
side has a server of its own, just started and warm by one request, of as many slots. The two take turns, for the
machine is noisy, and what the sampler says differs from time to time, so tokens a second are compared and not seconds.
Exits with 1 if the median of the pairs is under 85%.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from chains.experiments.experiment import Experiment
from chains.experiments.overrides import override
from chains.models.dialect import Quirks
from chains.models.embedded import _Child, fit
from chains.models.model_files import model_file
from chains.models.pool import Models
from chains.models.provider import Message, Request
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.runner import drive
from chains.running.token_estimate import longest_prompt

BAR = 0.85
AT_ONCE = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--depth", type=int, default=3)
    arguments = parser.parse_args()
    settings = [f"worlds={arguments.trials}", f"depth={arguments.depth}", "facts=6", "prompt=plain"]
    settings += ["models.smollm2.model=smollm2", f"models.smollm2.in_flight={AT_ONCE}"]
    record = prepare(override(Experiment(), settings), "bench")
    shares = []
    for number in range(arguments.pairs):
        with tempfile.TemporaryDirectory() as folder:
            ours, steps = asyncio.run(under_a_run(record, Path(folder)))
        bare = asyncio.run(driven_bare(record, steps))
        shares.append(ours.generated / bare.generated)
        sys.stdout.write(f"pair {number + 1}: run {ours}; bare {bare}; {shares[-1]:.0%} of the generated\n")
        sys.stdout.flush()
    median = statistics.median(shares)
    sys.stdout.write(f"median of {len(shares)} pairs: {median:.0%} (bar {BAR:.0%})\n")
    sys.exit(0 if median >= BAR else 1)


class Rate:
    """Tokens a second."""

    def __init__(self, usages, seconds):
        self.seconds = seconds
        self.generated = sum(completion for _, completion in usages) / seconds
        self.all = sum(map(sum, usages)) / seconds

    def __str__(self):
        return f"{self.generated:.1f} tokens/s generated, {self.all:.0f} with prompts, {self.seconds:.0f} s"


async def under_a_run(record, folder):
    """Drive the trials; return the rate, and the steps."""
    with Log(folder, write=True) as log:
        async with Models(record.experiment.models, longest_prompt=longest_prompt(record)) as models:
            provider = models.provider("smollm2")
            hello = Message(role="user", content="Say that you are ready.")
            await provider.reply(Request(model="smollm2", messages=(hello,), settings={"max_tokens": 4}))
            began = time.perf_counter()
            await drive(record, log, {"smollm2": provider}, most_at_once=AT_ONCE)
            seconds = time.perf_counter() - began
        steps = list(log.steps())
    assert all(step.tries == 1 for step in steps)
    return Rate([(step.reply.usage.prompt, step.reply.usage.completion) for step in steps], seconds), steps


async def driven_bare(record, steps):
    """Send the same bodies to a server of its own, eight at a time; return the rate."""
    source = record.models["smollm2"]
    child = _Child(model_file(source), source.label, fit(source, longest_prompt=longest_prompt(record)))
    url = await asyncio.to_thread(child.address)
    bodies = iter([Quirks().body(source.label, step.request.messages, step.request.settings) for step in steps])
    headers = {"Authorization": f"Bearer {child.key}"}
    usages = []

    async def ask(session, body):
        async with session.post(f"{url}/v1/chat/completions", json=body) as answer:
            usage = (await answer.json())["usage"]
            return usage["prompt_tokens"], usage["completion_tokens"]

    async def client(session):
        usages.extend([await ask(session, body) for body in bodies])  # one iterator, shared

    try:
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=None)) as session:
            hello = {"role": "user", "content": "Say that you are ready."}
            await ask(session, {"model": source.label, "messages": [hello], "max_tokens": 4})
            began = time.perf_counter()
            await asyncio.gather(*(client(session) for _ in range(AT_ONCE)))
            seconds = time.perf_counter() - began
    finally:
        child.kill()
    return Rate(usages, seconds)


if __name__ == "__main__":
    main()
