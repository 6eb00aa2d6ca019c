"""Archives of others' chains made for tests, and what is taken from imported ones."""

import json
import tarfile
from pathlib import Path

import pytest

from chains.analysis.archives.summary import summary

DATA = Path(__file__).parent.parent.parent / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published archives are not here: no ../shared/data")

STORIES = {
    ("tale", 1): ["Seven brown foxes jumped over sleeping dogs", "Seven foxes jumped over dogs", "Foxes jumped"],
    ("tale", 2): ["Seven brown foxes jumped over sleeping dogs", "Brown foxes and dogs", "Dogs"],
    ("poem", 1): ["Winter came early", "Winter came", "Early winter"],
}


def telephone_folder(folder, stories=STORIES, model="a-model"):
    for (text, seed), (initial, *rest) in stories.items():
        file = folder / model / "rephrase" / text / f"seed_{seed}" / "output0.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"initial_story": initial, "stories": [[story] for story in rest]}))
    return folder


def packed(folder, file):
    with tarfile.open(file, "w:xz") as tar:
        tar.add(folder, arcname=".")
    return file


def summaries(archive):
    return [summary(of.name, archive.chains(of)) for of in archive.record.sets]


def chains_of(archive):
    return [chain for of in archive.record.sets for chain in archive.chains(of)]


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def documents(*chains):
    return {
        str(number): {"prompt": "p", **{f"{at}_en": text for at, text in enumerate(chain)}}
        for number, chain in enumerate(chains)
    }


def scored(chain, name="factscore", at=(0, 2)):
    return {str(step): {"text": chain[step].replace('"', "'"), name: 1 - step / 4} for step in at}


CHAINS = (["It was 'fine' then", "It was fine", "Fine"], ['She said "maybe later"', "She said maybe", "Maybe"])


def broken_folder(folder, raw=None, scores=None):
    folder.mkdir(exist_ok=True)
    (folder / "news.json").write_text(json.dumps(documents(*CHAINS) if raw is None else raw))
    if scores is not None:
        (folder / "news_factscore.json").write_text(json.dumps(scores))
    return folder


HEADING = "chain,participant,gender,generation,material,correct_recall,total_recall"


def people(folder, *rows, heading=HEADING):
    folder.mkdir(exist_ok=True)
    file = folder / "people.csv"
    file.write_text("\n".join([heading, *rows]) + "\n")
    return file
