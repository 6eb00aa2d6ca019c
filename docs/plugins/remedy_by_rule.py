"""A remedy by rule in one file: the executive reads a carbon copy of what each worker reported.

MAZEDOM_PLUGINS=docs/plugins/remedy_by_rule.py \
    mazedom run --set remedy=none,carbon_copy --set model=channel:drop=0.2
"""

from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.task import Rule, Ruled, Said


@remedy
class CarbonCopy(Remedy):
    """Adds a turn for each worker, whose text is the worker's report; the executive reads them all."""

    about = "the executive reads a copy of every worker's report"
    place = 45  # after audits and what is attached to reports

    def at_the_top(self, draft: Draft) -> None:
        """Add the copies to what the executive reads; a placebo repeats as many reports that it reads anyway."""
        reports = list(draft.top)
        for number, worker in enumerate(draft.hierarchy.workers):
            copied = reports[number % len(reports)] if self.placebo else draft.sent[worker.name]
            turn = draft.add(worker, COPIED, [copied], by=self, heading=f"Carbon copy for you from {worker.name}:")
            draft.top.append(turn.name)


def copied(_cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the report that the turn hears."""
    return Ruled(said[turn.hears[0]] or NO_REPORT)


COPIED = Rule("copied", copied)
