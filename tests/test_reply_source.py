"""The source of replies: replies that were paid for are soon on the disk, and a slow disk holds up nobody."""

import asyncio
import os
import threading
import time

import pytest

from chains.errors import MazedomError
from chains.models.provider import Message, Reply, Request
from chains.organisation.hierarchy import chain
from chains.organisation.planning import plan_of
from chains.organisation.turn_key import Key
from chains.running.log.log import SYNC_WITHIN, Log
from chains.running.log.records import TrialEnd
from chains.running.reply_source import ReplySource

TURN = plan_of(chain(1)).turns[-1]
SLOW = 0.4


def record(reply_source, number):
    request = Request(model="echo", messages=(Message(role="user", content=f"Report {number}."),))
    reply_source.record(Key(f"c1.w{number}.r1", TURN.seat.name), TURN, (), request, Reply(text="All is well."))


@pytest.fixture
def disk(monkeypatch):
    """A disk that takes its time; returns in which thread it was waited for each time."""
    waited = []

    def slow(_file):
        waited.append(threading.current_thread())
        time.sleep(SLOW)

    monkeypatch.setattr(os, "fdatasync", slow)
    return waited


def test_a_slow_disk_holds_up_no_seat(tmp_path, disk):
    async def drive():
        longest, last = 0.0, time.perf_counter()
        with Log(tmp_path, write=True) as log:
            reply_source = ReplySource(log, None)
            for number in range(60):
                record(reply_source, number)
                await asyncio.sleep(0.01)
                moment = time.perf_counter()
                longest, last = max(longest, moment - last), moment
            await reply_source.settle()
            assert not log.unsynced
        return longest

    assert asyncio.run(drive()) < SLOW / 2
    assert disk[0] is not threading.main_thread()
    assert len(disk) <= 4  # replies that come together share one wait


def test_replies_are_on_the_disk_soon_though_nothing_follows(tmp_path, disk):
    async def drive():
        with Log(tmp_path, write=True) as log:
            reply_source = ReplySource(log, None)
            record(reply_source, 0)
            await asyncio.sleep(SYNC_WITHIN * 2)
            assert len(disk) == 1
            await reply_source.settle()
            assert len(disk) == 1

    asyncio.run(drive())


def test_what_a_person_wrote_is_on_the_disk_before_the_next_question(tmp_path, disk):
    """A person is asked outside of any loop."""
    with Log(tmp_path, write=True) as log:
        record(ReplySource(log, None), 0)
        assert disk == [threading.main_thread()]


def test_nothing_is_appended_after_the_disk_has_failed(tmp_path, monkeypatch):
    """Replies would be paid for that can't be kept."""

    def broken(_file):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)

    async def drive():
        with Log(tmp_path, write=True) as log:
            reply_source = ReplySource(log, None)
            record(reply_source, 0)
            await asyncio.sleep(SYNC_WITHIN * 3)
            with pytest.raises(MazedomError, match=r"can't write .*Input/output error"):
                log.append(TrialEnd(trial="c1.w1.r1", status="finished", at="2031-01-01T00:00:00Z"))
            await reply_source.settle()

    asyncio.run(drive())
