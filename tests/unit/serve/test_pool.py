from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from wildvision.errors import UnavailableError
from wildvision.serve.answers import Reply, raw
from wildvision.serve.jobs import Job, Judging, pack_job, pack_reply, unpack_job, unpack_reply
from wildvision.serve.pool import LARGE, Held, Line

JUDGING = Judging(policy="balanced", digest="d")


def held(size: int = 1) -> Held:
    job = Job(task="classify", image=b"x" * size, judging=JUDGING)
    return Held(job, time.monotonic() + 10, asyncio.get_running_loop())


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    return lambda: asyncio.run(test())


@in_a_loop
async def test_jobs_are_taken_in_order_and_all_or_none_are_put() -> None:
    line = Line(most=3, processes=2)
    first, second, third = held(), held(), held()
    line.put([first, second])
    with pytest.raises(UnavailableError) as caught:
        line.put([third, held()])
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s >= 1
    assert len(line) == 2
    line.put([third])
    assert not line.has_room()
    assert [line.take(0), line.take(0), line.take(0), line.take(0)] == [first, second, third, None]
    assert not line.has_room()  # what is worked on counts
    line.done(first, 0.1)
    assert line.has_room()


@in_a_loop
async def test_large_jobs_leave_a_process_to_the_others() -> None:
    line = Line(most=9, processes=3)
    large = [held(LARGE) for _ in range(4)]
    small = held()
    line.put([*large, small])
    assert [line.take(0), line.take(0), line.take(0), line.take(0)] == [large[0], large[1], small, None]
    line.done(large[0], 1)
    assert line.take(0) is large[2]


@in_a_loop
async def test_with_one_process_large_jobs_are_done_too() -> None:
    line = Line(most=9, processes=1)
    line.put([one := held(LARGE)])
    assert line.take(0) is one


@in_a_loop
async def test_what_nobody_waits_for_is_dropped_and_what_came_back_goes_first() -> None:
    line = Line(most=9, processes=1)
    first, second = held(), held()
    line.put([first, second])
    line.drop(first)
    line.drop(first)
    assert line.take(0) is second
    third = held()
    line.put([third])
    line.back(second)
    line.done(second, None)
    assert [line.take(0), line.take(0)] == [second, third]


@in_a_loop
async def test_the_wait_that_is_asked_for_grows_with_what_jobs_take() -> None:
    line = Line(most=60, processes=1)
    line.put([held() for _ in range(60)])
    before = line.is_full().retry_after_s
    for _ in range(40):
        line.done(line.take(0) or held(), 5.0)
    line.put([held() for _ in range(40)])
    after = line.is_full().retry_after_s
    assert before is not None
    assert after is not None
    assert before < after <= 60


def test_jobs_and_replies_come_through_a_pipe() -> None:
    job = Job(task="explain", image=b"\xff\x00", judging=JUDGING, category="ivory", as_picture=True)
    assert unpack_job(pack_job(job)) == job
    reply = Reply(status=200, body=raw({"a": [1]}), verdict="FLAG", media="image/png")
    found = unpack_reply(pack_reply(reply))
    assert (found.status, bytes(found.body), found.verdict, found.media) == (
        200,
        b'{"a":[1]}',
        "FLAG",
        "image/png",
    )
