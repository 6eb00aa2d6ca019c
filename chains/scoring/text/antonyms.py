"""Opposite senses in common use, for wordings that a ledger does not list itself."""

from chains.scoring.text.ledger_stems import bag

FAMILIES: tuple[tuple[str, str], ...] = (
    (
        (
            "late|lateness|delayed|delay|behind schedule|behind plan|overdue|slipped|slippage|lagging|lagged|"
            "later than planned|past due|behind|after the deadline|past the deadline|after it was due|"
            "after the due date|past the due date|past its due date|after schedule|after the agreed|"
            "after the planned|after the scheduled|after the promised|overran|overrun|held up|later|tardy|"
            "postponed|not on time|too late|took longer|longer than|missed|past the plan|past the agreed|"
            "past the set|past the date|after the date|after the set|waiting an extra|kept us waiting|overshot|"
            "beyond the agreed|beyond the date|later than agreed|"
            "longer|weeks over|days over|in arrears|past deadline|running late|dragged on|dragging on|"
            "not ready|lagging behind|out of time|after it|beyond it"
        ),
        (
            "early|ahead of schedule|ahead of time|in advance|earlier than planned|ahead|on time|on schedule|"
            "punctual|earlier|sooner|before the deadline|before it was due|before the due date|"
            "before its due date|before schedule|before the agreed|before the planned|before the scheduled|"
            "before the promised|before we expected|before time|to spare|in hand|in good time|beat|beating|"
            "prematurely|quicker than|faster than|ahead of the date|before the date|before the set|"
            "less than scheduled|less than planned|before it had to be|before we were due|with time to spare|"
            "hours ahead|"
            "to the day|no delay|no delays|no slippage|without delay|bang on time|right on time|"
            "sooner than|ahead of deadline|ahead of the deadline|beat its deadline|not late|"
            "with room to spare|"
            "before it|ahead of it|"
            "on the agreed date|on the agreed day|on the due date|on the day|promptly|prompt|punctually"
        ),
    ),
    (
        (
            "behind|short of|short|shortfall|lacks|lacking|undershot|undershoots|fewer|less|under|below|"
            "down on|trails|trailing|lags|lagging|missing|deficit|adrift|too few|not enough|still needs|"
            "in arrears|yet to recruit|to catch up|catch up|catching up|away from|"
            "to go|shy of|shy|off target|off the pace|still missing|under strength|light of|"
            "could do with|could use|needs more|need more"
        ),
        (
            "ahead of|ahead|more|over|above|beyond|exceeds|exceeded|exceeding|surplus|up on|in front|past|"
            "extra|overshot|outstripped|surpassed|surpasses|too many|leading|"
            "leads|outpacing|outpaced|outpaces|outran|outperforming|outperforms|outperformed|exceed|"
            "on top of|better than|beating|beat|beats|clear of|"
            "beaten"
        ),
    ),
    (
        (
            "over|above|exceeded|exceeds|exceeding|overspent|overspend|overspending|more than|in excess of|"
            "excess|beyond|overrun|overran|overshot|overshoots|higher than|more|beat|beats|higher|too high|"
            "too heavy|heavier|too many|too much|too expensive|surpassed|surpasses|surplus|topped|tops|"
            "outstripped|outperformed|outdid|outdoes|past|in the red|extra|better than|ahead of|ahead|greater|"
            "blown|blew|busted|overdrawn|further than|further|beaten|lost more|"
            "overshooting|overrunning|topping|bettered|outpaced|outperforming|exceed|on top of|too dear|"
            "dearer|cost more|costs more|pricier|"
            "out of budget|out of money|out of funds|burnt through|burnt|"
            "overweight"
        ),
        (
            "under|below|underspent|underspend|underspending|less than|within|short of|short|shy of|shortfall|"
            "underrun|beneath|lower than|saved|saving|less|fewer|lower|too low|too light|lighter|too few|"
            "too little|undershot|undershoots|undercut|to spare|in hand|left over|unspent|unused|cheaper|"
            "missed|misses|missing|lacking|deficit|adrift|fell short|underperformed|not reach|behind|smaller|"
            "before reaching|left in it|has left|inside|cost less|savings|came in under|"
            "costs less|came in below|to go|off target|shy|trimmed|saved us|spared|underspending|"
            "undershooting|undershoot|lags|lagging|lagged|trails|trailing"
        ),
    ),
    (
        (
            "rose|increased|increase|went up|up|grew|climbed|higher|jumped|jump|growth|gained|raised|doubled|"
            "worsened|longer|hotter|warmer|warmed|heated|louder|noisier|dearer|more expensive|heavier|stronger|"
            "spiked|surged|soared|shot up|crept up|picked up|swelled|mounted|escalated|intensified|rising|"
            "risen|upward|upwards|on the rise|elevated|more|greater|bigger|hike|hiked|put up|pushed up|bumped|"
            "surcharge|added|+|slower|crept|mounting|worsening|on the up|come up|came up|"
            "hungrier|bloated|swollen|tripled|ballooned|inflated|climbing|growing|increasing|rocketed|"
            "leapt|edged up|inched up|ticked up|trending up|added to"
        ),
        (
            "fell|decreased|decrease|went down|down|dropped|drop|declined|decline|lower|reduced|reduction|"
            "shrank|shrunk|cut|halved|lowered|improved|shorter|colder|cooler|cooled|quieter|calmer|cheaper|"
            "lighter|weaker|sank|slid|eased|subsided|slipped|plunged|tumbled|came down|come down|brought down|"
            "abated|lessened|diminished|dwindled|receded|dip|dipped|smaller|less|fewer|downward|downwards|"
            "pared|trimmed|shaved|knocked off|took off|slashed|discount|marked down|-|−|–|quicker|faster|"
            "knocked|responsive|more responsive|snappier|shed|clawed back|came off|come off|improving|improvement|"
            "fewer|"
            "off"
        ),
    ),
    (
        (
            "failed|not pass|unsuccessful|flunked|failure|broke down|no good|thrown out|threw out|found fault|"
            "not get through|turned down|not make it|below standard|not up to standard|rejected|unsatisfactory|"
            "not good enough|faulty|defective|wanting|sent back|out of tolerance|unfit|went wrong|not clear|"
            "did not satisfy|fell through|bounced|not come off|fell down|not work|did not manage|a flop|bad|"
            "broken|broke|red|found bad|turned out bad|too much for|not succeed|did not succeed|not come through|"
            "not survive|unsuccessfully|flunk|"
            "negative|missed|not ok|not okay|in error|errored|errors|corrupt|corrupted|unusable|"
            "unreadable|rejects|fell short|bad result|not meet|not met|non-compliant|breached|deficient|"
            "substandard|nok|botched|breaches|fault|faults|"
            "fell at|"
            "did badly|did poorly|did very badly|did very poorly|fared badly|fared poorly|poor results|bad results"
        ),
        (
            "passed|succeeded|successful|cleared|success|flawless|get through|got through|came through|"
            "sailed through|made it through|fine|ok|okay|found good|found to be good|good|sound|up to standard|"
            "satisfactory|satisfied|accepted|signed off|approved|certified|all clear|in order|without a hitch|"
            "held up|green light|good order|worked as it should|went well|went off well|green|go through|"
            "went through|managed|without a problem|through|past the check|clean bill|clean|certified|"
            "met the standard|without incident|came out clean|"
            "verified|validated|healthy|intact|usable|restorable|positive|met every|met all|meets every|"
            "meets all|met the requirements|meets the requirements|nothing wrong|flying colours|clean sheet|"
            "no failures|no faults|no findings|running smoothly|ran smoothly|smoothly|good shape|"
            "good condition|no issues|without issues|compliant|spotless|up to scratch|as it should be|"
            "checked out|all good|no objections|top marks|full marks|perfect|in the clear|"
            "excellent|very good|superb|robust|convincing|"
            "did well|did very well|did reasonably|did fine|did reasonably well|fared well|good results|good result"
        ),
    ),
    (
        (
            "missed|not met|not meet|fell short of|fell short|unmet|not reach|not hit|not make|let slip|"
            "slipped|not achieved|not completed|failed to|short of|blew|overran|went by without|behind|"
            "not manage|did not manage|not do"
        ),
        (
            "met|achieved|reached|hit|fulfilled|satisfied|attained|accomplished|completed|made|delivered|"
            "on time|in time|ticked off|kept to|came through on|lived up to|honoured|beat|got to|cleared|"
            "did all of|managed|did all|"
            "done|fulfils|delivered on|completed its|reaches|reaching|"
            "as planned|in full"
        ),
    ),
    (
        (
            "open|unresolved|outstanding|pending|unfixed|unanswered|unsettled|not resolved|not been resolved|"
            "waiting|awaiting|unfinished|not dealt with|remaining|unaddressed|unattended|not solved|undone|"
            "untouched|not got round|to answer|still to"
        ),
        (
            "closed|resolved|fixed|solved|settled|dealt with|answered|finished|done|completed|sorted|"
            "wrapped up|handled|addressed|put to bed|ticked off|cleared|to rest"
        ),
    ),
    (
        (
            "rejected|refused|turned down|declined|denied|not refund|said no|no to|would not|not accept|"
            "not have|threw out|thrown out|not go along|vetoed|knocked back|objected|opposed|refusal|rejection|"
            "sent back|dismissed|not agree|withheld|blocked|not sign|not happy|refuse to pay|refused to pay|"
            "turned us down|pushed back|dispute|disputes|disputed|disputing|contest|contested|not pay|not paying|"
            "not recover|not honour|not honoured|"
            "rebuffed|snubbed|spurned|shot down|ruled out|struck down|negative|unsuccessful|contesting|"
            "stonewalled|not entertain|no luck|empty-handed|"
            "a no from|no from|"
            "no on"
        ),
        (
            "accepted|approved|granted|agreed|authorised|authorized|said yes|yes to|happy with|blessing|"
            "waved through|endorsed|signed off|consented|go ahead|green light|nod|in favour|fine with|okayed|"
            "approval|acceptance|went along|paid out|recover|recovering|recovered|favourable|favorable|reclaim|pay|"
            "paying|reimburse|reimbursing|reimbursed|honour|honouring|honoured|settled|settling|came through|"
            "confirmed|confirming|on its way back|taken on|took on|"
            "clawed back|in the bank|paid up|paid us|pays|paid|received|collected|secured|credited|"
            "coming back|good for|positive|successful|came round|won|in our favour|will refund|refunded|"
            "refunding|compensated|compensate|makes good|made good|green-lighted|cleared|"
            "back from|pay back|paid back|pays back|give back|gave back|refunding us|refunded us|refunds us|"
            "went through|goes through|"
            "ok on|okay on|ok with|okay with|ok to"
        ),
    ),
    (
        (
            "lost|loss|down|gone|stripped|taken away|took away|missed out|slipped through|"
            "out of|walked away|walk away|drop out|dropped out|quit|left|leave|leaving|thinned|vanished|"
            "disappeared|went missing|missing|poorer|shrank|shrunk|fewer|short|shed|forfeited|deprived|"
            "departed|resigned|withdrawn|snatched|spoiled|ruined|said goodbye|handed in their notice|handed in|"
            "fell by|shrank by|walk out|walked out|got smaller|smaller|turnover|attrition|departure|departures|"
            "left us|let go|moved on|not awarded|unsuccessful|went elsewhere|not get|"
            "went to somebody else|went to someone else|went to another|somebody else|someone else"
        ),
        (
            "won|gained|took on|taken on|added|hired|more|up|grew|grown|joined|recruited|welcomed|acquired|"
            "richer|bigger|strengthened|reinforced|extra|additional|obtained|received|gone to|went to|awarded|"
            "secured|landed|bagged|clinched|picked up|granted|was given|larger|successful|rose by|increased by|"
            "new faces|attracted|attracting|attract|further|enrolled|brought in|new|growing|grows|growth|onboarded|"
            "boosted by|topped up|succeeded|success|"
            "full strength|at strength|fully staffed|no vacancies|"
            "kept all|retained|retains|stronger"
        ),
    ),
    (
        "resigned|left|quit|departed|walked out|gone|handed in|gave notice|no longer works",
        "joined|hired|recruited|started with|came to|came aboard|on board|signed on|signed up|welcomed",
    ),
    (
        (
            "worse|worsened|deteriorated|poorer|short of|short|misses|missed|less|below|coarser|falls short|"
            "fell short|under|behind|inferior|weaker|not reach|lags|not as good|degraded|lower|less finely|"
            "less fine|less well|not as well|less good|less sharply"
        ),
        (
            "better|improved|improvement|beat|beats|outdid|outdoes|surpassed|surpasses|exceeded|exceeds|ahead|"
            "sharper|higher|finer|superior|above|more|over|outperforms|outperformed|tops|topped|past|"
            "sharp|crisp|sharper than|finer than|more sharply|more finely"
        ),
    ),
    (
        (
            "cancelled|canceled|called off|scrapped|pulled out|backed out|withdrew|withdrawn|dropped|axed|"
            "pulled|went back on|no longer wants|no longer want|not go ahead|not going ahead|annulled|revoked|"
            "rescinded|terminated|struck off|backtracked|fell through|not go through|off|fell away|fallen away|"
            "reneged|not coming|not come|no longer coming|lost|not proceed|not proceeding|walked away|"
            "shelved|ditched|abandoned|stopped|"
            "not deliver|not supply|not be delivering|no longer deliver"
        ),
        (
            "confirmed|agreed|upheld|stands by|stood by|go ahead|going ahead|firm|firmed up|reaffirmed|"
            "committed|assured|sealed|still wants|guaranteed|binding|in writing|locked in|ratified|validated|"
            "gave the nod|definite|secure|secured|signed off|on its way|assured|in place|"
            "stands|holding|remains on|on track|under contract|as planned|goes ahead|proceeding|"
            "coming|all set|lined up|"
            "reconfirmed|reconfirming|reaffirming|"
            "in the bag|on their way|on the way"
        ),
    ),
    (
        (
            "expired|lapsed|ran out|run out|no longer valid|not valid|invalid|ended|ceased to be valid|"
            "out of date|came to an end|not renewed|not extended|void|terminated|out of calibration|overdue|lapse|"
            "not in force|without a valid|without valid|no valid|went out of date|needs renewing|awaiting renewal|"
            "due for renewal|ran its course|expiring|expiry|"
            "gone out of date|past its date|no current|not current|out of compliance|unlicensed|"
            "uncertified|uncalibrated|no longer in force|no longer covered|not up to date|out of validity|"
            "outdated|gone stale|"
            "without a|without an|without its|without any"
        ),
        (
            "renewed|was renewed|extended|valid|prolonged|fresh|reissued|up to date|refreshed|still valid|"
            "updated|reinstated|in force|renewal|new term|recalibrated|recertified|relicensed|back in date|in date|"
            "current|runs on|runs until|good until|fully calibrated|calibrated again|in order|"
            "road legal|compliant|valid until|covered|in good order|no lapse|without a gap|rolled over|"
            "re-issued|newly issued|granted anew|issued anew|in place|all in date|prolongation|"
            "calibrated|recalibrating|"
            "new|"
            "good again|valid again|in force again|back in force"
        ),
    ),
    (
        (
            "stopped|halted|shut down|ceased|broke down|ground to a halt|came to a halt|standstill|"
            "out of action|out of operation|out of service|seized|idle|offline|switched off|tripped|paused|"
            "suspended|stood still|went down|down|dead|gave up|quit|packed up|packed it in|came to rest|"
            "gave up the ghost|"
            "gave out|gives out|down since|stands still|still standing|"
            "standing still|not running|not working|not back|not moving|failed|broken down|knocked out|"
            "jammed|conked out|crashed|not come back|lies idle|sits idle|sitting idle|lying idle|"
            "out since|stuck"
        ),
        (
            "restarted|resumed|started|running|back in operation|back up|up and running|back on|back in action|"
            "going again|working again|returned to service|back to work|under way again|online again|"
            "started up|back in production|moving again|up again|came back|back at work|"
            "back since|back|back in service|in service|in operation|operational|recovered|"
            "restored|in use|producing again|in production|turning again|spinning again|runs again|"
            "brought back|back in use|fully operational|"
            "working|works again|works fine"
        ),
    ),
    (
        (
            "crashed|failed|went down|fell over|died|broke down|gave out|gave up|unavailable|stopped working|"
            "went dark|out of action|out of service|packed up|failure|offline|tripped|blew|outage|dead|"
            "conked out|took down|taken down|brought down|"
            "down since|not back|not recovered|not come back|knocked out|"
            "stuck|jammed|hung|froze|frozen|not working|halted|stopped|collapsed|out of order|lost|"
            "without power|no power|"
            "down"
        ),
        (
            "recovered|working again|back in service|back in order|up again|came back|restored|back online|"
            "back up|running again|repaired|fixed|in working order|revived|returned|available again|resumed|"
            "back to normal|works again|up and running|back on its feet|back in action|"
            "back since|back|back in use|brought back|back on|operational|resilient|"
            "stayed up|survived|weathered|unaffected|held up|fully operational|running|rides out|"
            "rode out|healthy|normal|"
            "uninterrupted|without interruption|no interruption|no outage|without a break|"
            "working|works fine|"
            "kept going|kept running|ran on|stayed on"
        ),
    ),
    (
        (
            "slower|longer|too long|too slow|slow|overran|overrun|more time|extra|additional|lagged|later|took more|"
            "beyond|over|exceeded|exceeds|sluggish|dragged|more|behind|late|delayed|too much time|"
            "past the plan|too slowly|more slowly|slowed|were lost|overshot|seconds after it|"
            "missed|off the target"
        ),
        (
            "faster|quicker|shorter|less|shaved|saved|sooner|swifter|speedier|earlier|ahead|beat|beats|under|"
            "inside|fewer|in hand|to spare|knocked off|early|cut|more quickly|more promptly|ahead of the plan|"
            "speeded up|sped up|before the plan"
        ),
    ),
    (
        (
            "longer|more|over|beyond|overran|overrun|extra|additional|exceeded|exceeds|slower|late|later|"
            "too long|dragged on|too slow|slow|delayed|past the plan|past the agreed|past the limit|"
            "past the allowed|past the set|after the permitted|after the limit|after the allowed|too slowly|"
            "overshot"
        ),
        (
            "less|shorter|under|quicker|faster|fewer|below|sooner|saved|early|earlier|ahead|to spare|inside|"
            "within|beat|swifter|shaved|ahead of the plan|before the limit|before the permitted|"
            "before the allowed|in hand"
        ),
    ),
    (
        (
            "shortened|cut|reduced|lost|shorter|cost|took|shaved|knocked off|less|trimmed|fell|dropped|down|"
            "shrunk|shrank|sapped|robbed|lose|drains|worse|poorer|-|−|–"
        ),
        (
            "extended|lengthened|prolonged|gained|longer|added|gave|buys|bought|extra|more|increased|up|"
            "boosted|stretched|improved|lasts longer|gains|+|better|further|runs longer|adds"
        ),
    ),
    (
        (
            "more|additional|extra|up|higher|over|above|exceeded|on top|beyond|surplus|increase|grew|rose|"
            "too many|greater|excess|worse|in addition|grown|gained|added"
        ),
        (
            "fewer|less|down|lower|under|below|short of|decrease|fell|dropped|saved|spared|missing|better|"
            "brought down|come down|lost|shed|got rid of"
        ),
    ),
    (
        (
            "higher|more|above|over|greater|up|increased|rose|exceeded|exceeds|bigger|topped|beyond|past|"
            "too high|extra|climbed|grew|grown|got worse|worse|too much|too many|in excess"
        ),
        (
            "lower|less|below|under|smaller|down|reduced|fell|decreased|cheaper|short of|fewer|too low|dropped|"
            "better|improved|too little|too few"
        ),
    ),
    (
        (
            "leaked|gave way|seeped|dripped|not hold|not tight|failed|lost pressure|burst|gave out|blew|"
            "weeping|wept|let go|let through|not stay tight|let fluid out|fluid came out|came out|let out|not seal|"
            "began to leak|started to leak|lost its seal|lost their seal|lost its tightness"
        ),
        (
            "held|stayed tight|kept tight|no leak|withstood|stood up to|passed|intact|dry|remained tight|coped|"
            "resisted|tight|took|stood firm|held out|survived|not a drop|without leaking|without a leak|watertight|"
            "sealed tight|without trouble"
        ),
    ),
    (
        "morning|before lunch|before noon|before midday|forenoon|a.m.|am",
        "afternoon|after lunch|after noon|after midday|p.m.|pm|in the evening",
    ),
    (
        "light|pale|pastel|soft|bright|lighter",
        "dark|deep|darker|dim",
    ),
    (
        "up|higher|upstairs|upwards|upward|climbed|further up",
        "down|lower|downstairs|downwards|downward|descended|further down",
    ),
    (
        "north|northern|northerly|northside",
        "south|southern|southerly|southside",
    ),
    (
        "unsafe|dangerous",
        "safe",
    ),
    (
        "incomplete|unfinished",
        "complete|completed|finished",
    ),
)
"""Wordings that mean the one and wordings that mean the other. A slot's own lists come first."""

