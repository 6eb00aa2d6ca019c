"""The results of a run: how its trials ended, and the fates by hop and condition."""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from chains.analysis.registered.confirmatory import Look, Standing, standing
from chains.analysis.results.by_round import Round, round_rows, rounds_of
from chains.analysis.results.certainty import CertaintyPath, CertaintyRow, certainty_paths, certainty_rows
from chains.analysis.results.charter import Told, clause_rows, deed_rows, told_of
from chains.analysis.results.claims import Claims, claim_rows, claims_in
from chains.analysis.results.finished import Tell, silent, telling
from chains.analysis.results.gaps import GapPath, GapRow, gap_path, gap_rows
from chains.analysis.results.grades import GradedPath, GradedRow, graded_path, graded_rows
from chains.analysis.results.luck import LuckRow, luck_rows, met_in
from chains.analysis.results.patterns import PatternRow, PatternSeen, pattern_rows, pattern_seen
from chains.analysis.results.pools import Scored, by_drafts, pool_rows, pool_seen
from chains.analysis.results.practices import Worked, days_in, practice_rows, worked
from chains.analysis.results.regret import Priced, down_rows, priced, regret_rows
from chains.analysis.results.status import StatusPath, StatusRow, status_path, status_rows
from chains.analysis.results.stops import stop_rows
from chains.analysis.results.traits import TraitRow, generations_of, trait_rows
from chains.experiments.experiment import Condition, TrialId
from chains.fates import SILENT
from chains.running.log.index import Taken
from chains.running.log.log import Log
from chains.running.log.records import RoundEnd, TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.running.spending import cost
from chains.scoring.measures.fate_shares import HopShares, PackedShares, mean_shares, shares_by_hop, shares_of
from chains.scoring.measures.generations import Generation
from chains.scoring.measures.luck import Met
from chains.stats.fit.lazy_intervals import mean_interval
from chains.stats.paired.ceiling_and_floor import AtLimit, at_limit
from chains.stats.paired.shares import FEWEST_WORLDS, share_by_world
from chains.worlds.world import unverified_notes


