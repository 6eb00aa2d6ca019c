"""What the words of the program mean: its glossary, and every heading of a printed table.

A word is explained once: a measure in its registry, a column of a tidy table in
`tables.COLUMNS`, a fate in `fates.MEANINGS`, all others here. `--explain`,
`list measures` and docs/concepts.md are made from it.
"""

import re
from collections.abc import Iterable, Mapping

from chains.analysis.tables import COLUMNS
from chains.fates import MEANINGS as FATE_MEANINGS
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.quantity_names import FIGURES

GLOSSARY: Mapping[str, str] = {
    "arm": "the trials of one setting of a factor, pooled over the others",
    "channel": "a synthetic source of replies that loses facts at known rates; it tests the machine, not a theory",
    "capacity": "the load of which a model carries 80%, as in facts over four hops; `load` finds it",
    "ceiling, floor": "over 95%, or under 5%, kept at the end of the longest chain: nothing can be told apart",
    "charter, clause": "what is meant at the top; one statement of it",
    "claim": "a fact without a typed value, such as a cause or a denial; of a message, anything that it states",
    "condition": "one setting of each factor; `all` if nothing varies",
    "confirmatory": "a run whose hypotheses were registered before it began, and of which nothing changed",
    "degenerate": "a message that repeats itself, or says nothing; in tables, the share of such messages",
    "distortion": "the share of facts that are altered or inverted",
    "fact, ledger": "a true statement at the bottom; all facts of a world",
    "hazard": "the chance that a fact still kept is lost at this hop",
    "hop": "one message on a fact's way up; 1 is the worker's report, the last is what the executive hears",
    "invented": "a claim, new at this hop, that nothing heard contains; in tables, the mean per message",
    "law": "how the loss grows with the depth: slower than, in line with, or faster than linear",
    "level, seat": "distance from the executive; one place in the hierarchy",
    "load": "how much a worker's notes hold: facts, and words of the notes",
    "look": "a comparison on fewer than eight worlds: shown, not tested",
    "measure": "one number for a message or a trial",
    "pilot": "a few plain relays before a study, which find the load for its model",
    "placebo": "a control that costs the same and does nothing",
    "prompt configuration": "which prompt each role has",
    "regret": "the payoff lost against the best decision",
    "remedy": "a part that can be switched on against drift",
    "replicate": "trials that differ only in sampling",
    "retention": "the share of facts that are kept",
    "scenario, setting": "a generator of worlds; where it plays, or one value of a factor",
    "severity, valence": "how much a fact matters, 1 to 5; whether it is good or bad news",
    "span": "direct reports of one manager",
    "step": "one seat's turn, as logged",
    "trial": "one condition, one world, one replicate",
    "unfounded": "a claim that the ledger does not support, new or carried along; in tables, the mean per message",
    "unread claim": "one that the rules are not sure of; no rate counts a claim by the rules",
    "working range": "where the first manager keeps 60 to 85% of what it hears, and 20 to 80% is left at the end",
    "world": "one situation with known truth",
}
"""The words that a reader of the results needs."""

