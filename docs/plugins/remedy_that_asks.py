"""A remedy that asks a model, in one file and the prompt `second_look.md` beside it.

Whoever has reported is shown what it read and what it wrote, and writes the report again.

MAZEDOM_PLUGINS=docs/plugins/remedy_that_asks.py \
    mazedom run --set remedy=none,second_look --set model=channel:drop=0.2
"""

from chains.models.channel.channel import Channel, as_report
from chains.models.channel.codebook import lines_of
from chains.models.provider import Occasion, Request
from chains.organisation.cast import NO_REPORT, Cast
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Draft, Turn
from chains.organisation.remedies.remedy import Remedy, remedy
from chains.organisation.task import Said, task


@remedy
class SecondLook(Remedy):
    """Asks every seat below the executive for its report once more; the second one is what its boss reads."""

    about = "every seat looks at its report once more before it is sent"
    place = 5  # before audits: these read the second report

    def reported(self, draft: Draft, seat: Seat) -> None:
        """Add the second look; a placebo asks for it too, and the first report is sent."""
        read = draft.read_by(seat.name)
        turn = draft.add(seat, SECOND_LOOK, [draft.sent[seat.name], *read], by=self)
        if not self.placebo:
            draft.sent[seat.name] = turn.name


def look_again(cast: Cast, turn: Turn, said: Said) -> Request:
    """Show a seat what it read and what it wrote."""
    first = cast.plan.by_name[turn.seat.name]
    read, written = cast.heard(first, said), said[turn.hears[0]] or NO_REPORT
    holes = {"read": "\n\n".join(read), "report": written}
    return cast.ask(turn, holes, read, cast.shape, drafted=1, more={"written": written})


def in_two_looks(channel: Channel, occasion: Occasion) -> str:
    """Reply as the synthetic channel: what a second reading of the same texts keeps, and what only the first kept."""
    written = lines_of(occasion.more["written"])
    return as_report(list(dict.fromkeys([*written, *channel.relayed(occasion)])))


SECOND_LOOK = task(
    "second_look",
    look_again,
    "up",  # the way of the message, as the log has it
    {"superior", "read", "report", "words"},  # what the prompt may have filled in
    size=lambda load: (2 * load.told, min(load.told, load.words)),  # tokens read and written, for estimates
    holds="report",  # what the instrument reads in it
    channel=in_two_looks,  # without it the channel relays what it hears
)
