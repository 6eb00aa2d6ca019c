"""What remedies and their placebos do on the channel, in 200 worlds: python tests/bench/planted_remedies.py [WORLDS].

Three claims, each printed with its figures; exit 1 if one fails. Pytest does not collect this file.

    placebo     under every placebo the differences in retention and in distortion from no remedy, at the
                end of the chain, has an interval over worlds that holds 0
    auditor     where every report is audited and sent back, retention is 1 in every trial
    saboteur    a manager that drops every bad fact, others losing a tenth of all facts, is the seat of which the
                auditors find most bad news missing, and the worst hop of the profiler, in 95% of worlds
"""

import argparse
import statistics
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from remedied import trials

from chains.analysis.results.profiler import passages
from chains.organisation.remedies.audit import shown_to, standing

LOSSY = "channel:drop=0.1,alter=0.03,flip=0.03,blur=0.03"
REMEDIES = (
    "audit:rate=1,then=flag", "audit:rate=1,then=send_back", "audit:rate=1,then=escalate",
    "audit:rate=0.5,announced=true,watchers=2", "skip:n=2", "skip:n=2,by=targeted", "skip:n=2,by=severity",
    "skip:by=broadcast", "memory", "provenance", "provenance:show=lines", "verbatim",
)  # fmt: skip
RATES = (1, 0.5, 0.25)
"""Shares of the reports that are audited where the saboteur is looked for."""
REPLICATES = 3
DEPTH, SABOTEUR = 5, "L3"
BAR = 0.95


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def interval(values):
    """Return the mean over worlds and its 95% interval (normal)."""
    mean = statistics.fmean(values)
    half = 1.96 * statistics.stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return mean, mean - half, mean + half


def tokens(found):
    return statistics.fmean(
        sum(reply.usage.prompt + reply.usage.completion for reply in trial.replies.values()) for trial in found
    )


def calls(found):
    return statistics.fmean(len(trial.requests) for trial in found)


def remedies_and_placebos(worlds):
    """Print every remedy and its placebo against no remedy; return whether all placebos do nothing."""
    fine = True
    say(f"{worlds} worlds, depth 4, 8 facts, {LOSSY}")
    say(f"{'':58} retention          b - a (95% interval)   distortion  calls  tokens")
    shams = {remedy: f"{remedy}{',' if ':' in remedy else ':'}placebo=true" for remedy in REMEDIES}
    found = trials(["none", *REMEDIES, *shams.values()], worlds=worlds, read="last", model=LOSSY, depth=4)
    say(
        f"{'none':58} {statistics.fmean(t.retention for t in found['none']):.3f}{'':38}"
        f"{calls(found['none']):5.1f}  {tokens(found['none']):6.0f}"
    )
    for remedy, sham in shams.items():
        for name in (remedy, sham):
            gained = [a.retention - b.retention for a, b in zip(found[name], found["none"], strict=True)]
            spoilt = [
                a.heard.share("AI") - b.heard.share("AI") for a, b in zip(found[name], found["none"], strict=True)
            ]
            mean, low, high = interval(gained)
            bent, from_, to = interval(spoilt)
            say(
                f"{name:58} {statistics.fmean(t.retention for t in found[name]):.3f}   {mean:+.3f} "
                f"({low:+.3f} to {high:+.3f})   {bent:+.3f}   {calls(found[name]):5.1f}  {tokens(found[name]):6.0f}"
            )
            if name == sham:
                fine &= low <= 0 <= high and from_ <= 0 <= to
            elif "then=send_back" in name:
                whole = all(trial.retention == 1 for trial in found[name])
                say(f"{'':58} retention is 1 in every trial: {whole}")
                fine &= whole
    return fine


def bad_missing(trial):
    """Return for each audited seat how many bad facts its auditor found missing, by the lines that it named."""
    notes = {
        line.removeprefix("- "): trial.cast.world.fact(fact)
        for worker in trial.cast.dealt
        for fact, line in zip(trial.cast.dealt[worker], trial.cast.notes(worker).splitlines(), strict=True)
    }
    wordings = {fact.render(at): fact for fact in notes.values() for at in range(len(fact.templates))}
    found = Counter()
    for turn in trial.cast.plan.turns:
        if turn.task == "audit" and trial.said[turn.name] is not None:
            stands = standing(trial.cast, turn, trial.said, whole=True)
            lines = stands.lines("missing", shown_to(trial.cast, turn.about, trial.said))
            found[turn.about] += sum(wordings[line].valence == "bad" for line in lines if line in wordings)
    return found


def worst_hop(found):
    """Return the hop at which most facts of some trials are first lost; None if several tie."""
    damage = Counter()
    for trial in found:
        for passage in passages(trial.cast.world.facts, trial.cast.hierarchy, trial.readings):
            damage[passage.hop] += passage.first
    return only_top(damage)


def only_top(counts):
    (first, most), *others = counts.most_common(2) or [(None, 0)]
    return first if most and not (others and others[0][1] == most) else None


def saboteur(worlds):
    """Print in how many worlds the saboteur is found; return whether the bar is met."""
    settings = {"model": "channel:drop=0.1", f"model__{SABOTEUR}": "channel:drop=0.1,bad_drop=1", "facts": 12}
    rates = {rate: f"audit:rate={rate},placebo=true" for rate in RATES}  # they look, and change nothing
    size = {"worlds": worlds, "replicates": REPLICATES, "depth": DEPTH}
    found = trials([rates[1]], **size, **settings) | trials(
        [rates[r] for r in RATES[1:]], read="none", **size, **settings
    )
    hop = DEPTH - int(SABOTEUR[1:]) + 1
    say(f"\n{worlds} worlds, {REPLICATES} replicates, depth {DEPTH}, 12 facts; all drop a tenth of what they hear,")
    say(f"and {SABOTEUR} (hop {hop}) every bad fact")
    fine = True
    for rate, remedy in rates.items():
        right = audited = 0
        for seed in range(1, worlds + 1):
            mine = [trial for trial in found[remedy] if trial.name.seed == seed]
            counts = sum((bad_missing(trial) for trial in mine), Counter())
            right += only_top(counts) == SABOTEUR
            audited += any(f"auditor/audit {SABOTEUR}" in t.said and t.said[f"auditor/audit {SABOTEUR}"] for t in mine)
        say(
            f"auditors, rate {rate:<5} right in {right} of {worlds} worlds ({right / worlds:.1%}); "
            f"of the {audited} in which one of the saboteur's reports was audited {right / max(audited, 1):.1%}"
        )
        fine &= rate < 1 or right / worlds >= BAR
    right = sum(
        worst_hop([trial for trial in found[rates[1]] if trial.name.seed == seed]) == hop
        for seed in range(1, worlds + 1)
    )
    say(f"profiler              right in {right} of {worlds} worlds ({right / worlds:.1%})")
    return fine and right / worlds >= BAR


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worlds", nargs="?", type=int, default=200)
    worlds = parser.parse_args().worlds
    fine = remedies_and_placebos(worlds) & saboteur(worlds)
    say("\nall as claimed" if fine else "\nNOT as claimed")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