BINARY = bag(
    "pass fail meet miss open close clos accept reject approv refus leak hold confirm cancel valid expir renew complet "
    "safe succeed"
)
"""Stems whose denial is their opposite: what did not pass failed; what did not rise need not have fallen."""

BETTER = ("better", "improved", "improving", "improves", "improvement", "enhanced")
WORSE = ("worse", "worsened", "worsening", "deteriorated", "deteriorating", "deterioration", "degraded", "poorer")
"""What is said of good news and of bad news, whichever way its number went."""

AS_PLANNED = (
    "no changes", "full strength", "fully staffed", "as ever", "not changed", "not moved", "as fast as before",
    "as before", "we were promised", "holds its", "held its", "holding its", "no gaps", "in full", "no losses",
    "no departures", "up to strength", "what we expect", "what was expected", "what we expected",
    "last year's level", "last month's level", "same level", "same as before", "no different", "running smoothly",
    "ran smoothly", "broke even", "no delay", "no delays", "nominal", "no cause for concern", "no concerns",
    "as promised", "at target", "at plan", "level with", "no overspend", "no overrun", "no shortfall",
    "no increase", "no rise", "no deviation", "no deviations", "no backlog", "constant", "in balance", "balanced",
    "where it should be", "where we want it", "as it should", "holding steady", "all good", "good shape",
    "held steady", "comfortable", "comfortably within", "exactly as", "in good order", "no surprises", "on track",
    "on plan", "on target", "on budget", "on schedule", "on time", "on course", "to plan", "to schedule",
    "according to plan", "according to schedule", "in line", "as planned", "as expected", "as scheduled",
    "as budgeted", "as agreed", "within budget", "within target", "within plan", "within limits",
    "within expectations", "stable", "steady", "unchanged", "normal", "flat", "no change", "meets", "met", "hit",
    "hitting", "achieved", "under control", "in check", "no issues", "without issues", "no problems",
    "as it should be",
)  # fmt: skip
"""That all is as it should be: the opposite of news that something is off, where that is bad."""
SOFTENED = bag(
    "broadly largely mostly essentially nearly almost approaching returning return returned towards toward close back "
    "getting moving brought bringing somewhat"
)
"""Words before one of `AS_PLANNED` that leave room for what is off."""
MEASURED = (
    bag("won rose raised more higher over above slower longer extended gained late ahead"),
    bag("fell lowered fewer lower under below faster less shortened lost early behind"),
)
"""Directions that go with a number, by the sign that says them: plus or minus."""
