"""What was written about the candidates of a finished trial, and how a screener scored them."""

import math
from collections.abc import Mapping

from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.plan import LEDGER
from chains.organisation.remedies.screen import own_writing, scores_in, shortlist, texts_on
from chains.scoring.facts.belief import believed
from chains.scoring.facts.reader import instrument_of
from chains.scoring.reading import Pool
from chains.scoring.text.likeness import likeness


def read_pool(cast: Cast, replies: Mapping[str, Reply]) -> Pool | None:
    """Read the texts on the candidates and their scores; None in a world without candidates.

    Args:
        cast: Who is who.
        replies: What was said, by turn.
    """
    decision, plan = cast.world.decision, cast.plan
    if decision is None or not decision.candidates or not plan.decision or not plan.reports:
        return None
    said = {name: reply.spoken for name, reply in replies.items()}
    scored = next((turn for turn in plan.turns if turn.task == "score" and not turn.reference), None)
    reader = plan.by_name[cast.hierarchy.executive.name] if scored is None else scored
    instrument = instrument_of(cast.world, cast.told)
    told = {}
    texts = {name: cast.plain(text) for name, text in texts_on(cast, reader, said).items()}
    for name, text in texts.items():
        facts = decision.option(name).facts
        weights = believed(cast.world, instrument.read(text, only=facts), text)
        told[name] = math.fsum(weights[fact] or 0.0 for fact in facts)
    names = {word.lower() for fact in cast.world.facts for word in (*fact.subject.split(), *fact.aliases)}
    alike = likeness(list(texts.values()), names)
    found = Pool(told=told, alike=None if alike is None else round(alike, 6))
    if scored is None:
        return found
    form = next(turn.name for turn in plan.turns if turn.task == "score" and turn.reference == LEDGER)
    return found.model_copy(
        update={
            "screened": True,
            "given": scores_in(cast, said[scored.name]),
            "form": scores_in(cast, said[form]),
            "own": own_writing(cast, scored),
            "sent": shortlist(cast, scored, said),
        }
    )
