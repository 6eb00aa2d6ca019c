"""Find the words of a sentence that say a direction ("late", "rose"), and make slots of them with their opposites.

Each row has a wording, the wording that reverses it in the same place, and the two senses by which the instrument knows
them. Words that often mean something else ("over", "up") count only where the instrument takes them for a direction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chains.scoring.facts.direction_reader import compile_direction
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import UNITS
from chains.worlds.facts import direction_words as d
from chains.worlds.facts.direction_words import Sense
from chains.worlds.facts.ledger import Slot

_DOWN = Sense("unavailable", ("down", "out of service", "offline", "not available", "unreachable", "out of order"))
_RUNNING = Sense("available", ("up", "in service", "online", "not unavailable", "reachable", "in order"))
_UNSAFE = Sense("unsafe", ("dangerous", "not safe", "hazardous"))
_SAFE = Sense("safe", ("not unsafe", "harmless", "not dangerous"))
_INVALID = Sense("invalid", ("not valid", "void", "no longer valid"))
_VALID = Sense("valid", ("in force", "not invalid"))
_INCOMPLETE = Sense("incomplete", ("not complete", "unfinished", "not finished"))
_COMPLETE = Sense("complete", ("completed", "finished", "done"))
_SUSPENDED = Sense(
    "suspended", ("withdrawn", "put on hold", "on hold", "frozen", "paused", "taken out of use", "taken out of service")
)
_REINSTATED = Sense("reinstated", ("resumed", "put back", "released", "returned to use", "returned to service"))
_DOUBLED = Sense("doubled", ("twice as many", "twice as much", "rose twofold"))
_HALVED = Sense("halved", ("half as many", "half as much", "fell by half"))
_DISABLED = Sense("disabled", ("switched off", "turned off", "deactivated"))
_ENABLED = Sense("enabled", ("switched on", "turned on", "activated"))
_VACANT = Sense("vacant", ("unfilled", "empty", "unoccupied", "not filled"))
_FILLED = Sense("filled", ("occupied", "taken", "not vacant"))
_ENDED = Sense("closed", ("was closed", "ended", "finished", "concluded", "broke up"))
_BEGUN = Sense("opened", ("was opened", "began", "started", "commenced"))
_AGREED = Sense("agreed to", ("agreed", "agrees to", "decided to", "approved", "consented to", "accepted"))
_DECLINED = Sense("refused to", ("refused", "declined to", "declined", "unwilling to", "rejected"))

_ROWS: tuple[tuple[str, str, Sense, Sense], ...] = (
    ("late", "early", d.LATE, d.EARLY),
    ("early", "late", d.EARLY, d.LATE),
    ("later than planned", "earlier than planned", d.LATE, d.EARLY),
    ("earlier than planned", "later than planned", d.EARLY, d.LATE),
    ("later than promised", "earlier than promised", d.LATE, d.EARLY),
    ("earlier than promised", "later than promised", d.EARLY, d.LATE),
    ("later than expected", "earlier than expected", d.LATE, d.EARLY),
    ("earlier than expected", "later than expected", d.EARLY, d.LATE),
    ("behind schedule", "ahead of schedule", d.LATE, d.EARLY),
    ("ahead of schedule", "behind schedule", d.EARLY, d.LATE),
    ("behind plan", "ahead of plan", d.LATE, d.EARLY),
    ("behind the schedule", "ahead of the schedule", d.LATE, d.EARLY),
    ("behind the programme", "ahead of the programme", d.LATE, d.EARLY),
    ("behind the plan", "ahead of the plan", d.LATE, d.EARLY),
    ("ahead of plan", "behind plan", d.EARLY, d.LATE),
    ("overdue", "early", d.LATE, d.EARLY),
    ("delayed", "early", d.LATE, d.EARLY),
    ("behind", "ahead of", d.BEHIND, d.AHEAD),
    ("ahead of", "behind", d.AHEAD, d.BEHIND),
    ("behind", "ahead", d.BEHIND, d.AHEAD),
    ("ahead", "behind", d.AHEAD, d.BEHIND),
    ("over", "under", d.OVER, d.UNDER),
    ("under", "over", d.UNDER, d.OVER),
    ("above", "below", d.ABOVE, d.BELOW),
    ("below", "above", d.BELOW, d.ABOVE),
    ("exceeded", "undershot", d.OVER, d.UNDER),
    ("failed", "passed", d.FAILED, d.PASSED),
    ("fail", "pass", d.FAILED, d.PASSED),
    ("fails", "passes", d.FAILED, d.PASSED),
    ("passed", "failed", d.PASSED, d.FAILED),
    ("pass", "fail", d.PASSED, d.FAILED),
    ("passes", "fails", d.PASSED, d.FAILED),
    ("rose", "fell", d.ROSE, d.FELL),
    ("risen", "fallen", d.ROSE, d.FELL),
    ("increased", "decreased", d.ROSE, d.FELL),
    ("went up", "went down", d.ROSE, d.FELL),
    ("grew", "shrank", d.ROSE, d.FELL),
    ("climbed", "dropped", d.ROSE, d.FELL),
    ("fell", "rose", d.FELL, d.ROSE),
    ("fallen", "risen", d.FELL, d.ROSE),
    ("decreased", "increased", d.FELL, d.ROSE),
    ("went down", "went up", d.FELL, d.ROSE),
    ("dropped", "climbed", d.FELL, d.ROSE),
    ("declined", "increased", d.FELL, d.ROSE),
    ("up", "down", d.ROSE, d.FELL),
    ("down", "up", d.FELL, d.ROSE),
    ("was down", "was up", _DOWN, _RUNNING),
    ("were down", "were up", _DOWN, _RUNNING),
    ("is down", "is up", _DOWN, _RUNNING),
    ("been down", "been up", _DOWN, _RUNNING),
    ("raised", "lowered", d.RAISED, d.LOWERED),
    ("lowered", "raised", d.LOWERED, d.RAISED),
    ("reduced", "increased", d.LOWERED, d.RAISED),
    ("leaked", "held", d.LEAKED, d.HELD),
    ("expired", "was renewed", d.EXPIRED, d.RENEWED),
    ("lapsed", "was renewed", d.EXPIRED, d.RENEWED),
    ("was renewed", "expired", d.RENEWED, d.EXPIRED),
    ("more", "fewer", d.MORE, d.FEWER),
    ("fewer", "more", d.FEWER, d.MORE),
    ("longer", "shorter", d.LONGER, d.LESS),
    ("shorter", "longer", d.LESS, d.LONGER),
    ("slower", "faster", d.SLOWER, d.FASTER),
    ("faster", "slower", d.FASTER, d.SLOWER),
    ("higher", "lower", d.HIGHER, d.LOWER),
    ("lower", "higher", d.LOWER, d.HIGHER),
    ("worse", "better", d.WORSE, d.BETTER),
    ("better", "worse", d.BETTER, d.WORSE),
    ("worsened", "improved", d.WORSE, d.BETTER),
    ("improved", "worsened", d.BETTER, d.WORSE),
    ("lost", "gained", d.LOST, d.GAINED),
    ("gained", "lost", d.GAINED, d.LOST),
    ("won", "lost", d.WON, d.LOST),
    ("rejected", "accepted", d.REJECTED, d.ACCEPTED),
    ("refused", "accepted", d.REJECTED, d.ACCEPTED),
    ("accepted", "rejected", d.ACCEPTED, d.REJECTED),
    ("approved", "rejected", d.APPROVED, d.REJECTED),
    ("were agreed", "were rejected", d.APPROVED, d.REJECTED),
    ("was agreed", "was rejected", d.APPROVED, d.REJECTED),
    ("agreed to", "refused to", _AGREED, _DECLINED),
    ("stopped", "restarted", d.STOPPED, d.RESTARTED),
    ("halted", "restarted", d.STOPPED, d.RESTARTED),
    ("restarted", "stopped", d.RESTARTED, d.STOPPED),
    ("resumed", "stopped", d.RESTARTED, d.STOPPED),
    ("crashed", "recovered", d.CRASHED, d.RECOVERED),
    ("recovered", "crashed", d.RECOVERED, d.CRASHED),
    ("missed", "met", d.MISSED, d.MET),
    ("met", "missed", d.MET, d.MISSED),
    ("open", "closed", d.OPEN, d.CLOSED),
    ("unresolved", "closed", d.OPEN, d.CLOSED),
    ("closed", "opened", _ENDED, _BEGUN),
    ("closed", "open", d.CLOSED, d.OPEN),
    ("cancelled", "confirmed", d.CANCELLED, d.CONFIRMED),
    ("canceled", "confirmed", d.CANCELLED, d.CONFIRMED),
    ("confirmed", "cancelled", d.CONFIRMED, d.CANCELLED),
    ("resigned from", "joined", d.LEFT, d.JOINED),
    ("left", "joined", d.LEFT, d.JOINED),
    ("joined", "left", d.JOINED, d.LEFT),
    ("unavailable", "available", _DOWN, _RUNNING),
    ("out of service", "in service", _DOWN, _RUNNING),
    ("offline", "online", _DOWN, _RUNNING),
    ("available", "unavailable", _RUNNING, _DOWN),
    ("unsafe", "safe", _UNSAFE, _SAFE),
    ("safe", "unsafe", _SAFE, _UNSAFE),
    ("invalid", "valid", _INVALID, _VALID),
    ("valid", "invalid", _VALID, _INVALID),
    ("incomplete", "complete", _INCOMPLETE, _COMPLETE),
    ("complete", "incomplete", _COMPLETE, _INCOMPLETE),
    ("suspended", "reinstated", _SUSPENDED, _REINSTATED),
    ("withdrawn", "reinstated", _SUSPENDED, _REINSTATED),
    ("reinstated", "suspended", _REINSTATED, _SUSPENDED),
    ("doubled", "halved", _DOUBLED, _HALVED),
    ("halved", "doubled", _HALVED, _DOUBLED),
    ("disabled", "enabled", _DISABLED, _ENABLED),
    ("enabled", "disabled", _ENABLED, _DISABLED),
    ("vacant", "filled", _VACANT, _FILLED),
    ("shortened", "extended", d.SHORTENED, d.EXTENDED),
    ("extended", "shortened", d.EXTENDED, d.SHORTENED),
)
_AMOUNTS = bag("by from to")
CHANGED = bag("raised lowered reduced dropped climbed up down")
"""Directions only next to an amount: not in "shut down" or "raised a concern"."""
_MEASURED = bag("over under above below")
_YARDSTICKS = bag(
    "budget plan target limit threshold estimate forecast average schedule norm standard quota capacity spec "
    "expectation specified planned expected allowed budgeted"
)
_COMPARED = bag("more fewer")
"""Directions only before "than": the reverse of "2 more engineers" is not 2 fewer."""
_AIMED = bag("met missed")
_AIMS = bag(
    "deadline deadlines target targets goal goals requirement requirements limit quota plan milestone milestones "
    "objective sla"
)
_TUMBLED = bag("from off into down onto ill asleep through over")
"""Words after "fell" where somebody or something did, if no number follows."""
_TESTED = bag("passed pass passes")
_TESTS = bag(
    "test tests exam exams examination audit audits inspection inspections check checks review trial trials vote "
    "motion acceptance qualification assessment calibration survey certification course"
)
"""What is passed or failed; a train that passed a signal did not fail it."""
_FAR = 2
_PLACED = bag("late early complete incomplete open closed safe unsafe valid invalid available unavailable unresolved")
"""Directions only if no noun follows: not in "the late shift"."""
TURNABLE = frozenset(word for form, turned, _, _ in _ROWS for word in (form, turned) if " " not in word) - bag(
    "more fewer up down over under late early left open met missed available lost won behind ahead held filled opened"
) | bag(
    "stable unstable sufficient insufficient enough correct incorrect wrong working broken full empty possible "
    "impossible unable able successful unsuccessful unresolved resolved fixed unfixed repaired damaged intact ready "
    "unready satisfied dissatisfied compliant normal abnormal positive negative won lost improved "
    "worsened agreed denied legal illegal known unknown authorised unauthorised reversed reopened"
)
"""Words with a plain opposite. If one can't be typed, its reversal would go unnoticed, so the sentence is left out."""
_BY_FIRST: dict[str, list[tuple[tuple[str, ...], str, Sense, Sense]]] = {}
for _form, _turned, _here, _there in sorted(_ROWS, key=lambda row: -len(row[0].split())):
    _BY_FIRST.setdefault(_form.split()[0], []).append((tuple(_form.split()), _turned, _here, _there))


