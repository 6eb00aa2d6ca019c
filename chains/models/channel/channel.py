"""The synthetic lossy channel: a source of replies that needs no model and plants a known truth.

Use it as the positive control: each fact is lost at a planted rate, by planted
causes, under a planted law, and every measure must find these rates again. Its
name says what is planted:

    channel                                       relays all it hears
    channel:drop=0.1,flip=0.02                    loses a tenth, inverts a fiftieth, at each hop
    channel:drop=0.08,k=1.3                       a hazard that grows with the hop
    channel:worker=0.1,drop=0.08,k=1.3            the same among managers, as `mazedom law` estimates k
    channel:drop=0.05,alter=0.05,bad=2,q=1.4      bad news fares worse, deep hierarchies worse than linear
    channel:soften=0.1                            tells the status one step greener, at a tenth of the hops
    channel:overload=0.02,capacity=12             loses more the more lines a manager hears beyond twelve
    channel:misjudge=0.2,garble=0.05,disobey=0.1  faults of the whole loop: at the top, on the way down, at the bottom
    channel:please=0.5,frank=-1,legible=1         whoever lacks candour leaves out bad facts; ratings by traits
    channel:keen=1,creep=0.5                      keeps its plan the more often, the more it has survived
    channel:stop=0.4,panic=0.1                    courage: a seat that should stop the work does so at 0.4
    channel:drop=0.1,taste=1                      loses a tenth, and where it rates reports it likes good news
    channel:bad_drop=1                            a saboteur: drops every bad fact
    channel:inflate=0.1,kin=0.5                   tells a tenth of the figures better, and scores its own writing higher
    channel:hide=0.1/0.3,milder=0/0.2             leaves out, or tells milder, facts with a grade: a rate for each grade
    channel:adopt=0.4,tinker=0.05,quit=0.1   takes up what is said to raise a score, hits on it, and gives it up again
    channel:conceal=0.1,fabricate=0.2             keeps silent about what could not be found out, or makes up a result
    channel:hedge=0.2,bad_hedge=2                 drops a fifth of the hedges, of bad news at twice the hazard
    channel:catch=0.8,alarm=0.05,mend=0.9         how well an auditor finds losses, and a seat restores them
    channel:drop=0.3,deter=0.5,refuse=0.2         loses half of it if told of audits; may refuse to give up a seat
    channel:drop=0.3,veil=0.5,stray=0.2           evades audits: blurs in place of dropping, loses more if not audited

`rates` has the law of loss and every rate; `replies` has the replies to tasks
other than reports.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from chains.models.channel.codebook import NOTHING, SILENT, Codebook, State, codebook, numbered_lines
from chains.models.channel.conduct import UNCHECKED, is_watched
from chains.models.channel.gaps import gap_passed_on
from chains.models.channel.grades import regraded
from chains.models.channel.note_markers import numbered
from chains.models.channel.practices import in_use
from chains.models.channel.rates import Cause, ChannelRates, parse_channel
from chains.models.provider import Occasion, Reply, Request, Usage
from chains.rng import Draw
from chains.worlds.facts.ledger import Fact, Statement
from chains.worlds.facts.status_rule import STATUSES, Status, status_line

__all__ = ["Channel", "ChannelRates", "parse_channel"]


class Channel:
    """A provider that relays what a seat heard, with planted losses.

    Stateless: it reads the fate of each fact from the sentence it hears. A
    distorted fact stays as it is until it is dropped: each later message
    meets the same hazard, of which only the share of `drop` takes effect. A
    sentence that is not the channel's own (a person's, a model's) is passed
    on unchanged. Of two sentences about one fact the first is passed on. If
    a cause can't happen to a fact, another takes its place: a fact without
    a direction is altered instead of inverted; a vague sentence, or a fact
    without a value to alter, is dropped.

    Each fact's fate is drawn by (channel's seed, world's seed, replicate,
    seat, hop, fact) and so is independent of every other fact's, and the same
    whenever it is asked again.
    """

    def __init__(self, rates: ChannelRates) -> None:
        self.rates = rates

    async def reply(self, request: Request) -> Reply:
        """Reply as the occasion's task says, or relay what the seat heard; without an occasion it has heard nothing."""
        occasion = request.occasion
        if occasion is None:
            text = as_report([])
        elif occasion.by_channel is None:
            text = as_report(self.relayed(occasion))
        else:
            text = occasion.by_channel(self, occasion)
        prompt = sum(len(message.content.split()) for message in request.messages)
        return Reply(text=text, usage=Usage(prompt=prompt, completion=len(text.split())), served_by="channel")

    def relayed(self, occasion: Occasion) -> list[str]:
        """Return the sentences that the seat passes on, in the order in which it heard them."""
        book = codebook(occasion.world)
        heard: dict[str, tuple[int, ...]] = {}
        for line, numbers in numbered_lines(*occasion.heard):
            if line not in SILENT:
                heard.setdefault(line, numbers)
        charter = occasion.world.charter
        statements: list[Statement] = [*occasion.world.facts, *(charter.clauses if charter else ())]
        facts = {fact.id: fact for fact in statements}
        chain = Draw("chain", self.rates.seed, occasion.world.seed, occasion.replicate).normal()
        seen = set()
        said = passed_status(heard, self.rates.soften, self.draw(occasion, "status"))
        told = {line: numbers for line, numbers in heard.items() if line not in LINES}
        for line, numbers in told.items():
            state = book.states.get(line)
            if state is None:
                said.append(numbered(line, numbers))
            elif state.fact not in seen:
                seen.add(state.fact)
                passed_on = self._passed_on(line, state, facts[state.fact], occasion, chain, len(heard))
                said += [numbered(one, numbers) for one in passed_on]
        return said + self._practised(occasion) + self._made_up(book, heard, occasion)

    @property
    def resolved(self) -> dict[str, Any]:
        """The rates, with every default, for the log."""
        return self.rates.model_dump(mode="json")

    async def listed(self) -> list[str]:
        """Return the names of the models that it has: itself."""
        return ["channel"]

    async def aclose(self) -> None:
        """Hold nothing open."""

    def _passed_on(
        self, line: str, state: State, fact: Statement, occasion: Occasion, chain: float, lines: int
    ) -> list[str]:
        """Return the sentence in which a fact or a clause is passed on, or none; `lines` is how many were heard."""
        rates, book = self.rates, codebook(occasion.world)
        draw = self.draw(occasion, fact.id)
        ratio = self._ratio(fact, occasion, chain)
        forgone = self._forgone(occasion, fact)
        if not forgone and self._left_out(occasion, fact):
            return [draw.choice(book.wordings[veiled])] if (veiled := self._veiled(state, occasion)) else []
        now = self._regraded(state, fact, occasion) if rates.by_grade else state
        if now is not None and occasion.world.gaps and rates.conceal + rates.fabricate > 0:
            gap = next((one for one in occasion.world.gaps if one.fact == fact.id), None)
            now = gap_passed_on(rates, gap, now, self.draw(occasion, f"gap {fact.id}"))
        if now is None:
            return []
        after: State | None = now
        if draw.uniform() < rates.hazard(occasion.hop, occasion.depth, ratio, lines) and not forgone:
            cause = rates.cause(draw.uniform())
            if now.fate == "kept":
                after = _lost(now, cause, book, draw)
            elif cause == "drop":
                after = None
        if after is None and (after := self._veiled(now, occasion)) is None:
            return []
        if isinstance(fact, Fact) and state.fate == "kept" and self._inflates(occasion, fact):
            better = self.draw(occasion, f"better {fact.id}").choice(better_told(fact, book) or [state])
            after = as_sure(better, state, book)
        after = self._slipped(after, fact, occasion)
        after = self._surer(after, fact, occasion)
        if after == state and draw.uniform() >= rates.paraphrase:
            return [line]
        return [draw.choice(book.wordings[after])]

    def _ratio(self, fact: Statement, occasion: Occasion, chain: float) -> float:
        """Return what multiplies the hazard of a fact or a clause: its valence or rank, and the frailties."""
        rates = self.rates
        frailty = rates.chain_sd * chain
        if rates.fact_sd:
            frailty += rates.fact_sd * Draw("fact", rates.seed, occasion.world.seed, fact.id).normal()
        if isinstance(fact, Fact):
            return math.exp(frailty) * (rates.bad if fact.valence == "bad" else 1.0)
        return math.exp(frailty) * rates.ratio(fact, occasion.world.charter)

    def _regraded(self, state: State, fact: Statement, occasion: Occasion) -> State | None:
        book, grading = codebook(occasion.world), occasion.world.grading
        after = regraded(self.rates, grading, fact, state, book, self.draw(occasion, f"grade {fact.id}"))
        return None if after is None else as_sure(after, state, book)

    def _surer(self, state: State, fact: Statement, occasion: Occasion) -> State:
        """Return a fact's state with what becomes of its hedge and its source; a blurred fact has neither."""
        if not isinstance(fact, Fact) or not self.rates.changes_certainty or state.fate == "blurred":
            return state
        draw = self.draw(occasion, f"certainty {fact.id}")
        said = self.rates.told(fact.certainty, state.said, draw, bad=fact.valence == "bad")
        surer = state._replace(said=said)
        return surer if surer in codebook(occasion.world).wordings else state

    def _slipped(self, state: State, fact: Statement, occasion: Occasion) -> State:
        """Return a fact's state with what a holder without competence makes of it."""
        book = codebook(occasion.world)
        wrong = book.wrong.get(fact.id)
        if state.fate != "kept" or not wrong or not self._lacks("competence", occasion, fact):
            return state
        return as_sure(self.draw(occasion, f"slip {fact.id}").choice(wrong), state, book)

    def _left_out(self, occasion: Occasion, fact: Statement) -> bool:
        """Return whether a seat leaves out a fact before the law applies: it hides bad news, or nobody looks."""
        if isinstance(fact, Fact) and fact.valence == "bad" and self._hidden(occasion, fact):
            return True
        unchecked = UNCHECKED in occasion.more.get("told", ())
        return unchecked and self._by_chance(self.rates.stray, occasion, "stray", fact)

    def _hidden(self, occasion: Occasion, fact: Fact) -> bool:
        hides = self._by_chance(self.rates.bad_drop, occasion, "hidden", fact)
        return hides or self._lacks("candour", occasion, fact)

    def _forgone(self, occasion: Occasion, fact: Statement) -> bool:
        """Return whether a seat forgoes what it would lose of a fact, because somebody looks or it is new."""
        return self._by_chance(self.rates.forgone(occasion.more), occasion, "forgone", fact)

    def _veiled(self, state: State, occasion: Occasion) -> State | None:
        """Return the blurred state in which a seat that is watched passes on what it would leave out; else None."""
        blurred = State(state.fact, "blurred")
        if not (self.rates.veil and is_watched(occasion.more)) or blurred not in codebook(occasion.world).wordings:
            return None
        veils = self.draw(occasion, f"veiled {state.fact}").uniform() < self.rates.veil
        return blurred if veils else None

    def _inflates(self, occasion: Occasion, fact: Fact) -> bool:
        inflates = self._by_chance(self.rates.inflate, occasion, "inflated", fact)
        return inflates or self._lacks("ethics", occasion, fact)

    def _lacks(self, trait: str, occasion: Occasion, fact: Statement) -> bool:
        """Return whether what goes with the want of a trait happens to a fact or a clause here."""
        return self._by_chance(self.rates.for_want_of(trait, occasion), occasion, trait, fact)

    def _by_chance(self, chance: float, occasion: Occasion, about: str, fact: Statement) -> bool:
        return chance > 0 and self.draw(occasion, f"{about} {fact.id}").uniform() < chance

    def _practised(self, occasion: Occasion) -> list[str]:
        """Return the lines with which a worker does what is said to raise a score."""
        metric = occasion.world.metric
        if metric is None or occasion.role != "worker" or not self.rates.practises:
            return []
        return [practice.line for practice in in_use(self.rates, metric, occasion, self.draw(occasion, "practices"))]

    def _made_up(self, book: Codebook, heard: Iterable[str], occasion: Occasion) -> list[str]:
        """Return new invented sentences, their number drawn from a Poisson distribution."""
        if not self.rates.invent:
            return []
        draw = self.draw(occasion, "invented")
        left = draw.uniform()
        chance, count = math.exp(-self.rates.invent), 0
        while left >= chance and count < len(book.inventions):
            left -= chance
            count += 1
            chance *= self.rates.invent / count
        known = set(heard)
        fresh = [line for line in book.inventions if line not in known]
        return draw.sample(fresh, min(count, len(fresh)))

    def draw(self, occasion: Occasion, about: str) -> Draw:
        """Return the draw for one question on an occasion: it differs by seat, hop, draft and question."""
        # A further draft draws anew; a first draft draws as if it were the only one.
        further = (occasion.drafted,) if occasion.drafted else ()
        return Draw(
            "channel", self.rates.seed, occasion.world.seed, occasion.replicate, occasion.seat, occasion.hop, about,
            *further,
        )  # fmt: skip


