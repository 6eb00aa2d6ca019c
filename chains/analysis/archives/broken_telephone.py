"""The logged chains of LLM as a Broken Telephone (Mohamed et al., ACL 2025, arXiv 2502.20258).

One file a set, `NAME.json`: `{document: {"0_en": text, "1_en": text, ...}}`,
the number being the generation. Beside it may stand `NAME_factscore.json` and
`NAME_additional.json`: `{title: {generation: {"text": ..., score: number}}}`
for some generations. A title's scores belong to the chain that has its texts.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from chains.analysis.archives.chain import Chain
from chains.analysis.archives.source import File, files
from chains.errors import BadInput, LogDamaged

SCORED = re.compile(r"(.+)_(?:factscore|additional)")
"""Stems of files with scores; the group is the stem of the file with the chains."""
GENERATION = re.compile(r"(\d+)_en")
FACTS = "factscore_num_facts_per_response"
"""The archive's score that counts the facts in a text."""
SUPPORTED = "supported_facts"
"""A score of our own: facts in the text times the share of them supported. The share alone hides omission."""

Scores = dict[str, dict[int, float]]


def read(path: Path) -> Iterator[Chain]:
    """Yield the chains of every file of chains under `path`, which is a set, with their scores.

    Raises:
        BadInput: If there is no such path, or no chain in it.
        LogDamaged: If a file is not what it should be, a chain lacks a generation, or scores are of other texts.
    """
    sets: dict[str, list[Chain]] = {}
    scores: list[tuple[str, File]] = []
    for file in files(path, lambda name: name.suffix == ".json"):
        scored = SCORED.fullmatch(file.path.stem)
        if scored:
            scores.append((scored[1], file))
            continue
        other = sets.get(file.path.stem)
        if other:
            raise BadInput(f"both {other[0].where} and {file.where} are named {file.path.stem!r}; import one at a time")
        sets[file.path.stem] = _chains(file)
    if not sets:
        raise BadInput(f"no chains in {str(path)!r}; a broken-telephone archive has .json files with 0_en, 1_en, ...")
    for name, file in scores:
        if name not in sets:
            raise LogDamaged(f"{file.where}: scores without their chains; {name}.json is missing")
        sets[name] = _with_scores(sets[name], file)
    for name in sorted(sets):
        yield from sets[name]


def _chains(file: File) -> list[Chain]:
    documents = file.json()
    keys = {key for logged in documents.values() if isinstance(logged, dict) for key in logged}
    if not any(GENERATION.fullmatch(key) for key in keys):
        raise LogDamaged(f"{file.where}: no document with texts '0_en', '1_en', ... in it; is it of another archive?")
    of = file.path.stem
    return [Chain(of, name, file.where, _texts(file.where, name, logged)) for name, logged in documents.items()]


def _texts(where: str, name: str, logged: Any) -> list[str]:
    keys = [GENERATION.fullmatch(key) for key in logged] if isinstance(logged, dict) else []
    generations = {int(key[1]): logged[key[0]] for key in keys if key}
    last = max(generations, default=1)
    for generation in range(last + 1):
        if generation not in generations:
            raise LogDamaged(
                f"{where}: document {name!r} has no generation {generation} ('{generation}_en'); get the whole file "
                "again, or leave that document out"
            )
        if not isinstance(generations[generation], str):
            raise LogDamaged(f"{where}: document {name!r}: generation {generation} must be a text")
    return [generations[generation] for generation in range(last + 1)]


def _with_scores(chains: list[Chain], file: File) -> list[Chain]:
    left = {chain.name: chain for chain in chains}
    scored: dict[str, Chain] = {}
    for title, steps in file.json().items():
        chain = _owner(list(left.values()), title, steps, file.where)
        del left[chain.name]
        scores = {**chain.scores, **_scores(title, steps, file.where)}
        scored[chain.name] = replace(chain, where=file.where, scores=scores)
    return [*left.values(), *scored.values()]


def _owner(chains: list[Chain], title: str, steps: Any, where: str) -> Chain:
    """Return the one of `chains` that has these texts."""
    if not isinstance(steps, dict) or not all(step.isdecimal() and isinstance(steps[step], dict) for step in steps):
        raise LogDamaged(f"{where}: {title!r} must hold scores by generation")
    if "0" not in steps:
        raise LogDamaged(f"{where}: {title!r} has no generation 0")
    texts = {int(step): _as_scored(row.get("text")) for step, row in steps.items()}
    alike = [[_as_scored(text) for text in chain.texts] for chain in chains]
    owners = [at for at, theirs in enumerate(alike) if theirs[0] == texts[0]]
    if not owners:
        raise LogDamaged(f"{where}: no chain begins with generation 0 of {title!r}; get scores and chains of one run")
    for owner in owners:
        if all(alike[owner][at : at + 1] == [text] for at, text in texts.items()):
            return chains[owner]
    differing = min(at for at, text in texts.items() if alike[owners[0]][at : at + 1] != [text])
    raise LogDamaged(
        f"{where}: generation {differing} of {title!r} is not that of its chain; get scores and chains of one run"
    )


def _as_scored(text: object) -> str:
    """Return a text as the scored copies have it: its double quotes are single ones there."""
    return str(text).replace('"', "'")


def _scores(title: str, steps: dict[str, dict[str, Any]], where: str) -> Scores:
    scores: Scores = {}
    for step, row in steps.items():
        for score, value in row.items():
            if score == "text":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise LogDamaged(
                    f"{where}: {score!r} of generation {step} of {title!r} must be a number, not {value!r}"
                )
            scores.setdefault(score, {})[int(step)] = float(value)
    # The share before FActScore's penalty for short texts: what counts here is how many facts are supported.
    shares, facts = scores.get("factscore_init_score", {}), scores.get(FACTS, {})
    both = shares.keys() & facts.keys()
    return scores | ({SUPPORTED: {at: shares[at] * facts[at] for at in sorted(both)}} if both else {})