class Way(NamedTuple):
    """A direction in a sentence."""

    first: int
    last: int
    """Tokens from `first` up to `last`, half open."""
    slot: Slot


def ways_in(tokens: tuple[Token, ...], taken: frozenset[int]) -> list[Way]:
    """Return the directions of a sentence in order.

    Args:
        tokens: The sentence.
        taken: Places of the tokens of names, dates and other values, which are no directions.
    """
    out: list[Way] = []
    at = 0
    while at < len(tokens):
        way = None if at in taken else _way(tokens, at, taken)
        if way is not None:
            out.append(way)
        at = at + 1 if way is None else way.last
    return out


def _way(tokens: tuple[Token, ...], at: int, taken: frozenset[int]) -> Way | None:
    for words, turned, here, there in _BY_FIRST.get(tokens[at].low, ()):
        last = at + len(words)
        if tuple(token.low for token in tokens[at:last]) != words or taken & {*range(at, last)}:
            continue
        form = " ".join(words)
        slot = Slot(
            name="way", kind="direction", value=form, also=_others(here, form),
            opposite=turned, opposites=_others(there, turned),
        )  # fmt: skip
        if _closes_at(tokens, at) != (turned == "opened") or not _fits(tokens, at, last, form, turned):
            continue
        hits = compile_direction(slot).hits(tokens, 0, len(tokens), frozenset(), taken)
        if any(hit.first < last and at < hit.last and hit.sense == 1 for hit in hits):
            return Way(at, last, slot)
    return None


