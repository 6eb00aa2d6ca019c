"""The Telephone Game's logged chains (Perez et al., arXiv 2407.04503).

One file a chain, `<model>/<prompt>/<text>/seed_<k>/output0.json`, with
`initial_story` (a text) and `stories`: for each generation a list that holds
the one text of that generation. `stories[0]` is generation 1. PATH may be any
of these folders; the chains of one model and prompt make a set.
"""

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

from chains.archives.chain import Chain, ChainSet, chain_set
from chains.archives.source import File, files
from chains.errors import BadInput, LogDamaged

NAME = re.compile(r"output\d+\.json")


def read(path: Path) -> list[ChainSet]:
    """Read all chains under `path`, in sets by model and prompt.

    Raises:
        BadInput: If there is no such path, or no chain in it.
        LogDamaged: If a file is not what it should be, or a chain lacks a generation.
    """
    sets: dict[str, list[Chain]] = defaultdict(list)
    for file in files(path, _is_chain):
        folders = file.path.parts[:-1]
        model_and_prompt = "/".join(folders[:-2]) or path.name
        sets[model_and_prompt].append(_chain(file))
    if not sets:
        raise BadInput(f"no output0.json in {str(path)!r}; a telephone archive has one in each seed_<k> folder")
    return [chain_set(name, sets[name]) for name in sorted(sets)]


def _is_chain(path: PurePosixPath) -> bool:
    return NAME.fullmatch(path.name) is not None


def _chain(file: File) -> Chain:
    logged = file.json()
    initial, stories = logged.get("initial_story"), logged.get("stories")
    if not isinstance(initial, str):
        raise LogDamaged(f"{file.where}: no generation 0: `initial_story` must be a text")
    if not isinstance(stories, list) or not stories:
        raise LogDamaged(f"{file.where}: no generation 1: `stories` must be a list of lists of one text")
    texts = [initial]
    for generation, story in enumerate(stories, start=1):
        match story:
            case [str(text)]:
                texts.append(text)
            case []:
                raise LogDamaged(
                    f"{file.where}: generation {generation} is missing; get the whole file again, or leave it out"
                )
            case _:
                raise LogDamaged(f"{file.where}: generation {generation} must be a list of one text, as in a chain")
    return Chain("/".join(file.path.with_suffix("").parts[-3:]), file.where, texts)
