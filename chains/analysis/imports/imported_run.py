"""Chains that others logged, kept as a run of ours, so that every reader of runs reads them.

A chain of n messages becomes a trial with n hops: a worker who knows the facts
of the world, managers, and an executive who hears the last message and says
nothing. What was asked of whom is not known, so each prompt says that it stands
for what others asked; the messages that a seat heard are in it.
"""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chains.analysis.imports.message_file import Heard, Said
from chains.errors import BadInput, nearest
from chains.experiments.experiment import Experiment, TrialId, valid
from chains.models.imported import KIND
from chains.models.provider import Reply, Request
from chains.organisation.hierarchy import Hierarchy, assemble, check_name
from chains.organisation.prompts import Prompt
from chains.organisation.turn_key import Key
from chains.running.folders import new_run_id
from chains.running.log.log import Log
from chains.running.prepare import prepare
from chains.running.record_file import create
from chains.running.reply_source import Asked, ReplySource
from chains.running.run_record import Casts, RunRecord
from chains.running.spending import note_what_came
from chains.running.trial import in_turn, run_trial

PROMPTS = {
    "worker": "(What was asked is not known. The facts of the world stand here.)\n\n{{ notes }}",
    "manager": "(What was asked is not known. What was heard stands here.)\n\n{{ reports }}",
    "executive": "(Nobody was asked: the chain ends with what is heard here.)\n\n{{ reports }}",
}
TOP = "the top"
"""Who hears the last message."""
NOBODY = Said("", "(The chain ends with what is heard here.)")
"""Stands for what the top would say, which is no hop and is not measured."""


class Kept(NamedTuple):
    """A run that was made of others' chains."""

    folder: Path
    record: RunRecord
    trials: Mapping[str, str]
    """What others call each trial, by our name for it."""


def keep_chains(path: Path, chains: Sequence[Heard], world: Path) -> Kept:
    """Make a run of chains.

    Args:
        path: The file that they come from.
        chains: In any order.
        world: The file of their world, or a folder of worlds, of which each chain names one.

    Raises:
        BadInput: If there is no such world.
        MazedomError: If the run can't be written.
    """
    hierarchy = _named_seats(chains)
    placed, experiment = _placed(path, chains, world, hierarchy)
    record = prepare(experiment, new_run_id(), hierarchies={hierarchy.name: hierarchy} if hierarchy else None)
    casting = {
        condition: {turn: f"{_role(name)}/{KIND}" for turn, name in names.items()}
        for condition, names in record.casting.items()
    }
    names = {ours: chain.trial for ours, chain in placed.items()}
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    about = {"file": path.name, "fingerprint": f"sha256:{digest}"}
    record = record.model_copy(
        update={
            "casting": casting,
            "prompts": {
                f"{role}/{KIND}": Prompt(role=role, variant=KIND, about="Stands for what others asked.", body=body)
                for role, body in PROMPTS.items()
            },
            "served": {name: about | {"trials": names} for name in record.models},
        }
    )
    folder = create(record)
    with Log(folder, write=True) as log:
        asyncio.run(_log(record, log, placed))
        note_what_came(record, folder, log)
    return Kept(folder, record, names)


def _role(prompt: str) -> str:
    return prompt.partition("/")[0]


async def _log(record: RunRecord, log: Log, placed: Mapping[str, Heard]) -> None:
    casts, source = Casts(record), _Logged(log, placed)
    for trial in record.trials():
        if str(trial) in placed:
            cast = casts.cast(trial)
            log.append(await run_trial(str(trial), cast, in_turn(cast.plan), source))
    await source.settle()


class _Logged(ReplySource):
    """Answers each seat with what it said in the chain, and logs that."""

    def __init__(self, log: Log, placed: Mapping[str, Heard]) -> None:
        super().__init__(log, None)
        self._placed = placed

    async def reply(
        self, key: Key, turn: Asked, model: str, heard: tuple[str, ...], request: Request, *, drafts: bool = False
    ) -> Reply | None:
        said = self._placed[key.trial].said
        at = len(said) - turn.seat.level
        one = said[at] if at < len(said) else NOBODY
        reply = Reply(
            text=one.text,
            finish="stop" if one.text.strip() else "empty",
            usage=one.usage,
            served_by=one.model or None,
            tries=0,
            seconds=one.seconds,
        )
        self.record(key, turn, heard, request, reply)
        return reply


def _placed(
    path: Path, chains: Sequence[Heard], world: Path, hierarchy: Hierarchy | None
) -> tuple[dict[str, Heard], Experiment]:
    """Return each chain by the name of its trial in a run, and the experiment that has these trials."""
    seeds = _seeds(chains, world)
    levels = {len(chain.said): len(chain.said) if hierarchy is None else hierarchy.name for chain in chains}
    models = list(dict.fromkeys(f"{KIND}:{chain.condition or path.stem}" for chain in chains))
    content: dict[str, Any] = {
        "name": re.sub(r"\W+", "_", path.stem).strip("_").lower() or KIND,
        "question": f"chains that others logged: {path.name}",
        "seeds": sorted(set(seeds.values())),
        "fixed": {"scenario": f"{world}/" if world.is_dir() else str(world)},
        "factors": {},
    }
    shape = "depth" if hierarchy is None else "hierarchy"
    for key, values in ((shape, [levels[length] for length in sorted(levels)]), ("model", models)):
        if len(values) > 1:
            content["factors"][key] = values
        else:
            content["fixed"][key] = values[0]
    draft = valid(content)
    of = {(str(one.resolved[shape]), str(one.resolved["model"])): one.id for one in draft.conditions}
    counts: Counter[tuple[str, int]] = Counter()
    placed: dict[str, Heard] = {}
    for chain in chains:
        condition = of[str(levels[len(chain.said)]), f"{KIND}:{chain.condition or path.stem}"]
        seed = seeds[chain.world]
        counts[condition, seed] += 1
        placed[str(TrialId(condition, seed, counts[condition, seed]))] = chain
    return placed, valid(content | {"replicates": max(counts.values())})


def _seeds(chains: Sequence[Heard], world: Path) -> dict[str, int]:
    """Return the seed of each world that chains name: 1 of a file, of a folder the place of a file in it."""
    named = {chain.world for chain in chains}
    if not world.is_dir():
        if world.suffix != ".toml":
            raise BadInput(f"{str(world)!r} is no world file and no folder of them; --world takes one of both")
        if others := sorted(named - {"", world.name, world.stem}):
            raise BadInput(
                f"a chain is of world {others[0]!r} and --world names the file {world}; give the folder of worlds"
            )
        return dict.fromkeys(named, 1)
    files = {file.name: seed for seed, file in enumerate(sorted(world.glob("*.toml")), 1)}
    files |= {name.removesuffix(".toml"): seed for name, seed in files.items()}
    for name in sorted(named):
        if name not in files:
            what = f"a chain is of world {name!r}" if name else "a chain names no world"
            raise BadInput(f"{what}, and {world} has{nearest(name, files).replace('; ', ' ')}; name one in `world`")
    return {name: files[name] for name in named}


def _named_seats(chains: Sequence[Heard]) -> Hierarchy | None:
    """Return the hierarchy with the seats' own names, if every chain has the same, all different; None otherwise."""
    names = {tuple(said.seat for said in chain.said) for chain in chains}
    if len(names) != 1:
        return None
    (seats,) = names
    if not all(seats) or len({*seats, TOP}) <= len(seats):
        return None
    for seat in seats:
        check_name(seat, "seat")
    bosses = dict(zip(seats, [*seats[1:], TOP], strict=True))
    return assemble(bosses, f"{KIND}.toml", KIND)
