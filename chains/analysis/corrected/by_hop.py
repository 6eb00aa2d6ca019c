"""The instrument's error at first, middle and last hops, as an argument for the law of decay.

False loss that rises with the hop would forge a superlinear law, so no verdict
on the hop exponent is given before it is measured at all three.
"""

from pathlib import Path

from chains.analysis.corrected.correction import stale_reading
from chains.running.log.log import Log
from chains.running.run_record import RunRecord
from chains.stats.fit.misclassification import Errors
from chains.stats.measurement_error.correction import FEWEST, ErrorRates
from chains.validation.agreement import rates_in
from chains.validation.all_labels import gather_people
from chains.validation.labels import has_labels
from chains.validation.pairs import Pairs

MOST = 0.45
"""With a larger error the instrument is no better than chance, and the law can't correct for it."""


def errors_beside(record: RunRecord, log: Log, folder: Path) -> Errors | str | None:
    """Return the instrument's error by hop from the labels beside a run.

    Returns:
        The errors at the first hop, the middle ones (together, at their mean) and the last; a sentence if the
        labels are too few; None without labels.

    Raises:
        BadInput: If a label file can't be understood.
    """
    if not has_labels(folder):
        return None
    pairs = Pairs(record, log)
    if pairs.read_by:
        return stale_reading(pairs)
    truth = gather_people(pairs, folder).agreed()
    depth = max((pair.hop for pair in pairs.all), default=0)
    found: list[tuple[int, ErrorRates]] = []
    for name, hops in (("first", range(1, 2)), ("middle", range(2, depth)), ("last", range(max(depth, 2), depth + 1))):
        whole = [pair for pair in pairs.all if pair.hop in hops and pair.read]
        some = [pair for pair in whole if pair.id in truth]
        if not whole:
            continue
        rates = rates_in(whole, truth, {pair.id: pair.world for pair in some})
        if isinstance(rates, str):
            return (
                f"false loss is not measured at the {name} hop{'s' if name == 'middle' else ''}: {len(some)} pairs are "
                f"labelled there, and {FEWEST} that are kept and {FEWEST} that are lost are needed; label more with "
                "`mazedom agree`"
            )
        if 1 - min(rates.sensitivity, rates.specificity) > MOST:
            return f"the instrument errs as often as not at the {name} hop; nothing can be corrected"
        found.append((round(sum(pair.hop for pair in some) / len(some)), rates))
    if not found:
        return None
    return Errors(
        hops=tuple(hop for hop, _ in found),
        false_loss=tuple(1 - rates.specificity for _, rates in found),
        false_alive=tuple(1 - rates.sensitivity for _, rates in found),
        false_loss_se=tuple(float(rates.draws[:, 1].std()) for _, rates in found),
        false_alive_se=tuple(float(rates.draws[:, 0].std()) for _, rates in found),
    )