class Results(NamedTuple):
    """How the trials of a run ended, and what was read in them."""

    record: RunRecord
    trials: int
    finished: int
    failed: int
    waiting: int
    calls: int
    """Requests sent for the replies that are logged."""
    tokens: int
    cost: float | None
    """What the calls cost, in the currency of the models' prices; None if a price is not known."""
    unrated: int
    """Reports in finished trials whose ratings can't be read, so that of several drafts a random one went on."""
    noted: int
    """Replies that carry a note on how they were obtained."""
    reused: Mapping[str, int]
    """Replies that were taken from other runs, by the run's id; nothing was spent on them."""
    asked: int
    """Replies that a model or a person was asked for."""
    by_trial: Mapping[TrialId, Mapping[int, HopShares]]
    """For each finished trial, the shares at each hop."""
    silent: frozenset[TrialId]
    """Finished trials in which a seat gave no report: refused, filtered or empty."""
    errors: Mapping[str, int]
    """What failed trials said, with how many said so."""
    standing: Standing
    """Whether the run is confirmatory."""
    decided: Sequence[Priced] = ()
    """Finished trials of the whole loop."""
    met: Mapping[TrialId, tuple[Round, ...]] = {}
    """Finished trials of several rounds, round by round."""
    lucky: Mapping[TrialId, tuple[Met, ...]] = {}
    """The rounds of finished trials of several in which something was decided."""
    worked: Mapping[TrialId, Worked] = {}
    """What is kept of finished trials in whose rounds work was scored."""
    members: Mapping[TrialId, tuple[Generation, ...]] = {}
    """Who sat where in each round of finished trials whose members have traits."""
    told: Sequence[StatusPath] = ()
    """Finished trials in which a status was reported."""
    seen: Sequence[PatternSeen] = ()
    """Finished trials of worlds in which facts have a cause in common."""
    on_scale: Sequence[GradedPath] = ()
    """Finished trials of worlds with graded facts."""
    missing: Sequence[GapPath] = ()
    """Finished trials of worlds in which something could not be found out."""
    known: Sequence[CertaintyPath] = ()
    """Facts of finished trials on their way up, in worlds in which some carry a hedge or a source."""
    tops: Mapping[TrialId, HopShares] = {}
    """For each finished trial in which more than the last reports reached the executive, the shares in all of it."""
    taken: Mapping[TrialId, Taken] = {}
    """What each finished trial takes, in calls and tokens."""
    claims: Claims = Counter()  # noqa: RUF012  not written to
    """What the rules read of claims in finished trials."""
    ordered: Sequence[Told] = ()
    """Finished trials in which an order went down alone."""
    candidates: Mapping[TrialId, Scored] = {}
    """How candidates were written about and scored, in each finished trial that has any."""

    def of(self, condition: Condition, *, silent: bool = True) -> list[Mapping[int, HopShares]]:
        """Return the shares of a condition's finished trials, those with a silent seat among them or not."""
        return [
            shares
            for trial, shares in self.by_trial.items()
            if trial.condition == condition.id and (silent or trial not in self.silent)
        ]

    def by_hop(self, *, silent: bool = True) -> list[dict[str, Any]]:
        """Return a row for each condition and hop: the mean over the condition's finished trials.

        Args:
            silent: Whether trials count in which a seat gave no report.
        """
        rows = []
        for condition in self.record.conditions:
            trials = self.of(condition, silent=silent)
            for hop, shares in mean_shares(trials).items():
                rows.append(
                    {
                        "hop": hop,
                        "condition": condition.name,
                        "factors": dict(condition.factors),
                        "trials": len(trials),
                        **{name: round(value, 6) for name, value in shares._asdict().items()},
                    }
                )
        return rows

    def summary(self) -> list[dict[str, Any]]:
        """Return a row for each condition: what the executive hears; the condition that keeps most comes first."""
        rows = []
        for condition in self.record.conditions:
            kept: dict[Hashable, list[float]] = {}
            heard: list[HopShares] = []
            calls = []
            for trial, shares in self.by_trial.items():
                if trial.condition != condition.id or not shares:
                    continue
                last = self.tops.get(trial, shares[max(shares)])
                heard.append(last)
                if not math.isnan(last.kept):  # nothing could be read
                    kept.setdefault(trial.seed, []).append(last.kept)
                calls.append(self.taken[trial].calls)
            if not kept:
                continue
            row = {"id": condition.id, "condition": condition.name, "factors": dict(condition.factors)}
            figures = {
                "distorted": fmean(one.altered + one.inverted for one in heard if not math.isnan(one.kept)),
                "unfounded": fmean(one.unfounded for one in heard),
                "words": fmean(one.words for one in heard),
                "calls": fmean(calls),
            }
            share = share_by_world(kept).document() or {}
            # a share of many facts differs less from world to world than a yes or no, for which the other interval is
            means = [(world, fmean(values)) for world, values in kept.items()]
            if len(means) >= FEWEST_WORLDS and (ends := mean_interval(means)):
                share["ci"] = [round(end, 6) for end in ends]
            rows.append(row | {"kept": share} | {name: round(value, 6) for name, value in figures.items()})
        return sorted(rows, key=lambda row: -row["kept"]["share"])

    def limits(self) -> list[tuple[str, AtLimit | None]]:
        """Return for each condition whether what the executive hears lies at ceiling or floor.

        Of conditions that differ in depth alone only the deepest counts: at the end of the longest chain there is most
        to be lost. One without a finished trial, or in which no fact climbs, is left out.
        """
        deepest: dict[Hashable, tuple[int, str, dict[Hashable, list[float]]]] = {}
        for condition in self.record.conditions:
            kept: dict[Hashable, list[float]] = {}
            hops = 0
            for trial, shares in self.by_trial.items():
                if trial.condition == condition.id and shares:
                    hops = max(hops, *shares)
                    if not math.isnan(share := self.tops.get(trial, shares[max(shares)]).kept):
                        kept.setdefault(trial.seed, []).append(share)
            others = frozenset((key, value) for key, value in condition.factors.items() if key != "depth")
            if kept and hops > deepest.get(others, (0,))[0]:
                deepest[others] = hops, condition.name, kept
        return [(name, at_limit(share_by_world(kept), hops)) for hops, name, kept in deepest.values()]

    def at_the_top(self, *, silent: bool = True) -> list[dict[str, Any]]:
        """Return a row for each condition in which more than the last reports reaches the executive.

        Args:
            silent: Whether trials count in which a seat gave no report.
        """
        rows = []
        for condition in self.record.conditions:
            mine = [
                {0: shares}
                for trial, shares in self.tops.items()
                if trial.condition == condition.id and (silent or trial not in self.silent)
            ]
            for shares in mean_shares(mine).values():
                plain = {name: round(value, 6) for name, value in shares._asdict().items()}
                rows.append({"hop": "all", "condition": condition.name, "trials": len(mine), **plain})
        return rows

    def costs(self) -> list[dict[str, Any]]:
        """Return a row for each condition: what a finished trial takes on average, in calls and tokens."""
        rows = []
        for condition in self.record.conditions:
            if mine := [taken for trial, taken in self.taken.items() if trial.condition == condition.id]:
                calls, tokens = (sum(column) / len(mine) for column in zip(*mine, strict=True))
                row = {"condition": condition.name, "factors": dict(condition.factors), "trials": len(mine)}
                rows.append(row | {"calls": round(calls, 6), "tokens": round(tokens, 6)})
        return rows

    def regret(self) -> list[dict[str, Any]]:
        """Return a row for each condition that decides: what was lost, and to what."""
        return regret_rows(self.record.conditions, self.decided)

    def rounds(self) -> list[dict[str, Any]]:
        """Return a row for each condition and round; none where trials have a single one."""
        return list(round_rows(self.record.conditions, self.met))

    def luck(self) -> list[LuckRow]:
        """Return a row for each condition in whose rounds something is decided: what past success does to it."""
        return luck_rows(self.record, self.lucky)

    def practices(self) -> list[dict[str, Any]]:
        """Return a row for each condition in whose rounds work is scored: output, scores, practices."""
        return practice_rows(self.record, self.worked)

    def traits(self) -> list[TraitRow]:
        """Return a row for each condition whose members have traits: where those are, and what moves them."""
        return trait_rows(self.record, self.members)

    def patterns(self) -> list[PatternRow]:
        """Return a row for each condition whose worlds have patterns: what of them reaches the executive."""
        return pattern_rows(self.record, self.seen)

    def grades(self, *, estimates: bool = True) -> list[GradedRow]:
        """Return a row for each condition and hop: what is told of the graded facts; see `graded_rows`."""
        return graded_rows(self.record, self.on_scale, estimates=estimates)

    def gaps(self) -> list[GapRow]:
        """Return a row for each condition and hop: what became of what could not be found out; none without any."""
        return list(gap_rows(self.record, self.missing))

    def certainty(self) -> list[CertaintyRow]:
        """Return a row for each condition, hop and valence: what became of hedges and sources; none without any."""
        return list(certainty_rows(self.record, self.known))

    def status(self) -> list[StatusRow]:
        """Return a row for each condition and hop: the status told, by the true one."""
        return status_rows(self.record, self.told)

    def down(self) -> list[dict[str, Any]]:
        """Return a row for each condition and hop down: what became of the charter's clauses."""
        return down_rows(self.record.conditions, self.decided)

    def stops(self) -> list[dict[str, Any]]:
        """Return a row for each condition: who stopped the work; none where nobody could."""
        return stop_rows(self.record.conditions, self.decided)

    def pauses(self) -> list[dict[str, Any]]:
        """Return a row for each condition that decides: who held back, where it was right and where it was not."""
        from chains.analysis.results.pauses import pause_rows  # noqa: PLC0415  scipy takes 30 MB and most runs decide nothing

        return pause_rows(self.record.conditions, self.decided)

    def charter(self) -> list[dict[str, Any]]:
        """Return a row for each condition, hop down and clause, where an order went down alone: what became of it."""
        return clause_rows(self.record.conditions, self.ordered)

    def deeds(self) -> list[dict[str, Any]]:
        """Return a row for each condition in which an order went down alone: what reached workers, what they did."""
        return deed_rows(self.record.conditions, self.ordered)

    def pools(self) -> list[dict[str, Any]]:
        """Return a row for each condition with candidates: how their scores follow their worth."""
        return pool_rows(self.record.conditions, self.candidates)

    def by_drafts(self) -> list[dict[str, Any]]:
        """Return a row for each set of conditions that differ in the number of drafts alone: how the gap grows."""
        return by_drafts(self.record.conditions, self.candidates)

    def document(self) -> dict[str, Any]:
        """Return everything as one JSON document."""
        return {
            "run": self.record.id,
            "experiment": self.record.experiment.name,
            "question": self.record.experiment.question,
            "trials": self.trials,
            "finished": self.finished,
            "failed": self.failed,
            "waiting": self.waiting,
            "calls": self.calls,
            "tokens": self.tokens,
            "cost": self.cost,
            "noted": self.noted,
            "unrated": self.unrated,
            **self._taken_from_others(),
            "summary": self.summary(),
            "limits": [{"condition": name, **one.document()} for name, one in self.limits() if one is not None],
            "by_condition": self.costs(),
            "by_hop": self.by_hop(),
            **({"at_the_top": self.at_the_top()} if self.tops else {}),
            **({"silent": len(self.silent), "by_hop_without_silent": self.by_hop(silent=False)} if self.silent else {}),
            **({"regret": self.regret(), "down_by_hop": self.down(), "pauses": self.pauses()} if self.decided else {}),
            **({"by_round": self.rounds()} if self.met else {}),
            **({"luck": [row.document() for row in lucky]} if (lucky := self.luck()) else {}),
            **({"practices": self.practices()} if self.worked else {}),
            **({"traits": [row.document() for row in traits]} if (traits := self.traits()) else {}),
            **({"status": [row.document() for row in self.status()]} if self.told else {}),
            **({"grades": [row.document() for row in self.grades()]} if self.on_scale else {}),
            **({"patterns": [row.document() for row in self.patterns()]} if self.seen else {}),
            **({"gaps": [row.document() for row in self.gaps()]} if self.missing else {}),
            **({"certainty": [row.document() for row in self.certainty()]} if self.known else {}),
            **({"stops": rows} if (rows := self.stops()) else {}),
            **({"charter_by_hop": self.charter(), "deeds": self.deeds()} if self.ordered else {}),
            **({"claims": claim_rows(self.record.conditions, self.claims)} if self.claims else {}),
            **({"documents": self.record.documents.model_dump(mode="json")} if self.record.documents else {}),
            **({"candidates": self.pools(), "by_drafts": self.by_drafts()} if self.candidates else {}),
            "errors": dict(self.errors),
            "unverified": unverified_notes(self.record.worlds.values()),
            "standing": self.standing.document(),
        }

    def _taken_from_others(self) -> dict[str, Any]:
        """Return the replies that came from other runs; for a fork, what it was made of too."""
        fork = self.record.forked
        if fork is None:
            return {"reused": dict(self.reused)}
        return {
            "parent": fork.run,
            "changed": {"at": fork.at, "settings": list(fork.settings), "messages": fork.said},
            "asked": self.asked,
            "reused": sum(self.reused.values()),
        }


