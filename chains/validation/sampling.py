"""A sample of a run's pairs, stratified by fate.

Some fates are rare: a simple random sample would hold hardly any inverted statement. So the sample takes the five
fates, as the rules read them, in turn (claims, of which rules read few, stand for a sixth), and within each fate the
conditions and hops in turn. One sample serves every reader: whoever reads, estimates from it are weighted by how it was
drawn, see `weights` and `stats.measurement_error.correction`.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from chains.errors import BadInput, LogDamaged, MazedomError
from chains.rng import Draw
from chains.running.log.records import now
from chains.scoring.facts.instrument import INSTRUMENT
from chains.validation.labels import FOLDER
from chains.validation.pairs import DRAWN_AS, Drawn, Pair, Pairs


def in_order(pairs: Pairs, seed: int, drawn: Iterable[Pair] = (), *, heard: bool = False) -> Iterator[Pair]:
    """Yield all pairs, ordered so that every beginning is a stratified sample.

    The same statement in the same message comes once, although several conditions may share the message.

    Args:
        pairs: All pairs of a run.
        seed: Seed of the order.
        drawn: Pairs that the sample already has; they are left out.
        heard: Take only messages that the executive reads.
    """
    some = [pair for pair in pairs.by_id.values() if not heard or pair.hop == pair.depth]
    queues = [_of_one_fate([pair for pair in some if pair.drawn == drawn], seed, drawn) for drawn in DRAWN_AS]
    seen = {_what(pairs, pair) for pair in drawn}
    while queues:
        for queue in list(queues):
            for pair in queue:
                what = _what(pairs, pair)
                if what not in seen:
                    seen.add(what)
                    yield pair
                    break
            else:
                queues.remove(queue)


def _what(pairs: Pairs, pair: Pair) -> tuple[str, str, str]:
    return pair.world, pair.statement, pairs.message(pair)


def _of_one_fate(pairs: Sequence[Pair], seed: int, drawn: Drawn) -> Iterator[Pair]:
    """Yield pairs from each condition and hop in turn, in random order."""
    cells: dict[tuple[str, int], list[Pair]] = defaultdict(list)
    for pair in pairs:
        cells[pair.condition, pair.hop].append(pair)
    draw = Draw("pairs", seed, drawn)
    shuffled = [iter(draw.shuffled(cell)) for cell in draw.shuffled(list(cells.values()))]
    while shuffled:
        for cell in list(shuffled):
            for pair in cell:
                yield pair
                break
            else:
                shuffled.remove(cell)


def draw_sample(folder: Path, pairs: Pairs, count: int, seed: int, *, heard: bool = False) -> list[Pair]:
    """Draw a stratified sample, or extend the one drawn before, and return it in an order that shows no fates.

    The sample is kept in `labels/sample-<seed>.json` below the run. So people and judges get the same pairs, and the
    sample stays when the run grows or the instrument changes. A smaller sample is the beginning of a larger one.

    Args:
        folder: The run's folder.
        pairs: All of its pairs.
        count: How many pairs; fewer are returned if the run has no more.
        seed: Seed of the sample.
        heard: Take only messages that the executive reads. This sample is separate and kept beside the other.

    Raises:
        BadInput: If the run has no pair.
        LogDamaged: If the kept sample names a pair that the run does not have.
    """
    if not pairs.by_id:
        raise BadInput(
            f"run {pairs.record.id} has no finished trial with a message; `mazedom resume {pairs.record.id}` goes on"
        )
    path = folder / FOLDER / f"{'heard' if heard else 'sample'}-{seed}.json"
    names = _kept(path, pairs)
    if len(names) < count:
        known = set(names)
        order = in_order(pairs, seed, [pairs.by_id[name] for name in names], heard=heard)
        fresh = (pair.id for pair in order)
        grown = [*names, *itertools.islice((name for name in fresh if name not in known), count - len(names))]
        if grown != names:
            _keep(path, seed, grown)
        names = grown
    return Draw("order", seed).shuffled([pairs.by_id[name] for name in names[:count]])


def sampled(folder: Path, pairs: Pairs, seed: int) -> int:
    """Return how many pairs a run's sample has so far."""
    return len(_kept(folder / FOLDER / f"sample-{seed}.json", pairs))


def _kept(path: Path, pairs: Pairs) -> list[str]:
    if not path.exists():
        return []
    try:
        names = orjson.loads(path.read_bytes())["pairs"]
        gone = [name for name in names if name not in pairs.by_id]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        raise LogDamaged(f"{path} is no sample of pairs; remove it, or use another --seed") from None
    if gone:
        raise LogDamaged(f"{path} names {gone[0]}, which the run does not have; remove it, or use another --seed")
    return [str(name) for name in names]


def _keep(path: Path, seed: int, names: Sequence[str]) -> None:
    """Write the sample whole or not at all."""
    document = {"v": 1, "seed": seed, "instrument": INSTRUMENT, "at": now(), "pairs": list(names)}
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(exist_ok=True)
        draft.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
        draft.replace(path)
    except OSError as error:
        raise MazedomError(f"can't write {path}: {error.strerror}") from None


def weights(pairs: Pairs, drawn: Sequence[Pair]) -> dict[str, float]:
    """Return how many pairs of the run each drawn pair stands for, by its id.

    Pairs are counted by the fate that they were drawn by and the band of hops; by that fate alone if a band of it has
    no drawn pair.
    """
    everything = pairs.by_id.values()
    whole, some = Counter((p.drawn, p.band) for p in everything), Counter((p.drawn, p.band) for p in drawn)
    out = {}
    for pair in drawn:
        bands = [key for key in whole if key[0] == pair.drawn]
        if all(some[key] for key in bands):
            out[pair.id] = whole[pair.drawn, pair.band] / some[pair.drawn, pair.band]
        else:
            out[pair.id] = sum(whole[key] for key in bands) / sum(some[key] for key in bands)
    return out
