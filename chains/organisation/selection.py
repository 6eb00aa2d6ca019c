"""Selection pressure: a seat writes m drafts, the seat above rates them, and the best-rated draft goes on.

This is best-of-m selection by the reader's taste. It tests whether reports
drift because people write what the person above likes to read. Controls: a
random draft goes on, without ratings (`random`), or with ratings that are
asked for and ignored (`placebo`, the same calls). With `guess` the seat itself rates
its drafts, as it thinks that the reader would. With `leak` it has a copy of the reader to
practise on: a seat beside the chain, `Copy`, rates the drafts as the reader would, the
best-rated one is sent, and in several rounds the reader rates that one alone. `leak_placebo` is the same, and a random
draft goes on. The copy's model is that of the role `auditor`: the reader's own, or one that it may be based on.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from chains.models.channel import replies
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import NO_REPORT, Cast, as_json
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Draft, Turn, Weaver
from chains.organisation.task import Rule, Ruled, Said, task
from chains.rng import Draw
from chains.scoring.replies.rating import LEAST, MOST, best_rated, read_ratings

By = Literal["rating", "random", "placebo", "guess", "leak", "leak_placebo"]
LEAKED = ("leak", "leak_placebo")
"""Drafts are rated by a copy of the reader, before one is sent."""
COPY = "Copy"
"""The name of that seat."""
MOST_DRAFTS = 26
"""Most drafts of a report, because they are shown under letters."""


class Selection(Weaver):
    """Weaves in drafts, ratings and the choice among them."""

    def __init__(self, drafts: Mapping[str, int], by: By, *, always: bool = False) -> None:
        """Let each seat write as many drafts as `drafts` says; with `always`, a single draft is rated too."""
        self.drafts = drafts
        self.by = by
        self.always = always

    def reported(self, draft: Draft, seat: Seat) -> None:
        """Add the further drafts of a seat, their ratings, and the one that goes on."""
        count = self.drafts.get(seat.name, 1)
        superior = draft.hierarchy.superior(seat.name)
        if superior is None or (count <= 1 and not self.always):
            return
        first = draft.turns[-1]
        drafts = [first.name]
        for number in range(1, count):
            further = draft.add(seat, REPORT, first.hears, by=self, what=f"draft{number + 1}", place=number)
            drafts.append(further.name)
        if count > 1 and self.by in LEAKED:
            self._practised(draft, seat, superior, drafts)
            return
        hears = drafts
        if self.by != "random" or self.always:
            rater, row = (seat, GUESS) if self.by == "guess" else (draft.hierarchy.seat(superior), RATE)
            rating = draft.add(rater, row, drafts, by=self, what=f"rates {seat.name}", about=seat.name)
            hears = [*drafts, rating.name]
        if count <= 1:
            return
        draft.sent[seat.name] = draft.add(seat, CHOSEN_DRAFT, hears, by=self, what="chosen").name

    def _practised(self, draft: Draft, seat: Seat, superior: str, drafts: Sequence[str]) -> None:
        """Let a copy of the reader rate the drafts, send one, and let the reader rate what is sent."""
        reader = draft.hierarchy.seat(superior)
        copy = draft.auditor(COPY, reader.level)
        tried = draft.add(copy, RATE, drafts, by=self, what=f"rates {seat.name}", about=seat.name)
        sent = draft.add(seat, CHOSEN_DRAFT, [*drafts, tried.name], by=self, what="chosen").name
        draft.sent[seat.name] = sent
        if self.always:
            draft.add(reader, RATE, [sent], by=self, what=f"rates {seat.name}", about=seat.name)


def report(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat for its report, or for a further draft of it."""
    drafted = turn.number - REPORT.number if turn.number else 0
    hears = cast.hears(turn, said)
    return cast.report_on(turn, cast.texts(turn, hears, said), hears, drafted=drafted)


REPORT = task("report", report, "up", number=10_000, holds="report")


