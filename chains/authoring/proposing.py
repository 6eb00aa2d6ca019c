"""Propose facts from documents: draft every sentence, check the drafts, keep what is left out with the reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chains.authoring.checking import eased, easings, failures, misreadings, unreadable
from chains.authoring.claiming import claim
from chains.authoring.drafting import draft, drafts_in, shorter
from chains.authoring.passages import BLANKS, Passage, passages
from chains.authoring.renaming import invented, renamed, renamed_fact
from chains.authoring.subject_finder import Untyped
from chains.errors import BadInput
from chains.models.channel.codebook import codebook
from chains.rng import Draw
from chains.scoring.text.ledger_stems import stem
from chains.scoring.text.tokens import tokens_of
from chains.worlds.facts.ledger import Fact
from chains.worlds.facts.sources import Quote
from chains.worlds.files.source_documents import digest
from chains.worlds.world import World

MOST_FACTS = 40
"""Default for the most facts of a world, claims among them: more than a seat's report can hold."""
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
    waiting: tuple[Fact, ...] | None = None
    """Easier forms of the fact that are still to be tried; None before the first is needed."""


class LeftOut(NamedTuple):
    """A sentence of which no fact was made."""

    quote: Quote
    reason: str


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
    sentences: list[LeftOut] = field(default_factory=list)
    """These sentences, in the order of the documents."""
    names: dict[str, str] = field(default_factory=dict)
    """The invented name of each name in the documents; empty if renaming was not asked for."""
    unnamed: list[str] = field(default_factory=list)
    """Abbreviations that were not renamed."""

    def leave(self, quote: Quote, reason: str) -> None:
        """Leave a sentence out."""
        self.left_out[reason] += 1
        self.sentences.append(LeftOut(quote, reason))

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
    drafted = _drafted(found, common, out)
    if rename:
        out.names, out.unnamed = invented((one.fact for one in drafted), common, seed)
        drafted = [one._replace(fact=renamed_fact(one.fact, out.names)) for one in drafted]
    order = {(one.quote.document, one.quote.start): place for place, one in enumerate(drafted)}
    if len(drafted) > most:
        drafted = Draw("facts", seed).shuffled(drafted)
    kept: list[Candidate] = []
    waiting = iter(drafted)
    while True:
        while len(kept) < most and (candidate := next(waiting, None)) is not None:
            kept += _fit(candidate, out)
            if told is not None:
                told(len(kept))
        kept = _numbered(kept, order)
        if not (unfit := _unfit(kept, out.names) or _ambiguous(kept)):
            break
        kept = [said for one in kept for said in (_told_apart(one, out) if one.fact.id in unfit else (one,))]
    out.facts = kept
    for one in waiting:
        out.leave(one.quote, _BEYOND)
    places = {document.name: place for place, document in enumerate(documents)}
    out.sentences.sort(key=lambda one: (places[one.quote.document], one.quote.start))
    return out


def _fit(candidate: Candidate, out: Proposals) -> list[Candidate]:
    """Return a candidate that the instrument reads, as a claim if its values are misread; none if it is left out."""
    words = words_of(candidate.quote, out.names)
    reasons = misreadings(candidate.fact, words)
    if reasons and (fact := eased(candidate.fact, words)) is not None:
        return [candidate._replace(fact=fact)]
    if reasons and candidate.fact.slots and (part := _part(candidate, out)) is not None:
        return [part]
    return _or_claim(candidate, out, f"self-check: {_sort_of(reasons[0])}") if reasons else [candidate]


def _part(candidate: Candidate, out: Proposals) -> Candidate | None:
    """Return the first part of a sentence that the instrument reads, where it misreads the whole; None without one."""
    quote = candidate.quote
    for end, _ in shorter(quote.text):
        try:
            fact = renamed_fact(draft(quote.text[:end]), out.names)
        except Untyped:
            continue
        part = quote.model_copy(update={"end": quote.start + end, "text": quote.text[:end]})
        if not misreadings(fact, words_of(part, out.names)):
            rest = quote.model_copy(update={"start": part.end, "text": quote.text[end:]})
            out.leave(rest, "it goes with a sentence whose values the rules can't tell apart")
            return Candidate(part, fact)
    return None


