"""What run.json says of a fork: which run it goes on from, from where, and what was changed.

A fork's trial is the parent's trial up to the change. It has the parent's world and deal of facts, and each turn
before the change has the parent's reply. From the change on, models are asked. Several continuations differ in the
numbers that stand for the replicate in sampling seeds and in a channel's draws.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from chains.errors import BadInput, nearest
from chains.experiments.experiment import TrialId
from chains.organisation.plan import Plan

APART = 1_000_000
"""Between the numbers that stand for the replicate in the draws of one continuation and of the next."""


class Fork(BaseModel):
    """That a run goes on from another one, with something changed; see `running.fork`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str
    """The parent: its id, or its path if it is elsewhere."""
    at: str = ""
    """Seats from which everything is asked again: a name, a role, a level as in `level.2`, `hop.3`, or `start`. Empty:
    whatever the parent was not asked in exactly the same words."""
    settings: tuple[str, ...] = ()
    """What was changed, as `--set` had it."""
    said: Mapping[str, Mapping[str, str]] = {}
    """Messages that were put in place of a turn's reply: by the parent's trial, then by turn."""
    conditions: Mapping[str, str]
    """The parent's condition behind each condition."""
    replicates: tuple[int, ...]
    """The parent's replicates; the run has all of them once for each continuation."""
    before: "Fork | None" = None
    """How the parent itself was made, if it is a fork."""

    def origin(self, trial: TrialId) -> tuple[TrialId, int]:
        """Return the parent's trial that a trial goes on from, and which of its continuations it is, from 1."""
        continuation, place = divmod(trial.replicate - 1, len(self.replicates))
        return TrialId(self.conditions[trial.condition], trial.seed, self.replicates[place]), continuation + 1

    def continued(self, parent: TrialId, number: int) -> TrialId:
        """Return the trial that is a continuation of the parent's trial: the inverse of `origin`."""
        condition = next(new for new, old in self.conditions.items() if old == parent.condition)
        place = self.replicates.index(parent.replicate) + (number - 1) * len(self.replicates)
        return TrialId(condition, parent.seed, place + 1)

    def draws(self, trial: TrialId, plan: Plan) -> tuple[int, dict[str, int]]:
        """Return the replicate that a trial began as, and for each turn that is drawn otherwise the number to draw by.

        The first continuation draws by the parent's numbers, so that whatever the change leaves alone stays the same.
        """
        parent, continuation = self.origin(trial)
        first, draws = (parent.replicate, {}) if self.before is None else self.before.draws(parent, plan)
        if continuation > 1:
            more = (continuation - 1) * APART
            draws |= {turn: draws.get(turn, first) + more for turn in turns_from(self.at, plan)}
        return first, draws


def seats_at(at: str, plan: Plan) -> list[str]:
    """Return the seats that `at` names (see `Fork`); all for `start`.

    Raises:
        BadInput: If no seat has that name, role, level or hop.
    """
    kind, _, number = at.partition(".")
    found = [
        seat.name
        for seat in plan.seats
        if at in ("start", seat.name, seat.role)
        or (kind == "level" and str(seat.level) == number)
        or (kind == "hop" and str(plan.hierarchy.heights.get(seat.name)) == number)
    ]
    if not found:
        names = [*dict.fromkeys(name for seat in plan.seats for name in (seat.name, seat.role)), "start"]
        raise BadInput(
            f"the {plan.hierarchy.name} has no seat, role, level or hop {at!r}{nearest(at, names)}; levels are 0 to "
            f"{plan.hierarchy.depth}, and hop.1 is a worker's report"
        )
    return found


def turns_from(at: str, plan: Plan) -> frozenset[str]:
    """Return the turns of the seats that `at` names, and all that follow from them; none if it is empty.

    Raises:
        BadInput: As `seats_at`.
    """
    return frozenset(plan.by_name if at == "start" else plan.from_seats(seats_at(at, plan))) if at else frozenset()
