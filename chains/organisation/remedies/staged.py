"""A staged release with a verification plan: what was decided goes ahead in stages, and may stop before each.

    L0/checks 2    what the verification plan has had checked before the second stage: lines of the ledger
    L0/stage 2     the executive says whether the second stage goes ahead; then the third, and so on
    L0/in force    the careful option from the stage on at which it stopped, else what was decided

Each stage is an equal share of the work. Where the executive stops, what is done already was done as decided: its
payoff is counted in that share. Nothing is asked if the careful option was chosen. The placebo asks the same, shows
as many lines that the executive has already, and the decision stands whatever it answers.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from chains.models.channel import replies
from chains.models.provider import Request
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.decision_turns import choice_of, choice_size, decision_line, decision_of
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.note_text import bulleted, drawn, lines_in
from chains.organisation.remedies.remedy import Remedy, remedy, woven_by
from chains.organisation.remedies.stop_choice import HOLES, ask, steps_in
from chains.organisation.remedies.stop_work import carefully
from chains.organisation.task import Rule, Ruled, Said, task
from chains.rng import Draw


@remedy
class Staged(Remedy):
    """In how many stages the work goes ahead, and how much is checked before each."""

    about: ClassVar[str] = "the work goes ahead in stages, each after checks of the ledger, and may stop before each"
    of_decisions: ClassVar[bool] = True
    place: ClassVar[int] = 80  # after stop_work and veto: stopped work has no stages

    stages: Annotated[int, Field(ge=2, le=10)] = 3
    """Stages, each an equal share of the work; the first follows from the decision."""
    checks: Annotated[int, Field(ge=0, le=20)] = 2
    """Facts of the ledger that the verification plan has had checked before each further stage; they are drawn."""

    def decided(self, draft: Draft) -> None:
        """Add the checks and the questions before each further stage, and the choice in force after them."""
        decision, top = draft.decision, draft.hierarchy.executive
        checks: list[str] = []
        asked: list[str] = []
        for stage in range(2, self.stages + 1):
            if self.checks:
                checks.append(draft.add(top, CHECKED, draft.top, by=self, what=f"checks {stage}").name)
            hears = [decision, *asked, *checks, *draft.top]
            asked.append(draft.add(top, HOLD, hears, by=self, what=f"stage {stage}").name)
        if not self.placebo:
            draft.decision = draft.add(top, HELD_OR_NOT, [decision, *asked], by=self, what="in force").name


def checked(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return what was checked before a stage: facts that bear on the decision, each once; a placebo's were read."""
    by, stage = woven_by(turn, Staged), _stage(turn)
    draw = Draw("verification", cast.world.digest, cast.replicate)
    facts = draw.shuffled([fact.id for fact in cast.world.facts if not fact.distractor])
    mine = facts[(stage - 2) * by.checks : (stage - 1) * by.checks]
    if by.placebo:
        read = lines_in(*(text for name in turn.hears if (text := said[name])))
        again = Draw("verification again", cast.world.digest, cast.replicate, stage)
        return Ruled(bulleted(drawn(read, len(mine), again)) or None)
    return Ruled(cast.in_words(mine) or None)


CHECKED = Rule("checked", checked, holds="")


def _stage(turn: Turn) -> int:
    return int(turn.name.rpartition(" ")[2])


def hold(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask the executive whether the next stage goes ahead."""
    if not holdable(cast, turn, said):
        return Ruled(None)
    decision, done = turn.hears[0], _stage(turn) - 1
    holes = {
        "decided": decision_line(cast, said[decision]),
        "stages": woven_by(turn, Staged).stages,
        "done": f"{done} of them {'is' if done == 1 else 'are'}",
    }
    return ask(cast, turn, heard_by(cast, turn, said), choice_of(cast, said[decision]).option, holes)


HOLD = task(
    "hold", hold, "decide", HOLES | {"decided", "stages", "done"},
    number=340_000, size=choice_size, channel=replies.halts,
)  # fmt: skip


def holdable(cast: Cast, turn: Turn, said: Said) -> bool:
    """Return whether there is a next stage: something else than the careful option goes ahead, and did not stop."""
    chosen = choice_of(cast, said[turn.hears[0]]).option
    before = [name for name in turn.hears if cast.plan.by_name[name].row is HOLD]
    held = any(steps_in(cast, "hold", said[name]) for name in before)
    return chosen not in (None, decision_of(cast)[0].careful_option.id) and not held


def heard_by(cast: Cast, turn: Turn, said: Said) -> list[str]:
    """Return what the executive reads before a stage: what was checked so far, then the reports."""
    found = [text for name in turn.hears if cast.plan.by_name[name].row is CHECKED and (text := said[name])]
    checks = ["\n".join(["Checked so far:", *found])] if found else []
    told = tuple(name for name in cast.hears(turn, said) if name in cast.plan.top)
    texts = [(said[name] or NO_REPORT).strip() for name in told]
    return [*checks, cast.headed(texts, told, always=True)]


def held_or_not(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the choice in force at the end: the careful option if a stage was held, else what was decided."""
    return Ruled(carefully(cast, "it stopped here") if _held(cast, turn, said) else said[turn.hears[0]])


HELD_OR_NOT = Rule("held or not", held_or_not, holds="option")


def _held(cast: Cast, turn: Turn, said: Said) -> str | None:
    """Return the turn before whose stage the work stopped, if it did."""
    asked = [name for name in turn.hears if cast.plan.by_name[name].row is HOLD]
    return next((name for name in asked if steps_in(cast, "hold", said[name])), None)


def ahead(cast: Cast, said: Said) -> float:
    """Return the share of the work that had gone ahead before it was stopped at a stage; 0 if that did not happen."""
    turn = next((turn for turn in cast.plan.turns if turn.row is HELD_OR_NOT), None)
    held = None if turn is None else _held(cast, turn, said)
    if turn is None or held is None:
        return 0.0
    return (_stage(cast.plan.by_name[held]) - 1) / woven_by(turn, Staged).stages
