"""`world`: make a world of one's own documents, confirm what was proposed, check that the instrument can read it."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chains.authoring.checking import failures, misread_paraphrases, unreadable
from chains.authoring.model_proposals import Asked, by_model
from chains.authoring.paraphrasing import paraphrases
from chains.authoring.passages import title_of
from chains.authoring.proposing import MOST_FACTS, Proposals, Text, by_rule, propose, words_of
from chains.authoring.renaming import renamed
from chains.authoring.worldfile import WorldFile
from chains.errors import BadInput
from chains.experiments.experiment import read_experiment
from chains.running.folders import find_experiment
from chains.terminal.views.confirm_facts import confirm_facts
from chains.terminal.views.output import print_json, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.working import working
from chains.terminal.views.world import checked_view, made_view
from chains.worlds.files.source_documents import digest, read_document
from chains.worlds.files.world_file import read_world


def main(arguments: argparse.Namespace) -> int:
    """Make, confirm or check a world file; return the exit status."""
    paths = [Path(path) for path in arguments.paths]
    if arguments.action == "from":
        return _from(arguments, paths)
    if len(paths) != 1:
        raise BadInput(f"world {arguments.action} takes one world file, and {len(paths)} are named")
    if arguments.action == "check":
        return _check(paths[0], as_json=arguments.json)
    return _confirm(WorldFile.of(paths[0]), arguments)


def _from(arguments: argparse.Namespace, paths: Sequence[Path]) -> int:
    """Propose facts and have them confirmed; if the file exists already, only have them confirmed."""
    out = Path(arguments.out) if arguments.out else Path(f"{_slug(paths[0].stem)}.toml")
    if out.suffix != ".toml":
        raise BadInput(f"--out {out} is no name of a world file; let it end in .toml")
    documents = _documents(paths)
    if out.exists():
        return _confirm(_same(out, documents), arguments)
    with working("reading") as tell:
        asked: Asked | None = None
        if arguments.model:
            defined = read_experiment(find_experiment(arguments.defined)).models if arguments.defined else {}
            asked = by_model(documents, arguments.model, defined, most_calls=arguments.max_calls, told=tell)
        proposals = propose(
            by_rule(documents) if asked is None else asked.found,
            documents,
            most=arguments.facts or MOST_FACTS,
            rename=arguments.rename,
            told=lambda count: tell(f"{count} facts read back by the instrument"),
        )
    if asked is not None:
        proposals.left_out.update(asked.left_out)
        say(f"{arguments.model} gave {asked.quotes} quotes, and {len(asked.found)} sentences hold one")
        for error, count in asked.errors.items():
            say(f"{count} calls failed: {error}")
    if not proposals.facts:
        raise BadInput(_nothing(documents, proposals))
    title = renamed(title_of(documents[0].content) or paths[0].stem, proposals.names)
    places = list(zip(documents, paths, strict=True))
    file = WorldFile.made(out, title, proposals, places, arguments.model or "rules")
    file.save()
    claims = sum(not one.fact.slots for one in proposals.facts)
    say(f"{len(proposals.facts)} facts proposed, {claims} of them claims; written to {out}")
    if proposals.unnamed:
        say(f"not renamed: {', '.join(proposals.unnamed)}; change them in the file if they tell too much")
    return _confirm(file, arguments)


def _documents(paths: Sequence[Path]) -> list[Text]:
    """Read the documents; two of one file's name are told apart by a number."""
    out: list[Text] = []
    for path in paths:
        names = {text.name for text in out}
        name, number = path.name, 2
        while name in names:
            name, number = f"{path.stem}-{number}{path.suffix}", number + 1
        out.append(Text(name, read_document(path)))
    return out


def _same(out: Path, documents: Sequence[Text]) -> WorldFile:
    """Open a file that is there, if it was made from these documents as they are."""
    file = WorldFile.of(out)
    if file.documents != {text.name: digest(text.content) for text in documents}:
        raise BadInput(f"{out} is there and was made from other documents; give --out another path, or remove it")
    say(f"{out} is there already: going on with it")
    return file


def _confirm(file: WorldFile, arguments: argparse.Namespace) -> int:
    """Ask the person, unless --unasked is given, and print how many facts stand; return 130 if they interrupt."""
    interrupted = False
    if not arguments.unasked and (file.open or file.unseen):
        try:
            confirm_facts(file, _texts(file))
        except KeyboardInterrupt:
            say("interrupted; every answer is saved")
            interrupted = True
    world = file.world()
    wrong = unreadable(world.facts, _quotes(file))
    document: dict[str, Any] = {
        "file": str(file.path),
        "digest": world.digest,
        "facts": len(world.facts),
        "claims": sum(not fact.slots for fact in world.facts),
        **{status: file.count(status) for status in ("confirmed", "unverified", "refused")},
        "left_out": file.left_out,
        "sentences": [one.quote.model_dump() | {"reason": one.reason} for one in file.sentences],
        "renamed": dict(file.renamed),
        "misread": wrong,
    }
    if arguments.json:
        print_json(document)
    else:
        stdout.print(made_view(document))
    return 130 if interrupted else 0


def _texts(file: WorldFile) -> dict[str, str]:
    """Return the documents that are still where the file says, by name."""
    return {name: read_document(place) for name, place in file.places.items() if place.is_file()}


def _quotes(file: WorldFile) -> dict[str, str]:
    sources = file.world().sources
    return {one.fact: words_of(one.quote, file.renamed) for one in (sources.quoted if sources else ())}


def _check(path: Path, *, as_json: bool) -> int:
    """Try the instrument on every fact of any world file; return 1 if it misreads one."""
    world = read_world(path)
    names = dict(world.sources.renamed) if world.sources else {}
    quotes = {one.fact: words_of(one.quote, names) for one in (world.sources.quoted if world.sources else ())}
    found = {
        fact.id: reasons
        for fact in world.facts
        if (reasons := failures(fact, quotes.get(fact.id, fact.render(0))) + misread_paraphrases(fact))
    }
    tried = sum(1 for fact in world.facts for _ in paraphrases(fact))
    for name, reason in unreadable(world.facts, quotes).items():
        found.setdefault(name, []).append(reason)
    if as_json:
        print_json(
            {
                "file": str(path),
                "facts": len(world.facts),
                "paraphrases": tried,
                "passed": not found,
                "misread": found,
            }
        )
    else:
        stdout.print(checked_view(world, found, tried))
    return 1 if found else 0


def _nothing(documents: Sequence[Text], proposals: Proposals) -> str:
    names = ", ".join(text.name for text in documents)
    if not proposals.looked_at:
        return f"no sentence was found in {names}; documents are running text, in English"
    reason, count = proposals.left_out.most_common(1)[0]
    return f"none of {proposals.looked_at} sentences of {names} could be made a fact; most often ({count}): {reason}"


def _slug(stem: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or "world"