def _fits(tokens: tuple[Token, ...], first: int, last: int, form: str, turned: str) -> bool:
    """Whether a word that has other meanings too stands where it is a direction."""
    after = tokens[last : last + 6]
    following = after[0] if after else None
    fits = True
    if form in CHANGED:
        beside = following is not None and (following.kind == "number" or following.text in "€$£")
        beside = beside or (first > 0 and (tokens[first - 1].kind == "number" or tokens[first - 1].text == "%"))
        announced = after[:1] if form in ("up", "down") else after
        fits = beside or any(token.low in _AMOUNTS for token in announced)
    elif form.endswith(" down"):
        fits = not any(token.kind == "number" or token.low == "by" for token in after[: 1 + _amount(after)])
    elif form in _MEASURED:
        before = tokens[first - 1] if first else None
        beside = before is not None and (before.kind == "number" or before.low in UNITS or before.text in "%€$£")
        between = beside and following is not None and following.kind == "number"  # "84 over 51"
        fits = not between and (beside or any(token.low in _YARDSTICKS for token in after[:4]))
    elif form in _COMPARED:
        fits = following is not None and following.low == "than"
    elif form in _AIMED:
        fits = any(token.low in _AIMS for token in tokens)
    elif form in _PLACED | _TESTED:
        tested = form in _TESTED and not _TESTS.isdisjoint([token.low for token in tokens])
        fits = following is None or following.kind != "word" or following.low in STOP or tested
    elif form in ("fell", "fallen"):
        fits = following is None or following.low not in _TUMBLED or len(after) < _FAR or after[1].kind == "number"
    elif form == "left":
        name = first > 0 and (tokens[first - 1].kind == "code" or tokens[first - 1].text[:1].isupper())
        fits = name and (following is None or following.low in STOP)
    elif form == "behind":
        fits = (following is None or following.kind == "mark") == (turned == "ahead")
    return fits


def _closes_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether "closed" is what ended at a time of day, and no state: "the meeting closed at 15:50"."""
    after = tokens[at + 1 : at + 5]
    on_time = len(after) > _FAR and after[0].low == "at" and after[1].kind == "number" and after[_FAR].text == ":"
    return tokens[at].low == "closed" and on_time and at > 0 and tokens[at - 1].low not in STOP


def _amount(after: Sequence[Token]) -> bool:
    """Whether "from" or "to" before an amount follows, and not before a time of day."""
    prepositions = bool(after) and after[0].low in ("from", "to")
    return prepositions and not (len(after) > _FAR and after[_FAR].text == ":")


def _others(sense: Sense, form: str) -> tuple[str, ...]:
    return tuple(word for word in (sense.word, *sense.also) if word != form)