def _told_apart(candidate: Candidate, out: Proposals) -> list[Candidate]:
    """Return what the instrument can't tell from other statements in an easier form, or else as a claim.

    None is returned if neither is a help.
    """
    if candidate.fact.slots:
        words = words_of(candidate.quote, out.names)
        waiting = list(easings(candidate.fact)) if candidate.waiting is None else list(candidate.waiting)
        while waiting:
            fact = waiting.pop(0)
            if fact != candidate.fact and not misreadings(fact, words):
                return [candidate._replace(fact=fact, waiting=tuple(waiting))]
    return _or_claim(candidate, out, "self-check: can't be told from other statements")


def _or_claim(candidate: Candidate, out: Proposals, reason: str) -> list[Candidate]:
    if candidate.fact.slots:
        try:
            said = candidate._replace(fact=renamed_fact(claim(candidate.quote.text), out.names))
        except Untyped:
            pass
        else:
            if not failures(said.fact, words_of(said.quote, out.names)):
                return [said]
    out.leave(candidate.quote, reason)
    return []


def words_of(quote: Quote, names: Mapping[str, str]) -> str:
    """Return a quote on one line, with the names that its fact has."""
    return renamed(" ".join(BLANKS.sub(" ", quote.text).split()), names)


def _drafted(found: Iterable[Found], common: frozenset[str], left_out: Proposals) -> list[Candidate]:
    seen: set[object] = set()
    out = []
    for one in found:
        drafts, left = drafts_in(one.passage.text, None, common)
        if one.subject is not None and not any(drafted.fact.slots for drafted in drafts):
            named, _ = drafts_in(one.passage.text, one.subject, common)
            drafts, left = (named, []) if named else (drafts, left)
        for gone in left:
            left_out.leave(_quote(one, gone.start, gone.end), gone.reason)
        for drafted in drafts:
            same = _sameness(drafted.fact)
            if same in seen:
                left_out.leave(_quote(one, drafted.start, drafted.end), _TWICE)
                continue
            seen.add(same)
            out.append(Candidate(_quote(one, drafted.start, drafted.end), drafted.fact))
    return out


def _quote(one: Found, start: int, end: int) -> Quote:
    """Return part of a sentence as a quote."""
    start, end = one.passage.start + start, one.passage.start + end
    return Quote(document=one.document.name, start=start, end=end, text=one.document.content[start:end])


def _sameness(fact: Fact) -> object:
    """Return a key that is equal for two facts that say the same of the same subject in other words."""
    if not fact.slots:
        return fact.templates[0].casefold()
    return fact.subject.casefold(), frozenset(
        frozenset((str(slot.value), *slot.also))
        if slot.kind == "direction"
        else (slot.kind, str(slot.value), slot.of, stem(slot.unit or ""))
        for slot in fact.slots
    )


def _numbered(candidates: Sequence[Candidate], order: Mapping[tuple[str, int], int]) -> list[Candidate]:
    ranked = sorted(candidates, key=lambda one: order[one.quote.document, one.quote.start])
    return [
        one._replace(fact=one.fact.model_copy(update={"id": f"F{place:02d}"})) for place, one in enumerate(ranked, 1)
    ]


def _unfit(candidates: Sequence[Candidate], names: Mapping[str, str]) -> set[str]:
    """Return the ids to leave out; of facts that say the same, only the last: without it the others may be readable."""
    quotes = {one.fact.id: words_of(one.quote, names) for one in candidates}
    found = unreadable([one.fact for one in candidates], quotes, strictly=True)
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
    if failure.startswith("paraphrased"):
        what = "a paraphrase"
        read = read.partition(":")[0]
    kind = what if what.startswith(("its", "wording", "a ")) else "another value"
    return f"{kind} is read as {read}"
