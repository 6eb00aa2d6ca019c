"""Words for directions (late, failed, rose), with other wordings of each.

A fact's direction slot holds one sense and its opposite. The other wordings are
generous, because the instrument must recognise paraphrases:
"behind schedule" is as late as "late".
"""

from typing import NamedTuple


class Sense(NamedTuple):
    """One direction: the word that a rendering uses, and others that mean the same."""

    word: str
    also: tuple[str, ...]


LATE = Sense(
    "late",
    (
        "behind schedule", "behind plan", "behind time", "delayed", "delay", "delays", "overdue", "behind", "slipped",
        "later than planned", "later than scheduled", "later than expected", "after schedule", "lateness", "past due",
    ),
)  # fmt: skip
EARLY = Sense(
    "early",
    (
        "ahead of schedule", "ahead of time", "ahead of plan", "before schedule", "earlier than planned", "ahead",
        "earlier than scheduled", "earlier than expected", "in advance", "sooner than planned", "before time",
    ),
)  # fmt: skip
BEHIND = Sense(
    "behind",
    (
        "late",
        "delayed",
        "delay",
        "overdue",
        "slipped",
        "trailing",
        "lagging",
        "lags",
        "slower than planned",
        "later than",
    ),
)
AHEAD = Sense(
    "ahead of",
    ("ahead", "early", "in front of", "in advance of", "leading", "before", "faster than planned", "earlier than"),
)
OVER = Sense(
    "over",
    (
        "above",
        "exceeds",
        "exceeded",
        "exceeding",
        "overspent",
        "more than",
        "beyond",
        "in excess of",
        "overrun",
        "overran",
    ),
)
UNDER = Sense(
    "under",
    ("below", "underspent", "less than", "within", "short of", "beneath", "saved", "saving", "savings", "underrun"),
)
ABOVE = Sense(
    "above",
    (
        "over",
        "exceeded",
        "exceeds",
        "exceeding",
        "more than",
        "higher than",
        "beyond",
        "beat",
        "surpassed",
        "in excess of",
    ),
)
BELOW = Sense(
    "below",
    (
        "under",
        "short of",
        "less than",
        "lower than",
        "fell short of",
        "missed",
        "beneath",
        "shortfall",
        "underperformed",
    ),
)
FAILED = Sense(
    "failed",
    (
        "did not pass",
        "fail",
        "fails",
        "failing",
        "failure",
        "failures",
        "flunked",
        "unsuccessful",
        "was rejected",
        "not passed",
    ),
)
PASSED = Sense(
    "passed",
    (
        "succeeded",
        "pass",
        "passes",
        "passing",
        "cleared",
        "completed successfully",
        "successful",
        "was approved",
        "did not fail",
    ),
)
ROSE = Sense(
    "rose",
    (
        "increased", "increase", "went up", "up", "grew", "climbed", "rise", "rising", "risen", "higher", "gone up",
        "jumped", "has increased", "growth", "raised",
    ),
)  # fmt: skip
FELL = Sense(
    "fell",
    (
        "decreased", "decrease", "went down", "down", "dropped", "declined", "fall", "falling", "fallen", "lower",
        "gone down", "reduced", "shrank", "reduction", "drop", "decline", "cut",
    ),
)  # fmt: skip
RAISED = Sense(
    "raised", ("increased", "increase", "put up", "pushed up", "higher", "hiked", "raise", "rose", "went up")
)
LOWERED = Sense(
    "lowered", ("cut", "reduced", "decreased", "decrease", "dropped", "lower", "reduction", "brought down", "fell")
)
LEAKED = Sense("leaked", ("leak", "leaks", "leaking", "leakage", "did not hold", "dripped", "gave way", "burst"))
HELD = Sense(
    "held", ("held tight", "stayed tight", "did not leak", "held firm", "sealed", "no leak", "remained tight", "holds")
)
EXPIRED = Sense(
    "expired", ("lapsed", "ran out", "has expired", "is expired", "ended", "became invalid", "expiry", "not renewed")
)
RENEWED = Sense(
    "was renewed", ("renewed", "has been renewed", "was extended", "extended", "renewal", "reissued", "was reissued")
)
MORE = Sense(
    "more", ("additional", "extra", "over", "above", "higher", "in excess of", "too many", "beyond", "exceeding")
)
FEWER = Sense("fewer", ("less", "under", "below", "lower", "not as many", "too few", "short of"))
LONGER = Sense("longer", ("more", "over", "beyond", "overran", "overrun", "extra", "exceeded", "slower"))
LESS = Sense("less", ("shorter", "under", "quicker", "faster", "fewer", "below", "sooner", "saved"))
SLOWER = Sense("slower", ("longer", "behind", "late", "took longer", "slow", "slowed", "over", "lagged"))
FASTER = Sense("faster", ("quicker", "ahead", "shorter", "early", "took less", "sped up", "under", "sooner", "quickly"))
LOST = Sense(
    "lost", ("lose", "losing", "loss", "loss of", "was left without", "shed", "departure", "departed", "left", "down")
)
GAINED = Sense("gained", ("gain", "added", "hired", "won", "picked up", "received", "addition", "joined", "more", "up"))
WON = Sense(
    "won", ("win", "winning", "was awarded", "awarded", "secured", "gained", "landed", "received", "obtained", "got")
)
REJECTED = Sense(
    "rejected",
    (
        "refused",
        "turned down",
        "declined",
        "denied",
        "not accepted",
        "not approved",
        "rejection",
        "did not accept",
        "dismissed",
    ),
)
ACCEPTED = Sense(
    "accepted", ("approved", "agreed to", "granted", "acceptance", "took", "said yes to", "confirmed", "did not reject")
)
APPROVED = Sense(
    "approved", ("accepted", "granted", "authorised", "authorized", "signed off", "cleared", "approval", "agreed")
)
STOPPED = Sense(
    "stopped", ("halted", "shut down", "went down", "stop", "stoppage", "came to a stop", "ceased", "out of service")
)
RESTARTED = Sense(
    "restarted", ("resumed", "started again", "restart", "back in service", "running again", "is running", "came back")
)
CRASHED = Sense(
    "crashed", ("crash", "crashes", "went down", "failed", "broke down", "collapsed", "outage", "fell over")
)
RECOVERED = Sense(
    "recovered", ("recovery", "came back", "was restored", "restored", "back up", "is running again", "resumed")
)
MISSED = Sense(
    "missed",
    ("did not meet", "failed to meet", "fell short of", "overlooked", "miss", "not met", "skipped", "was late for"),
)
MET = Sense("met", ("reached", "hit", "fulfilled", "kept", "made", "achieved", "satisfied", "meets", "on time for"))
OPEN = Sense(
    "open", ("unresolved", "outstanding", "not closed", "pending", "unsolved", "still open", "not fixed", "unfixed")
)
CLOSED = Sense("closed", ("resolved", "fixed", "solved", "completed", "settled", "done", "no longer open", "shut"))
WORSE = Sense("worse", ("poorer", "lower", "inferior", "below", "worsened", "weaker", "down", "deteriorated"))
BETTER = Sense("better", ("improved", "superior", "above", "stronger", "improvement", "up", "finer", "improves"))
CANCELLED = Sense(
    "cancelled",
    ("canceled", "called off", "withdrew", "cancellation", "dropped", "withdrawn", "terminated", "scrapped"),
)
CONFIRMED = Sense(
    "confirmed",
    ("agreed", "confirmation", "committed to", "upheld", "reaffirmed", "signed", "approved", "went ahead with"),
)
HIGHER = Sense("higher", ("more", "above", "over", "greater", "up", "increased", "rose", "exceeded", "bigger"))
LOWER = Sense("lower", ("less", "below", "under", "smaller", "down", "reduced", "fell", "decreased", "cheaper"))
LEFT = Sense(
    "left", ("quit", "resigned", "departed", "has left", "walked out of", "resigned from", "departure", "gone from")
)
JOINED = Sense(
    "joined", ("came to", "was hired by", "started with", "has joined", "entered", "arrived in", "signed up with")
)
SHORTENED = Sense("shortened", ("cut", "reduced", "shorter", "made shorter", "curtailed", "trimmed", "decreased"))
EXTENDED = Sense(
    "extended", ("lengthened", "prolonged", "longer", "made longer", "stretched", "extension", "increased")
)

