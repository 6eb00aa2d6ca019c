"""Intervals for results that are shown at once: what they take is loaded only where there is one to be taken."""

from collections.abc import Hashable, Iterable


def mean_interval(values: Iterable[tuple[Hashable, float]], seed: int = 0) -> tuple[float, float] | None:
    """Return the 95% interval of a mean over trials, worlds resampled whole (`resampled.mean_interval`).

    Args:
        values: The world and the value of each trial.
        seed: Of the resampling.
    """
    from chains.stats.fit import world_bootstrap as resampled  # noqa: PLC0415  scipy takes 30 MB and a third of a second; most runs need none

    return resampled.mean_interval(values, seed)
