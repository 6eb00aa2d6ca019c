"""What workers got done in a round, and what they did in their reports to be scored higher."""

from statistics import fmean

from chains.organisation.cast import Cast, Habit
from chains.organisation.rounds import RoundResult
from chains.scoring.reading import Practised


def read_practised(cast: Cast, met: RoundResult) -> dict[str, Practised]:
    """Read the practices in each worker's report and post; nothing in a world where no work is scored.

    Args:
        cast: The round's cast.
        met: The round's result.
    """
    metric = cast.world.metric
    if metric is None:
        return {}
    found = {}
    for worker, facts in cast.dealt.items():
        outputs = [work.output for work in metric.works if set(work.facts) <= set(facts)]
        if outputs:
            habit = cast.habits.get(worker, Habit())
            found[worker] = Practised(
                output=fmean(outputs),
                used=metric.practised(met.reports.get(worker)),
                before=habit.used,
                read=habit.read,
                posted=metric.practised(met.posts.get(worker)),
            )
    return found
