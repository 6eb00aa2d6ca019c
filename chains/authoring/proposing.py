"""Propose facts from documents: draft every sentence, check the drafts, count by reason what is left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chains.authoring.checking import failures, unreadable
from chains.authoring.drafting import drafts_in
from chains.authoring.passages import BLANKS, Passage, passages
from chains.authoring.renaming import invented, renamed, renamed_fact
from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.rng import Draw
from chains.scoring.text.ledger_stems import stem
from chains.scoring.text.tokens import tokens_of
from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.sources import Quote
from chains.worlds.files.source_documents import digest
from chains.worlds.world import World

MOST_FACTS = 24
"""Default for the most facts of a world: more than a seat's report can hold."""
_BEYOND = "beyond the number of facts asked for"
_TWICE = "said in another place already"


class Text(NamedTuple):
    """A document's name and text."""

    name: str
    content: str


class Candidate(NamedTuple):
    """A fact that is proposed, with its quote."""

    quote: Quote
    fact: Fact


class Found(NamedTuple):
    """A sentence that may state a fact, found by rule or by a model."""

    document: Text
    passage: Passage
    subject: str | None
    """Its subject in its own words, if a model named it."""


@dataclass
class Proposals:
    """The facts proposed from documents, and what was left out."""

    facts: list[Candidate] = field(default_factory=list)
    """In the order of the documents, numbered F01, F02, ..."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Number of sentences and clauses left out, by reason."""
    names: dict[str, str] = field(default_factory=dict)
    """The invented name of each name in the documents; empty if renaming was not asked for."""
    unnamed: list[str] = field(default_factory=list)
    """Abbreviations that were not renamed."""

    @property
    def looked_at(self) -> int:
        """Number of sentences and clauses in all."""
        return len(self.facts) + self.left_out.total()


def by_rule(documents: Iterable[Text]) -> list[Found]:
    """Return every sentence of the documents."""
    return [Found(one, passage, None) for one in documents for passage in passages(one.content)]


def common_words(documents: Iterable[Text]) -> frozenset[str]:
    """Return the words that documents write in lower case somewhere; at the start of a sentence they are no names."""
    return frozenset(
        token.low
        for document in documents
        for token in tokens_of(document.content)
        if token.kind == "word" and token.text[0].islower()
    )


def propose(
    found: Sequence[Found],
    documents: Sequence[Text],
    *,
    most: int = MOST_FACTS,
    rename: bool = False,
    told: Callable[[int], None] | None = None,
) -> Proposals:
    """Return the facts that sentences state; the instrument checks each alone and among the others.

    If there are more than `most`, they are drawn at random, by a seed from the documents, so that no kind of fact is
    preferred.

    Args:
        found: The sentences.
        documents: All documents, which show what is a name.
        most: Most facts.
        rename: Whether to replace all names and codes by invented ones.
        told: Called now and then with the number of facts so far.
    """
    out = Proposals()
    common = common_words(documents)
    seed = digest("".join(digest(document.content) for document in documents))
    drafted = _drafted(found, common, out.left_out)
    if rename:
        out.names, out.unnamed = invented((one.fact for one in drafted), common, seed)
        drafted = [one._replace(fact=renamed_fact(one.fact, out.names)) for one in drafted]
    order = {one.quote: place for place, one in enumerate(drafted)}
    if len(drafted) > most:
        drafted = Draw("facts", seed).shuffled(drafted)
    kept: list[Candidate] = []
    waiting = iter(drafted)
    while True:
        for candidate in waiting:
            if reasons := failures(candidate.fact, words_of(candidate.quote, out.names)):
                out.left_out[f"self-check: {_sort_of(reasons[0])}"] += 1
                continue
            kept.append(candidate)
            if told is not None:
                told(len(kept))
            if len(kept) == most:
                break
        kept = _numbered(kept, order)
        if not (unfit := _unfit(kept, out.names) or _ambiguous(kept)):
            break
        out.left_out["self-check: can't be told from other statements"] += len(unfit)
        kept = [one for one in kept if one.fact.id not in unfit]
    out.facts = kept
    if beyond := sum(1 for _ in waiting):
        out.left_out[_BEYOND] += beyond
    return out


def words_of(quote: Quote, names: Mapping[str, str]) -> str:
    """Return a quote on one line, with the names that its fact has."""
    return renamed(" ".join(BLANKS.sub(" ", quote.text).split()), names)


def _drafted(found: Iterable[Found], common: frozenset[str], left_out: Counter[str]) -> list[Candidate]:
    seen: set[object] = set()
    out = []
    for one in found:
        drafts, reasons = drafts_in(one.passage.text, None, common)
        if not drafts and one.subject is not None:
            drafts, _ = drafts_in(one.passage.text, one.subject, common)
            reasons = [] if drafts else reasons
        left_out.update(reasons)
        for draft in drafts:
            start, end = one.passage.start + draft.start, one.passage.start + draft.end
            same = _sameness(draft.fact)
            if same in seen:
                left_out[_TWICE] += 1
                continue
            seen.add(same)
            quote = Quote(document=one.document.name, start=start, end=end, text=one.document.content[start:end])
            out.append(Candidate(quote, draft.fact))
    return out


def _sameness(fact: Fact) -> object:
    """Return a key that is equal for two facts that say the same of the same subject in other words."""
    return fact.subject.casefold(), frozenset(
        frozenset((str(slot.value), *slot.also))
        if slot.kind == "direction"
        else (slot.kind, str(slot.value), slot.of, stem(slot.unit or ""))
        for slot in fact.slots
    )


def _numbered(candidates: Sequence[Candidate], order: Mapping[Quote, int]) -> list[Candidate]:
    ranked = sorted(candidates, key=lambda one: order[one.quote])
    return [
        one._replace(fact=one.fact.model_copy(update={"id": f"F{place:02d}"})) for place, one in enumerate(ranked, 1)
    ]


def _unfit(candidates: Sequence[Candidate], names: Mapping[str, str]) -> set[str]:
    """Return the ids to leave out; of facts that say the same, only the last: without it the others may be readable."""
    quotes = {one.fact.id: words_of(one.quote, names) for one in candidates}
    found = unreadable([one.fact for one in candidates], quotes)
    alike = [name for name, reason in found.items() if reason.endswith("of the others")]
    return {name for name in found if name not in alike} or set(alike[-1:])


def _ambiguous(candidates: Sequence[Candidate]) -> set[str]:
    """Return the last fact that the synthetic channel would write in the same words as another fact."""
    facts = [one.fact for one in candidates]
    for last in range(len(facts), 0, -1):
        try:
            codebook(World(scenario="", version="", seed=0, setting="", title="", facts=tuple(facts[:last])))
        except BadInput:
            continue
        return {facts[last].id} if last < len(facts) else set()
    return set()


def _sort_of(failure: str) -> str:
    """Return the kind of a failure, without its particulars, so that failures can be counted."""
    what, _, read = failure.partition(" is read as ")
    kind = what if what.startswith(("its", "wording", "a report")) else "another value"
    return f"{kind} is read as {read}"
