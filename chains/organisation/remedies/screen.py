"""The screener: a seat beside the chain scores every candidate by its text, and sends the best-scored on.

It reads what the executive would have read, each text under a letter and its
candidate's name, and gives each candidate a number from 1 to 10. With `send=K` the
texts of the K best-scored reach the executive, else all of them. Scores that can't be
read are counted, and a random shortlist goes on. For reference the same screener also
scores the *form*: each candidate's facts, word for word as they are. So what a text is
scored above or below its form is the text's doing, on the screener's own scale. The
placebo scores too, but the shortlist is random.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from chains.models.channel import replies
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import NO_REPORT, Cast, as_json
from chains.organisation.decision_turns import charter_lines
from chains.organisation.hierarchy import held_below
from chains.organisation.plan import LEDGER, Draft, Turn
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.selection import RATING, TOKENS_A_RATING
from chains.organisation.task import Rule, Ruled, Said, task
from chains.rng import Draw
from chains.scoring.replies.rating import read_ratings
from chains.worlds.decisions.decision import Option

SCREENER = "Screener"
"""The name of the seat; its model is that of the role `auditor`, if that is set."""
HEADING = "From the screener:"
"""What stands above a shortlisted text, if there are several."""


@remedy
class Screen(Remedy):
    """A screener beside the chain, and how many candidates it sends on."""

    about: ClassVar[str] = "a screener beside the chain scores every candidate and sends the best on"
    of_decisions: ClassVar[bool] = True
    of_candidates: ClassVar[bool] = True
    place: ClassVar[int] = 65  # it reads what the others attach

    send: Annotated[int, Field(ge=1, le=8)] | None = None
    """How many candidates are on the shortlist, of which the executive reads the texts; all if not given."""

    def at_the_top(self, draft: Draft) -> None:
        """Add the scores on the texts and on the forms, and let the shortlisted texts go on."""
        seat, texts = draft.auditor(SCREENER, 0), tuple(draft.top)
        scores = draft.add(seat, SCORE, texts, by=self)
        form = Turn(f"{seat.name}/form", seat, SCORE, SCORE.number + 1, (), LEDGER, by=self)
        draft.turns.append(form)
        draft.top = [
            draft.add(seat, SHORTLISTED, (text, scores.name), by=self, what=f"sends {text}", heading=HEADING).name
            for text in texts
        ]


def candidates_of(cast: Cast, text: str) -> tuple[Option, ...]:
    """Return the candidates that a turn's text is about: those whose facts are held at or below its seat.

    Raises:
        ValueError: If the world has no candidates; such a run is refused before it begins.
    """
    decision = cast.world.decision
    if decision is None or not decision.candidates:
        raise ValueError(f"world {cast.world.title!r} has no candidates")
    held = held_below(cast.hierarchy, cast.dealt).get(cast.plan.by_name[text].seat.name, frozenset())
    return tuple(option for option in decision.candidates if held.intersection(option.facts))


def name_of(cast: Cast, option: Option) -> str:
    """Return what a candidate is called: the subject of its facts, its first letter in upper case."""
    subject = cast.world.fact(option.facts[0]).subject
    return subject[:1].upper() + subject[1:]


def lettered(cast: Cast) -> dict[str, Option]:
    """Return the candidates by letter: shuffled, so that a liking for the letter A is no liking for a candidate."""
    candidates = cast.world.decision.candidates if cast.world.decision else ()
    shuffled = Draw("candidates", cast.world.digest, cast.replicate).shuffled(candidates)
    return {chr(ord("A") + at): option for at, option in enumerate(shuffled)}


def texts_on(cast: Cast, turn: Turn, said: Said) -> dict[str, str]:
    """Return the text on each candidate that a turn's seat reads, by the candidate's id.

    The candidate's name stands above it. Of a text on several candidates each has the whole; without any text, a
    candidate has `NO_REPORT`.
    """
    found: dict[str, list[str]] = {option.id: [] for option in lettered(cast).values()}
    for name in turn.hears:
        for option in candidates_of(cast, name):
            found[option.id].append((said[name] or NO_REPORT).strip())
    names = {option.id: name_of(cast, option) for option in lettered(cast).values()}
    return {name: f"{names[name]}:\n" + "\n\n".join(texts or [NO_REPORT]) for name, texts in found.items()}


def forms_of(cast: Cast) -> dict[str, str]:
    """Return the form of each candidate, by its id: its facts as the notes have them, under its name."""
    return {option.id: f"{name_of(cast, option)}:\n{cast.in_words(option.facts)}" for option in lettered(cast).values()}


def score(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask the screener for a number for each candidate, on the texts or on the forms."""
    letters = lettered(cast)
    texts = forms_of(cast) if turn.reference else texts_on(cast, turn, said)
    mine = [texts[option.id] for option in letters.values()]

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        return as_json(settings, source, "scores", dict.fromkeys(letters, RATING))

    holes = {
        "texts": "\n\n".join(f"{letter}. {text}" for letter, text in zip(letters, mine, strict=True)),
        "letters": ", ".join(letters),
        "charter": "\n".join(f"- {line}" for line in charter_lines(cast)),
        "span": len(letters),
    }
    own = () if turn.reference else own_writing(cast, turn)
    shown = {letter: option.id for letter, option in letters.items()}
    return cast.ask(turn, holes, mine, shape, letters=shown, more={"own": own})


SCORE = task(
    "score", score, "audit", {"texts", "letters", "charter", "span"}, number=200_000, channel=replies.scores_candidates,
    size=lambda load: (load.read, TOKENS_A_RATING * load.messages),
)  # fmt: skip


def own_writing(cast: Cast, turn: Turn) -> tuple[str, ...]:
    """Return the candidates whose texts were last written by the model that scores them."""
    me = cast.parts[turn.seat.name].model
    writers = [(cast.plan.by_name[name].seat.name, name) for name in turn.hears]
    alike = [name for seat, name in writers if seat in cast.parts and cast.parts[seat].model == me]
    return tuple(sorted({option.id for name in alike for option in candidates_of(cast, name)}))


def scores_in(cast: Cast, reply: str | None) -> dict[str, float] | None:
    """Return the number that each candidate got, by its id; None if they can't be read."""
    letters = lettered(cast)
    read = read_ratings(reply, list(letters))
    return None if read is None else {letters[letter].id: number for letter, number in read.items()}


def shortlist(cast: Cast, turn: Turn, said: Said) -> tuple[str, ...]:
    """Return the candidates whose texts go on after a turn of scoring, the best first; a random one of equals."""
    scores: Mapping[str, float] | None = scores_in(cast, said[turn.name])
    by = turn.by if isinstance(turn.by, Screen) else Screen()
    order = Draw("shortlist", cast.world.digest, cast.replicate).shuffled([one.id for one in lettered(cast).values()])
    if scores is not None and not by.placebo:
        given = scores
        order.sort(key=lambda name: -given[name])  # stable: equals stay shuffled
    return tuple(order[: by.send])


def shortlisted(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return a text under its candidates' names if one of them is on the shortlist; no text otherwise."""
    text, scores = turn.hears
    mine = candidates_of(cast, text)
    if mine and not {option.id for option in mine}.intersection(shortlist(cast, cast.plan.by_name[scores], said)):
        return Ruled(None)
    names = ", ".join(name_of(cast, option) for option in mine)
    spoken = (said[text] or NO_REPORT).strip()
    return Ruled(f"{names}:\n{spoken}" if names else spoken)


SHORTLISTED = Rule("shortlisted", shortlisted)
