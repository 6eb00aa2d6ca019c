"""The Telephone Game's logged chains (Perez et al., arXiv 2407.04503).

One file a chain, `<model>/<prompt>/<text>/seed_<k>/output0.json`, with
`initial_story` (a text) and `stories`: for each generation a list that holds
the one text of that generation. `stories[0]` is generation 1. PATH may be any
of these folders; the chains of one model and prompt make a set.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from chains.analysis.archives.chain import Chain
from chains.analysis.archives.source import File, files
from chains.errors import BadInput, LogDamaged

NAME = re.compile(r"output\d+\.json")
USUAL = "output0"
"""The file's name where a chain has one text a generation: it says nothing, so the chain is named by its folders."""


def read(path: Path) -> Iterator[Chain]:
    """Yield the chains under `path` one by one, in sets by model and prompt: the whole archive is half a gigabyte.

    Raises:
        BadInput: If there is no such path, or no chain in it.
        LogDamaged: If a file is not what it should be, or a chain lacks a generation.
    """
    chain = None
    for file in files(path, _is_chain):
        chain = _chain(file, "/".join(file.path.parts[:-3]) or path.name)
        yield chain
    if chain is None:
        raise BadInput(f"no output0.json in {str(path)!r}; a telephone archive has one in each seed_<k> folder")


def _is_chain(path: PurePosixPath) -> bool:
    return NAME.fullmatch(path.name) is not None


def _chain(file: File, model_and_prompt: str) -> Chain:
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
    *folders, output = file.path.with_suffix("").parts[-3:]
    name = "/".join(folders if folders and output == USUAL else [*folders, output])
    return Chain(model_and_prompt, name, file.where, texts)