class _OnTheWayUp(NamedTuple):
    """What is told of things that only some worlds have, by the fields of `Results`."""

    told: list[StatusPath]
    seen: list[PatternSeen]
    on_scale: list[GradedPath]
    known: list[CertaintyPath]
    missing: list[GapPath]

    def take(self, casts: Casts, trial: TrialId, end: TrialEnd) -> None:
        """Add what a finished trial tells."""
        self.told.extend(status_path(casts, trial, end))
        self.seen.extend(pattern_seen(casts, trial, end))
        self.on_scale.extend(graded_path(casts, trial, end))
        self.known.extend(certainty_paths(casts, trial, end))
        self.missing.extend(gap_path(casts, trial, end))


class _OverRounds(NamedTuple):
    """What is kept of trials of several rounds, by the fields of `Results`."""

    met: dict[TrialId, tuple[Round, ...]]
    lucky: dict[TrialId, tuple[Met, ...]]
    worked: dict[TrialId, Worked]

    def take(self, casts: Casts, trial: TrialId, rounds: Sequence[RoundEnd]) -> None:
        """Add the rounds of a finished trial."""
        if not rounds:
            return
        self.met[trial] = rounds_of(casts, trial, rounds)
        self.lucky[trial] = met_in(casts, trial, rounds)
        if days := days_in(casts, trial, rounds):
            self.worked[trial] = worked(days)