def as_report(lines: Sequence[str]) -> str:
    """Return lines as a report; without lines, the sentence that there is nothing to report."""
    return "\n".join(f"- {line}" for line in lines or [NOTHING])


def better_told(fact: Fact, book: Codebook) -> list[State]:
    """Return the altered states of a fact whose number makes it better news: smaller if it is bad, larger if good."""
    sign = {"good": 1, "bad": -1, "neutral": 0}[fact.valence]
    found = []
    for state in book.wrong.get(fact.id, ()):
        name, _, value = state.variant.partition("=")
        slot = fact.slot(name)
        if slot.kind in ("number", "count") and sign * (float(value) - float(slot.value)) > 0:
            found.append(state)
    return found


def as_sure(state: State, before: State, book: Codebook) -> State:
    """Return a state with what another says of the fact's hedge and source, where that can be said of it."""
    sure = state._replace(said=before.said)
    return sure if sure in book.wordings else state


def _lost(kept: State, cause: Cause, book: Codebook, draw: Draw) -> State | None:
    """Return what a kept fact becomes; None if it is left out. Its hedge and source stay as they are."""
    if cause == "invert" and (inverted := kept._replace(fate="inverted")) in book.wordings:
        return inverted
    if cause in ("invert", "alter") and (wrong := book.wrong.get(kept.fact)):
        return as_sure(draw.choice(wrong), kept, book)
    if cause == "blur" and (blurred := State(kept.fact, "blurred")) in book.wordings:
        return blurred
    return None


LINES: dict[str, Status] = {status_line(status): status for status in STATUSES}
"""The channel's sentences about the status, each with the status it states."""


def passed_status(heard: Iterable[str], rate: float, draw: Draw) -> list[str]:
    """Return the sentence about the status that a seat passes on, as a list; empty if it heard none.

    Of two sentences the first is passed on, as with facts. Green can't be softened.

    Args:
        heard: Every sentence that the seat heard.
        rate: Chance that the status becomes one step greener.
        draw: Where the chance comes from.
    """
    told = next((LINES[line] for line in heard if line in LINES), None)
    if told is None:
        return []
    softer = min(STATUSES.index(told) + 1, len(STATUSES) - 1)
    return [status_line(STATUSES[softer] if draw.uniform() < rate else told)]
