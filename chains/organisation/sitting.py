"""Ways to sit: how a person holds a seat, alone or together with a model.

    write     the person writes the message
    edit      a model drafts the message, and the person may change the draft; what they send is the message
    approve   a model drafts it, and the person approves it or sends it back with a reason, a bounded number of times;
              then they may write it
    advised   the person writes the message, and reads beside it what a model would write
    advise    the model writes the message, and reads what the person advises it

A turn of such a seat is a short dialogue. Its message is always logged with attempt 0; drafts, advice and reasons have
higher attempts. The model is asked exactly what it would be asked without a person, so that its draft is the same.
The dialogue depends on the replies alone, so a replay goes through it in the same way.
"""

from collections.abc import Generator
from typing import Literal, NamedTuple, get_args

from msgspec import structs

from chains.models.provider import Message, Reply, Request

Way = Literal["none", "write", "edit", "approve", "advised", "advise"]
"""`none`: a model alone holds the seat."""
WAYS: tuple[Way, ...] = get_args(Way)
PERSON = "person"
"""The model's name in a request that a person answers."""
NO_DRAFT = "(no report)"
"""What a person reads in place of a draft, if the model gave none."""


class Asked(NamedTuple):
    """The next request of a dialogue."""

    attempt: int
    """Under which it is logged; 0 for the message itself."""
    request: Request
    by_person: bool = False
    """Whether a person answers."""
    draft: Reply | None = None
    """The model's draft that the person sees."""
    back: int | None = None
    """The attempt under which it is logged that the person sends the draft back; None if they can't."""
    writes: bool = True
    """Whether the person may write a text of their own; if not, they approve the draft or send it back."""


class Answered(NamedTuple):
    """A reply in a dialogue."""

    reply: Reply
    sent_back: bool = False
    """Whether it is the reason for which the draft is sent back."""


Dialogue = Generator[Asked, Answered, Reply]
"""Yields requests, is sent their replies, and returns the seat's message."""


def dialogue(way: Way, request: Request, send_backs: int) -> Dialogue:
    """Return the dialogue of one turn.

    Args:
        way: How the person sits; not `none`.
        request: What the model is asked, or for `write` the person.
        send_backs: How often a draft may be sent back.
    """
    match way:
        case "edit" | "advised":
            draft = (yield Asked(1, request)).reply
            shown = for_person(request, way, (_drafted(draft),))
            return (yield Asked(0, shown, by_person=True, draft=draft)).reply
        case "approve":
            return (yield from _approval(request, send_backs))
        case "advise":
            advice = (yield Asked(1, for_person(request, way), by_person=True)).reply
            return (yield Asked(0, advised_by(request, advice.spoken))).reply
        case _:
            return (yield Asked(0, for_person(request, "write"), by_person=True)).reply


def _approval(request: Request, send_backs: int) -> Dialogue:
    talk: tuple[Message, ...] = ()
    for back in range(send_backs + 1):
        draft = (yield Asked(1 + 2 * back, _again(request, talk, back))).reply
        talk = (*talk, _drafted(draft))
        bound = back == send_backs
        answer = yield Asked(
            attempt=0,
            request=for_person(request, "approve", talk),
            by_person=True,
            draft=draft,
            back=None if bound else 2 + 2 * back,
            writes=bound,
        )
        if not answer.sent_back:
            return answer.reply
        talk = (*talk, Message("user", sent_back(answer.reply.text)))
    raise AssertionError("a draft was sent back more often than it can be")


def for_person(request: Request, way: Way, talk: tuple[Message, ...] = ()) -> Request:
    """Return a request as a person gets it: the same messages, and what was said about the draft so far."""
    settings = {} if way == "write" else {"way": way}
    return structs.replace(request, model=PERSON, messages=(*request.messages, *talk), settings=settings)


def sent_back(reason: str) -> str:
    """Return what a model reads if its draft is sent back."""
    return f"Your draft is sent back to you: {reason.strip()}\n\nWrite the whole message again."


def advised_by(request: Request, advice: str | None) -> Request:
    """Return a model's request with a person's advice below its last message; without advice, the request itself."""
    if advice is None:
        return request
    *before, last = request.messages
    told = f"{last.content}\n\nA colleague who has read the same advises you:\n\n{advice.strip()}"
    return structs.replace(request, messages=(*before, structs.replace(last, content=told)))


def _again(request: Request, talk: tuple[Message, ...], back: int) -> Request:
    if not back:
        return request
    occasion = request.occasion
    anew = None if occasion is None else structs.replace(occasion, drafted=occasion.drafted + back)
    return structs.replace(request, messages=(*request.messages, *talk), occasion=anew)


def _drafted(draft: Reply) -> Message:
    return Message("assistant", draft.spoken or NO_DRAFT)
