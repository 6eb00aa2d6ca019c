"""`import`: keep chains that others logged as a run, and say what became of their texts."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from chains.analysis.archives import broken_telephone, mesoudi, telephone
from chains.analysis.archives.archive_run import keep, read_archive
from chains.analysis.archives.chain import Chain
from chains.errors import BadInput
from chains.terminal.verbs.archive_shows import show_sets
from chains.terminal.views.output import counted, print_json, say

READERS: Mapping[str, Callable[[Path], Iterator[Chain]]] = {
    "telephone": telephone.read,
    "broken-telephone": broken_telephone.read,
    "mesoudi": mesoudi.read,
}
"""One for each published archive that `verbs.arguments` offers; `chains` and `otel` are about a world of the user's."""


def main(arguments: argparse.Namespace) -> int:
    """Read, keep, measure and print; return the exit status."""
    path = Path(arguments.path)
    if arguments.kind not in READERS:
        return _about_a_world(path, arguments)
    if arguments.world is not None or arguments.agents is not None:
        raise BadInput(f"the worlds and agents of {arguments.kind} are not known; leave --world and --agents out")
    kept = keep(arguments.kind, path, READERS[arguments.kind](path))
    with read_archive(kept.folder) as archive:
        show_sets(archive, as_json=arguments.json)
    if not kept.made:
        say(f"note: these very chains are run {kept.folder.name} already; nothing was written")
    say(f"run {kept.folder.name} in {kept.folder.parent}: `mazedom show {kept.folder.name} --trial` tells one chain")
    return 0


def _about_a_world(path: Path, arguments: argparse.Namespace) -> int:
    """Keep chains whose facts a world file has, as a run like any other."""
    from chains.analysis.imports.imported_run import keep_chains  # noqa: PLC0415  start-up
    from chains.analysis.results.run_results import results  # noqa: PLC0415
    from chains.running.log.log import Log  # noqa: PLC0415
    from chains.running.recorded_finding import record_finding  # noqa: PLC0415
    from chains.terminal.views.run_tables import finding  # noqa: PLC0415

    if arguments.world is None:
        raise BadInput(
            "what are these chains about? give the world file with the facts, or a folder of them, with --world"
        )
    if arguments.kind == "otel":
        from chains.analysis.imports.otel_traces import read_traces  # noqa: PLC0415

        agents = None if arguments.agents is None else [name.strip() for name in arguments.agents.split(",")]
        chains, notes = read_traces(path, agents)
    else:
        from chains.analysis.imports.message_file import read_messages  # noqa: PLC0415

        if arguments.agents is not None:
            raise BadInput("--agents chooses spans of a trace; a file of messages has its hops")
        chains, notes = read_messages(path), []
    kept = keep_chains(path, chains, Path(arguments.world))
    with Log(kept.folder) as log:
        found = results(kept.record, log)
    record_finding(kept.folder, finding(found), found.cost)
    for note in notes:
        say(f"note: {note}")
    name = kept.record.id
    if arguments.json:
        document = {"run": name, "path": str(kept.folder), "trials": dict(kept.trials), "notes": notes}
        print_json(document)
        return 0
    lengths = sorted({len(chain.said) for chain in chains})
    hops = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
    say(f"{counted(len(chains), 'chain')} of {hops} hops in run {name}, {kept.folder}")
    first = next(iter(kept.trials))
    say(f"what became of the facts: `mazedom show {name}`; one chain: `mazedom show {name} --trial {first}`")
    return 0
