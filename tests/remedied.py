"""Trials of the channel under a remedy, driven without a log: what tests and benches of remedies share."""

import asyncio
from typing import NamedTuple

from chains.experiments.experiment import Experiment
from chains.models.channel.channel import Channel, parse_channel
from chains.organisation.cast import Cast
from chains.running.prepare import prepare
from chains.running.run_record import Casts
from chains.running.trial import _SeatedCrew, in_turn, read_top, read_trial
from chains.scoring.measures.heard import heard


class Asked:
    """A source of replies that asks the channels and remembers nothing but what was asked."""

    def __init__(self, models):
        self.providers = {name: Channel(parse_channel(name)) for name in models}
        self.requests = {}

    async def reply(self, key, seat, model, heard, request):
        self.requests[key.seat, key.turn] = request
        return await self.providers[model].reply(request)


class Trial(NamedTuple):
    """One trial, as it went."""

    name: object
    cast: Cast
    replies: dict
    """By turn."""
    requests: dict
    """By seat and number of the turn."""
    readings: dict
    top: object

    @property
    def said(self):
        return {name: reply.spoken for name, reply in self.replies.items()}

    @property
    def heard(self):
        """What the executive heard, for the measures."""
        last = self.cast.hierarchy.reports_of(self.cast.hierarchy.executive.name)
        return heard(self.cast.world.facts, [self.readings[name] for name in last], top=self.top)

    @property
    def retention(self):
        return self.heard.share("K")


def trials(remedies, worlds=1, replicates=1, read="all", **settings):
    """Run the channel under each remedy; return the trials of each, in the same order.

    `read` says which reports the instrument reads: all, the last, or none.
    """
    fixed = {"scenario": "watermelon", "depth": 3, "facts": 8, "model": "channel", "prompt": "plain"}
    for key in list(settings):
        settings[key.replace("__", ".")] = settings.pop(key)
    experiment = Experiment(
        seeds=tuple(range(1, worlds + 1)),
        replicates=replicates,
        fixed=fixed | settings,
        factors={"remedy": tuple(remedies)},
    )
    record = prepare(experiment, "r1")
    staged = Casts(record)
    found = {remedy: [] for remedy in remedies}
    for name in experiment.trials():
        cast = staged.cast(name)
        crew = _SeatedCrew(str(name), cast, Asked(record.models), {})
        asyncio.run(in_turn(cast.plan)(crew.speak))
        last = cast.hierarchy.reports_of(cast.hierarchy.executive.name)
        only = {"all": None, "last": last, "none": ()}[read]
        readings = read_trial(cast, crew.replies, only=only)
        top = read_top(cast, crew.replies) if read != "none" else None
        trial = Trial(name, cast, crew.replies, crew.reply_source.requests, readings, top)
        found[staged.condition(name).values["remedy"]].append(trial)
    return found