# Senses that are neither good nor bad, for distractors.
LIGHT = Sense("light", ("pale", "lighter", "bright"))
DARK = Sense("dark", ("deep", "darker", "dim"))
MORNING = Sense("morning", ("before noon", "early in the day", "a.m.", "in the forenoon"))
AFTERNOON = Sense("afternoon", ("after noon", "later in the day", "p.m.", "after lunch"))
UP = Sense("up", ("upstairs", "higher", "upwards", "upward"))
DOWN = Sense("down", ("downstairs", "lower", "downwards", "downward"))
NORTH = Sense("north", ("northern", "the northern side", "northerly"))
SOUTH = Sense("south", ("southern", "the southern side", "southerly"))

# Senses of clauses that forbid something.
MUST_NOT = Sense(
    "must not",
    (
        "never",
        "do not",
        "don't",
        "is not to",
        "not allowed to",
        "cannot",
        "can not",
        "nobody may",
        "no one may",
        "avoid",
    ),
)
MAY = Sense("may", ("can", "is free to", "is allowed to", "should", "must", "feel free to"))

_ALSO = {sense.word: sense.also for sense in list(globals().values()) if isinstance(sense, Sense)}


def also(word: object) -> tuple[str, ...]:
    """Return the other wordings of a direction's word; none if the word is not known here."""
    return _ALSO.get(word, ()) if isinstance(word, str) else ()