def results(record: RunRecord, log: Log, tell: Tell = silent) -> Results:
    """Read a run's results from the ends of its trials; messages are not read again.

    Args:
        record: The run.
        log: Its log.
        tell: Told how far it is.
    """
    casts = Casts(record)
    # One end at a time: the readings of twenty thousand trials would take more memory than driving them did.
    looks: list[Look] = []
    errors: Counter[str] = Counter()
    by_trial: dict[TrialId, Mapping[int, HopShares]] = {}
    silent: set[TrialId] = set()
    decided: dict[TrialId, TrialEnd] = {}
    up = _OnTheWayUp([], [], [], [], [])
    over = _OverRounds({}, {}, {})
    members: dict[TrialId, tuple[Generation, ...]] = {}
    tops: dict[TrialId, HopShares] = {}
    taken: dict[TrialId, Taken] = {}
    ordered: dict[TrialId, TrialEnd] = {}
    claims: Claims = Counter()
    candidates: dict[TrialId, Scored] = {}
    trials = unrated = 0
    for trial in telling(record.trials(), sum(1 for _ in record.trials()), tell):
        trials += 1
        end = log.end(str(trial))
        if end is None:
            continue
        looks.append(Look(end.status, end.instrument))
        if end.status == "failed":
            errors[_sentence(end)] += 1
        if end.status != "finished":
            continue
        unrated += end.unrated
        depth = casts.hierarchy(trial.condition).depth
        by_trial[trial] = PackedShares(shares_by_hop(end.readings.values(), depth))
        claims.update(claims_in(trial.condition, end.readings.values() if log.reader is None else (), depth))
        taken[trial] = log.index.taken(str(trial))
        if end.top is not None:
            tops[trial] = shares_of([end.top])
        if _has_silence(end):
            silent.add(trial)
        up.take(casts, trial, end)
        over.take(casts, trial, end.rounds)
        members[trial] = generations_of(casts, trial, end)
        if end.outcome is not None:
            decided[trial] = end
        candidates |= pool_seen(casts, trial, end)
        if end.deeds is not None:
            ordered[trial] = end
    status = Counter(look.status for look in looks)
    return Results(
        record=record,
        trials=trials,
        finished=status["finished"],
        failed=status["failed"],
        waiting=status["waiting"],
        calls=log.index.calls,
        tokens=log.index.tokens,
        cost=cost(record.models.values(), log.index.spent),
        unrated=unrated,
        noted=log.index.noted,
        reused=dict(log.index.reused),
        asked=len(log.index.places) - sum(log.index.reused.values()) - _put(record, log),
        by_trial=by_trial,
        silent=frozenset(silent),
        errors=errors,
        standing=standing(record, log, looks),
        decided=priced(record, decided),
        **up._asdict(),
        **over._asdict(),
        members=members,
        tops=tops,
        taken=taken,
        claims=claims,
        ordered=told_of(record, ordered),
        candidates=candidates,
    )


def _put(record: RunRecord, log: Log) -> int:
    """Return how many messages of a fork were put in place of replies."""
    fork = record.forked
    if fork is None or not fork.said:
        return 0
    started = (one for one in record.trials() if str(one) in log.index.started)
    return sum(len(fork.said.get(str(fork.origin(one)[0]), {})) for one in started)


def _sentence(end: TrialEnd) -> str:
    return end.error or "no reason was logged"


def _has_silence(end: TrialEnd) -> bool:
    return any(reading.finish in SILENT for reading in end.readings.values())
