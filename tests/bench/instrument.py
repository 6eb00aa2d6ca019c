"""What reading messages costs: run it with `python tests/bench/instrument.py [--json] [--profile]`; pytest does not
collect it.

The instrument judges (statement, message) pairs on one core, in three corpora:

    sample    what a real model wrote in runs/sample, each different message once
    channel   what the synthetic channel wrote in chains of eight managers, losing by every cause, each message once
    prose     the channel's messages run on in paragraphs, as a fluent model writes, each message once

Nothing is read twice and every cache is emptied before each round, so that a figure is what a new message costs; lines
that are passed on come again in the next message, as they do in a chain. A world's statements are compiled before the
clock starts; what that costs is a figure of its own, and so is all that is read in a message: besides the verdicts,
what it invents, what the ledger does not support, and whether it is a report at all. The bar, 10,000 pairs in under
5 s, is held against each corpus; a figure is the median of the rounds, in seconds of processor time. Exit 1 if the bar
is missed.

The two digests are hashes of every verdict with its evidence and reason, and of all else that is read: a speed-up must
leave them as they are.
"""

import argparse
import cProfile
import gc
import hashlib
import json
import pstats
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

from chains.models.channel.channel import Channel, parse_channel
from chains.models.provider import Occasion
from chains.running.log.log import Log
from chains.running.record_file import read_record
from chains.scoring.facts.degenerate import degenerate
from chains.scoring.facts.instrument import INSTRUMENT, Instrument
from chains.scoring.facts.inventions import invented, unfounded
from chains.worlds.scenario_registry import world_for

SAMPLE = Path(__file__).parent.parent.parent / "runs" / "sample"
BAR = 5.0
"""Seconds for 10,000 pairs."""
RATES = "drop=0.03,blur=0.04,alter=0.03,flip=0.03,invent=0.2"
FACTS, MANAGERS, WORLDS = 12, 8, 100


def sample():
    """Return each world's facts with the different messages that were written about them."""
    record = read_record(SAMPLE)
    said = {}
    with Log(SAMPLE) as log:
        for step in log.steps():
            condition, world, _ = step.trial.split(".")
            said.setdefault(record.world_of[f"{condition}.{world}"], {})[step.reply.text] = None
    return [(record.worlds[digest].facts, list(messages)) for digest, messages in said.items()]


def channel():
    """Return the same for messages of the synthetic channel."""
    out = []
    speaker = Channel(parse_channel(RATES))
    for seed in range(WORLDS):
        world = world_for("watermelon", seed, FACTS)
        heard, messages = tuple(fact.render(fact.templates[0]) for fact in world.facts), {}
        for hop in range(1, MANAGERS + 2):
            occasion = Occasion(
                world=world, replicate=1, seat=f"L{hop}", role="manager", hop=hop, depth=MANAGERS + 1, heard=heard
            )
            text = "\n".join(f"- {line}" for line in speaker.relayed(occasion))
            messages[text] = None
            heard = (text,)
        out.append((world.facts, list(messages)))
    return out


def prose(corpus):
    """Return a corpus of lists as running text, three sentences to a paragraph."""
    joints = ("", "Moreover, ", "At the same time ")
    out = []
    for facts, messages in corpus:
        told = []
        for message in messages:
            lines = [line.removeprefix("- ") for line in message.splitlines()]
            parts = [" ".join(joints[i % 3] + line for i, line in enumerate(lines[at : at + 3]))
                     for at in range(0, len(lines), 3)]  # fmt: skip
            told.append("Here is where we stand.\n\n" + "\n\n".join(parts))
        out.append((facts, told))
    return out


def forget():
    """Empty every cache of the instrument."""
    for name, module in list(sys.modules.items()):
        if name.startswith("chains.drift"):
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()


def compiled(corpus):
    """Return an instrument for each world, and the seconds that making one takes."""
    forget()
    began = time.process_time()
    made = [(Instrument(facts), messages) for facts, messages in corpus]
    return made, (time.process_time() - began) / len(corpus)


def read_whole(corpus):
    """Read all that a run reads in a message; return the seconds of it, and the hash of what the verdicts lack."""
    made, _ = compiled(corpus)
    forget()
    gc.collect()
    found = []
    began = time.process_time()
    for instrument, messages in made:
        for before, message in pairwise([messages[0], *messages]):
            instrument.read(message)
            new, carried = invented(message, ["News", before], instrument), unfounded(message, instrument, "News")
            found.append((new, carried, degenerate(message)))
    seconds = time.process_time() - began
    return seconds, hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def read(corpus, profile=None):
    """Judge every pair; return how many, the seconds of it, and the hash of the verdicts."""
    made, compiling = compiled(corpus)
    forget()
    gc.collect()
    pairs, verdicts = 0, []
    began = time.process_time()
    if profile is not None:
        profile.enable()
    for instrument, messages in made:
        for message in messages:
            found = instrument.read(message)
            pairs += len(found)
            verdicts.append(found)
    if profile is not None:
        profile.disable()
    seconds = time.process_time() - began
    text = "\n".join(one.model_dump_json() for found in verdicts for one in found.values())
    return pairs, seconds, compiling, hashlib.sha256(text.encode()).hexdigest()[:16]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--profile", action="store_true", help="show where the time goes in `prose`, and no figures")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    listed = channel()
    corpora = {"sample": sample(), "channel": listed, "prose": prose(listed)}
    if arguments.profile:
        profile = cProfile.Profile()
        read(corpora["prose"], profile)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        return 0
    rows = {}
    for name, corpus in corpora.items():
        rounds = [read(corpus) for _ in range(arguments.rounds)]
        pairs = rounds[0][0]
        seconds = statistics.median(one[1] for one in rounds)
        whole = [read_whole(corpus) for _ in range(arguments.rounds)]
        count = sum(len(messages) for _, messages in corpus)
        rows[name] = {
            "messages": count,
            "pairs": pairs,
            "seconds_per_10000": 10_000 * seconds / pairs,
            "pairs_per_second": pairs / seconds,
            "compile_ms_a_world": 1000 * statistics.median(one[2] for one in rounds),
            "whole_ms_a_message": 1000 * statistics.median(one[0] for one in whole) / count,
            "digest": rounds[0][3],
            "whole_digest": whole[0][1],
        }
    met = all(row["seconds_per_10000"] < BAR for row in rows.values())
    if arguments.json:
        sys.stdout.write(
            json.dumps({"instrument": INSTRUMENT, "bar": BAR, "met": met, "corpora": rows}, indent=2) + "\n"
        )
    else:
        for name, row in rows.items():
            said = f"{row['seconds_per_10000']:5.2f} s for 10,000  ({row['pairs_per_second']:.0f} a second)"
            made = f"{row['compile_ms_a_world']:.1f} ms to compile a world"
            whole = f"{row['whole_ms_a_message']:.2f} ms a message in all"
            sys.stdout.write(f"{name:8} {row['messages']:5} messages {row['pairs']:6} pairs  {said}  {made}  {whole}\n")
            sys.stdout.write(f"{'':8} verdicts {row['digest']}  all else {row['whole_digest']}\n")
        sys.stdout.write(f"{INSTRUMENT}: 10,000 pairs in under {BAR:g} s: {'met' if met else 'missed'}\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
