"""Wordings of limits: on which side of a limit something must stay.

A limit is not a report of what happened. In a wish, "at most 5" means the same as
"below 5"; in a report it would state only half of a fact.
"""

from chains.worlds.facts.direction_words import MAY, MUST_NOT, Sense

KEEP_BELOW = Sense(
    "below",
    (
        "under", "less than", "fewer than", "lower than", "no more than", "not more than", "no higher than", "at most",
        "up to", "beneath", "within", "not exceed", "never exceed", "without exceeding", "no greater than", "not above",
        "not over", "maximum of", "maximum", "at maximum", "max", "limit of", "limited to", "capped at", "cap of",
        "or less", "or fewer", "or lower", "or below", "not reach", "stay clear of", "down to", "smaller than",
    ),
)  # fmt: skip
KEEP_ABOVE = Sense(
    "above",
    (
        "over", "more than", "higher than", "greater than", "no less than", "not less than", "no lower than",
        "no fewer than", "at least", "beyond", "exceed", "exceeds", "exceeding", "in excess of", "minimum of",
        "minimum", "at minimum", "min", "or more", "or higher", "or above", "not below", "not under", "not fall below",
        "not drop below", "never below", "up from", "better than", "larger than",
    ),
)  # fmt: skip
FORBIDDEN = Sense(
    MUST_NOT.word,
    (
        *MUST_NOT.also, "may not", "must never", "may never", "can never", "should not", "should never", "shall not",
        "is not allowed to", "not be allowed to", "not permitted to", "forbidden to", "forbidden", "prohibited",
        "banned", "ban on", "under no circumstances", "no more than", "at most", "below", "under", "up to",
        "maximum of", "limit of", "limited to", "capped at", "within", "without", "refrain from", "not go", "not run",
    ),
)  # fmt: skip
PERMITTED = Sense(
    MAY.word,
    (
        *MAY.also, "is permitted to", "permitted to", "allowed to", "permission to", "will", "shall", "at least",
        "above", "over", "no less than", "exceed", "beyond",
    ),
)  # fmt: skip