PRINTED: Mapping[str, str] = {
    **{fate: f"share of the facts {fate}: {meaning}" for fate, meaning in FATE_MEANINGS.items()},
    # of several verbs
    "95% interval": "where the true value lies in 95 of 100 such studies; taken over worlds, of which it needs eight",
    "95%": "the same as 95% interval",
    "p": "chance of so large a difference if there were none; two-sided",
    "pairs": "how many pairs the figures are of",
    "trials": "how many trials the figures are of",
    "worlds": "how many worlds the figures are of",
    "words": "words of a message, mean",
    "calls": "requests sent to models; beside a condition, mean per trial",
    "lost": "facts not kept; with a percent sign their share, else their mean number per report",
    "distorted": "share of the facts altered or inverted",
    "net": "the figure before it, less what a guess or asking twice would give",
    "right": "share, or number, of the choices that are best on the full ledger",
    "wrong": "number of the choices that are not",
    "guess": "share of right choices with no report at all",
    "missed": "share of the trials with the careful option right in which it was not taken",
    # blame
    "loss": "points of 100 facts that would be kept besides, if the seat were replaced",
    "swapped": "the loss rate with the two seats' holders exchanged",
    "first lost": "share of all facts that are lost at this seat for the first time",
    "decides": "share of trials in which another option is in force if this seat is replaced",
    "undefined": "continuations of which nothing is known: not asked, refused, cut off or foreign above the seat",
    # compare, hypotheses
    "a": "the first condition",
    "b": "the second condition",
    "b - a": "the second less the first, mean over pairs of trials that differ in nothing else",
    "adj. p": "p, corrected for looking at all measures, shown or not (Benjamini-Hochberg; what is registered: Holm)",
    "detects": "the true difference that 80 of 100 such studies would find by the adjusted p; none: not even 100%",
    "worth": "how many times as many labels would do as well without the readings",
    "hypothesis": "a statement registered before the run began",
    "Holm": "p, corrected for testing several hypotheses, or for comparing one measure in several conditions",
    "so": "what became of the hypothesis; undecided unless the adjusted p is at most .05",
    # show
    "all": "the last reports and what reaches the executive past them, read as one text",
    "round": "which meeting of the organisation",
    "rating": "how pleased the reader was, 1 to 10, mean",
    "unrated": "ratings that can't be read",
    "moved": "seats whose holder is not the first one",
    "visible": "share of trials in which all facts with the common cause are kept",
    "stated": "share of trials in which a report says that they have a common cause",
    "true red": "trials whose true status is red, by the status told: red, amber, green, unclear, none",
    "true amber": "the same where the true status is amber",
    "true green": "the same where the true status is green",
    "softened": "share of the worlds not green whose status is told greener than it is",
    "hardened": "share of the worlds not red whose status is told worse than it is",
    "untold": "share of trials in which no status is told, or no clear one; of gaps, of which nothing is told",
    "here": "share of trials in which the status is told greener than one hop below",
    "told": "share of the graded facts that are told, with whatever grade",
    "milder": "share of the facts told with a clear grade, those of the mildest left out, that have a milder one",
    "worse": "share of the facts told with a clear grade, those of the worst left out, that have a worse one",
    "success": "share of the close calls told of which the catch alone is told, or with praise",
    "warning": "share of the close calls told of which the mistake alone is told, or with worry",
    "unclear": "share of the graded facts told that have no grade, or several",
    "reported": "share of what could not be found out that is told as such",
    "made up": "share of it in whose place a result is told",
    "vague": "share of it that is mentioned, without a result and without saying that there is none",
    "made up here": "of what was reported one hop below, the share in whose place a result stands here",
    "silenced here": "of what was reported one hop below, the share of which nothing is told here",
    "hedges": "bad or good facts that the ledger tells with a hedge, so far as a message still mentions them",
    "sources": "bad or good facts that the ledger tells with who says so, so far as a message still mentions them",
    "mentioned": "how many such facts the messages mention, over all trials",
    "stands": "share of them whose hedge, or source, is still told",
    "dropped": "share of them whose hedge, or source, is gone, with nothing in its place",
    "made sure": "share of them for which a firm word stands in the hedge's place",
    "changed": "share of them for which somebody else is named as saying so",
    "lost here": "of those whose hedge, or source, stood one hop below, the share in which it no longer does",
    "added here": "of the facts without a hedge, and told without one below, the share that is told as uncertain",
    "damage": "share of all facts that are lost here first",
    "worst in": "share of the resamples of worlds in which no other place does as much damage",
    "loss rate": "share of the facts kept so far that are lost here",
    "of bad": "loss rate of the bad facts",
    "of others": "loss rate of all other facts",
    "given": "share of the facts that were kept in what the seat was given",
    **{f"-{fate}": f"share of the facts, given and {fate} here" for fate in list(FATE_MEANINGS)[1:]},
    "+back": "share of the facts that are kept again here, and were not in what was given",
    "passed on": "share of the facts that are kept in the message",
    "phi": "correlation of the losses: 1 if the same facts are lost, 0 if independent",
    "audited": "reports that an auditor read",
    "no audit": "share of the facts heard that reports lose which no auditor read",
    "unread": "share of the audits, or of a screener's scores, that can't be read",
    "scores": "rank correlation of what candidates are worth and the scores of their texts, mean of trials",
    "form": "the same with the scores of the candidates' facts as they are",
    "gap": "score of a text less that of its form, points of 1 to 10",
    "read of": "share of the practices not in a worker's last report, and read of since, that are in the next report",
    "not read": "the same of the practices that it had not read of",
    "real read": "share taken up of the practices that raise a score and that the worker had read of",
    "sham read": "the same of those that raise none",
    "real kept": "share of the practices that raise a score in a worker's report that are in the next one too",
    "sham kept": "the same of those that raise none",
    "own": "gap of texts by the screener's own model less that of the others",
    "alike": "share of three-word sequences that two candidates' texts share",
    "left out": "share of the trials in which the best candidate is not on the shortlist",
    "drafts": "how many drafts there are of a text",
    "slope in d": "how much the gap grows for each unit of d, which is sqrt(ln m - (m-1)/m) for the best of m drafts",
    "alpha in d": "how steeply the gap grows at first, by gap(1) + d (alpha - beta d)",
    "beta in d": "how much less it grows with each further unit of d",
    "found": "share of the lost facts that the findings name; among checks, the share observed",
    "bad lost": "bad facts not kept, mean per report",
    "alarms": "share of the kept facts that findings name as missing or wrong",
    "inform.": "regret from facts that the executive did not hear",
    "invent.": "regret from made-up claims",
    "judge": "regret from what the executive made of what it heard; among judges, the model that judges",
    "stops": "regret from stops and vetoes; below 0, they saved some",
    "direct.": "regret from what became of the order on its way down",
    "execute": "regret from what workers made of the order",
    "informed": "the same executive or worker with all that is true before it: its regret, or share of right choices",
    "no report": "regret of the same executive with no report",
    "wary": "regret of one who takes what is not reported for bad news",
    "judge net": "judge, less the same executive's regret with the full ledger",
    "flipped": "share of the decisions that differ from the one on the full ledger",
    "reread": "share of the decisions that differ on reading the full ledger twice",
    "plan wrong": "trials in which the standing plan is not the best option",
    "plan right": "trials in which it is",
    "false": "share of the trials with the plan right in which it was given up",
    "d'": "how well decisions tell the two kinds of world apart; 0: not at all",
    "worst gone": "share of the pairs in which the worse test run is not told and the better one is",
    "best gone": "share of the pairs in which the better test run is not told and the worse one is",
    "difference": "the first less the second",
    "hazards": "trials in which the work should be stopped",
    "needless": "share of the other trials in which it was stopped",
    "first stop": "hop at which it was first stopped, mean over hazard worlds",
    "saved": "regret that stops saved, mean",
    "asked": "how many could have stepped in",
    "where warranted": "share who did, of those who had read what warrants it",
    "where not": "share who did, of all others",
    # charters and orders
    "first": "share of the first goals that are kept; among contrasts, the figure of the first condition",
    "second": "figure of the second condition",
    "lower": "how much oftener a lower goal is lost than one of the first three",
    "goals": "share of the goals that are kept",
    "must not": "share of the must-nots that are kept, or how much sooner they are lost",
    "excess": "how much oftener a must-not is lost than a goal",
    "owner": "share of the orders that name who owns them; among ratios, what naming one does",
    "tau": "how well the order keeps the goals in rank: 1 all, 0 none",
    "order": "regret from what became of the order",
    "deed": "regret from what the worker made of the order",
    "rank": "hazard ratio of a goal to the one ranked above it",
    "crowd": "hazard ratio for every further goal",
    # law
    "estimate": "the most likely value",
    "bootstrap": "95% interval from refitting to resampled worlds",
    "q, managers": "exponent of the loss in the number of managers; 1: linear, above 1: worse than linear",
    "k, hop": "exponent of the cumulative hazard in the hop; 1: each hop loses the same share",
    "q, share heard": "the exponent of -ln of the share that the executive hears",
    "k, share heard": "the exponent of -ln of the share never missed yet",
    **{
        f"{letter}, {what}": f"{letter}, {how}"
        for letter in "qk"
        for what, how in (
            ("never lost", "where this share of the statements can't be lost"),
            ("chains differ", "where chains differ in how much they lose, by this sd of the log hazard"),
        )
    },
    "minimal pairs": "the same ratio, among pairs of facts that differ in their valence alone",
    "bad news / good": "hazard of bad news over that of good news; above 1, bad news is lost sooner",
    "expected": "share expected if losses were independent",
    "replicates": "the check on replicates of a world; among costs, trials of each world and condition",
    "arms of a replicate": "the check on chains that share their seed",
    "managers": "between the worker and the executive",
    "chains": "how many chains the figures are of",
    "weight lost": "share of the facts not kept, weighted by severity",
    "at risk": "facts kept up to this hop",
    "left": "share of the facts never missed up to this hop",
    "behind the best": "how much worse the law predicts worlds left out, in log score",
    "wins": "share of the resamples in which the law is the best",
    "which is": "what the row means",
    # plan, estimates, models
    "if": "what is assumed to be true",
    "power": "share of such studies that find it",
    "worlds for 80%": "worlds at which 80 of 100 studies find it; in parentheses the power there",
    "labels": "labels of what the executive hears, in two conditions together",
    "with the readings": "half the 95% interval of the difference in retention, from the labels and all readings",
    "alone": "the same from the labels alone",
    "tokens": "tokens of prompts and replies",
    "tokens in": "tokens of the prompts",
    "tokens out": "tokens of the replies",
    "cost": "in the currency of the models' prices",
    "seconds a call": "how long a call takes, and how that is known",
    # pilot
    "worker": "share of the facts in the worker's report",
    "first manager": "share of the facts in the first manager's report",
    "of what it hears": "share kept by the first manager of what the worker's report keeps",
    "end": "share of the facts in what the executive hears",
    "in the working range": "whether the load leaves enough to lose and loses enough to tell conditions apart",
    # lists, trials
    "about": "what it is for",
    "default": "what it is if it is not given",
    "question": "what is to be found out",
    "parameters": "what can be set, with the defaults",
    "status": "how far the run is; told as a status, what the message tells",
    "conditions": "what is compared: settings of each factor",
    "models": "who holds the seats",
    "experiment": "the experiment file, or `watermelon` for the default experiment",
    "fate": "what became of the fact",
    "slots": "the values of the fact, and what became of each",
    "why": "which words decided the fate",
    # validation
    "alpha": "Krippendorff's alpha: 1 full agreement, 0 as by chance",
    "recall": "share of what is of this fate that is read as it",
    "precision": "share of what is read as this fate that is of it",
    "false loss": "share of what is kept that is read as lost",
    "false kept": "share of what is lost that is read as kept",
    "read as lost": "of those, how many are read as lost",
    "votes": "verdicts that count, as they quote the message",
    "kept or not": "share of the pairs on which two readers agree on kept or lost",
    "five fates": "share of the pairs on which two readers say the same of the five fates",
    "no quote": "verdicts whose quote is not in the message",
    "no answer": "pairs that were left out or can't be read",
    "refused": "calls that the model refused",
    "gate": "what is checked",
    "bar": "what it has to reach",
    "figure": "what it reached",
    "n": "how many cases it is of",
}
"""Headings of printed tables, and names of their rows, in the sense in which a table has them."""


_FIGURES_OF_A_ROW = re.compile(r" \(.*\)$|(?<=, )\d+% |^\d+ (?=minimal pairs$)")
"""What a row's name has besides words: `k, chains differ (sd 0.14)`, `q, 2% never lost`."""


def meaning(word: str) -> str | None:
    """Return what a heading, or the name of a row, means; None for a value such as a condition's name."""
    word = _FIGURES_OF_A_ROW.sub("", word)
    if word in PRINTED:
        return PRINTED[word]
    if word in MEASURES:
        return MEASURES[word].about
    for words, meant in GLOSSARY.items():
        if word in words.split(", "):
            return meant
    columns = {name: about for table in COLUMNS.values() for name, about in table.items()}
    return FIGURES.get(word, columns.get(word))


def explained(words: Iterable[str]) -> dict[str, str]:
    """Return the meanings of those words that have one, in their order."""
    found = {word: meaning(word) for word in words}
    return {word: meant for word, meant in found.items() if meant is not None}