def ballot(cast: Cast, about: str, drafts: Sequence[str]) -> dict[str, str]:
    """Return the drafts' turns by letter: shuffled, so that a liking for the letter A is no liking for a draft."""
    shuffled = Draw("ballot", cast.world.digest, cast.replicate, about).shuffled(drafts)
    return {chr(ord("A") + at): name for at, name in enumerate(shuffled)}


def rate(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a seat how much it likes each draft, or how much the reader of its own drafts will."""
    letters = ballot(cast, turn.about, turn.hears)
    texts = [(said[name] or NO_REPORT).strip() for name in letters.values()]
    shown = "\n\n".join(f"Report {letter}:\n{text}" for letter, text in zip(letters, texts, strict=True))

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        return as_json(settings, source, "ratings", dict.fromkeys(letters, RATING))

    metric = "" if cast.world.metric is None else cast.world.metric.in_words
    holes = {"drafts": shown, "letters": ", ".join(letters), "metric": metric}
    more = {"more": {"writer": cast.traits_of(turn.about), "of": turn.about}} if cast.traits is not None else {}
    return cast.ask(turn, holes, texts, shape, letters=dict.fromkeys(letters, turn.about), **more)


TOKENS_A_RATING = 6
RATE = task(
    "rate", rate, "audit", {"drafts", "letters", "metric"}, number=20_000, channel=replies.rates_drafts,
    size=lambda load: (load.read, TOKENS_A_RATING * load.messages),
)  # fmt: skip
GUESS = task(
    "guess", rate, "audit", {"drafts", "letters", "superior"}, number=210_000, channel=replies.rates_drafts,
    size=RATE.size,
)  # fmt: skip
RATINGS = (RATE, GUESS)


def ratings_in(cast: Cast, said: Said) -> dict[str, float | None]:
    """Return the rating of each seat's report by the seat above; see `rating_in`."""
    return {turn.about: rating_in(cast, turn, said) for turn in cast.plan.turns if rates_report(turn)}


def rates_report(turn: Turn) -> bool:
    """Whether a turn rates a report for its reader; a copy of the reader does not."""
    return turn.row in RATINGS and turn.seat.name != COPY


def rating_in(cast: Cast, turn: Turn, said: Said) -> float | None:
    """Return a turn's rating of a report; of several drafts, of the one that went on. None if it can't be read."""
    letters = ballot(cast, turn.about, turn.hears)
    ratings = read_ratings(said[turn.name], list(letters))
    sent = cast.plan.by_name.get(f"{turn.about}/chosen")
    went = turn.hears[0] if sent is None or len(letters) == 1 else chosen(cast, sent, said)
    return None if ratings is None else ratings[next(letter for letter, name in letters.items() if name == went)]


def readable(cast: Cast, turn: Turn, said: str | None) -> bool:
    """Return whether the ratings of a turn can be read."""
    return read_ratings(said, list(ballot(cast, turn.about, turn.hears))) is not None


RATING = {"type": "integer", "minimum": LEAST, "maximum": MOST}


def chosen_draft(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the draft that goes on."""
    return Ruled(said[chosen(cast, turn, said)])


CHOSEN_DRAFT = Rule("chosen draft", chosen_draft)


def chosen(cast: Cast, turn: Turn, said: Said) -> str:
    """Return the turn of the draft that goes on: the best-rated; a random one of equals, or without ratings."""
    drafts = [name for name in turn.hears if cast.plan.by_name[name].task == "report"]
    letters = ballot(cast, turn.seat.name, drafts)
    tied = list(letters)
    if isinstance(turn.by, Selection) and turn.by.by in ("rating", "guess", "leak"):
        ratings = read_ratings(said[turn.hears[-1]], list(letters))
        if ratings is not None:
            tied = best_rated(ratings)
    return letters[Draw("chosen", cast.world.digest, cast.replicate, turn.seat.name).choice(tied)]
