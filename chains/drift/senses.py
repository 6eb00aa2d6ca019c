"""Opposite senses in common use, for wordings that a ledger does not list itself."""

from chains.drift.stems import bag

FAMILIES: tuple[tuple[str, str], ...] = (
    (
        "late|delayed|delay|behind schedule|behind plan|overdue|slipped|lagging|later than planned|past due|behind",
        "early|ahead of schedule|ahead of time|in advance|earlier than planned|ahead|on time|on schedule|punctual",
    ),
    (
        (
            "over|above|exceeded|exceeding|overspent|more than|in excess of|beyond|overrun|higher than|more|beat|"
            "higher|too high|too heavy|too many|too much"
        ),
        (
            "under|below|underspent|less than|within|short of|underrun|beneath|lower than|saved|less|fewer|"
            "lower|too low|too light|too few|too little"
        ),
    ),
    (
        (
            "rose|increased|went up|up|grew|climbed|higher|jumped|growth|gained|raised|doubled|worsened|longer|hotter|"
            "warmer|louder|dearer|more expensive|heavier|+"
        ),
        (
            "fell|decreased|went down|down|dropped|declined|lower|reduced|shrank|cut|halved|lowered|improved|shorter|"
            "colder|cooler|quieter|cheaper|lighter|-|−|–"
        ),
    ),
    (
        "failed|not pass|unsuccessful|flunked|failure|broke down|no good",
        "passed|succeeded|successful|cleared|success|flawless|get through|came through|fine|ok|okay",
    ),
    ("missed|not met|not meet|fell short of|unmet", "met|achieved|reached|hit|fulfilled|satisfied"),
    ("open|unresolved|outstanding|pending|unfixed", "closed|resolved|fixed|solved|settled"),
    (
        "rejected|refused|turned down|declined|denied|not refund",
        "accepted|approved|granted|agreed|authorised|authorized",
    ),
    ("lost|loss|down", "won|gained|took on|added|hired|more|up"),
    ("resigned|left|quit|departed", "joined|hired|recruited"),
    ("worse|worsened|deteriorated|poorer", "better|improved|improvement"),
    ("cancelled|canceled|called off|scrapped", "confirmed|agreed|upheld"),
    ("expired|lapsed|ran out", "renewed|extended|valid"),
    ("stopped|halted|shut down|ceased|broke down", "restarted|resumed|started|running|back in operation|back up"),
    ("slower|longer|too long|too slow", "faster|quicker|shorter|less"),
    ("shortened|cut|reduced|lost|shorter", "extended|lengthened|prolonged|gained|longer"),
    ("more|additional|extra|up", "fewer|less|down"),
    ("unsafe|dangerous", "safe"),
    ("incomplete|unfinished", "complete|completed|finished"),
)
"""Wordings that mean the one and wordings that mean the other. A slot's own lists come first."""

BINARY = bag(
    "pass fail meet miss open close clos accept reject approv refus leak hold confirm cancel valid expir renew complet "
    "safe succeed"
)
"""Stems whose denial is their opposite: what did not pass failed; what did not rise need not have fallen."""
