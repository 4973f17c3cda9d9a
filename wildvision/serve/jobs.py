"""Jobs: what a scoring process is asked, in a form that cannot carry code.

They travel as MessagePack and not as pickles: a process that a hostile image took over could otherwise take over the
one that keeps the connections too.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from wildvision.manifest import Policy
from wildvision.serve.answers import JSON, Reply

Task = Literal["classify", "hash", "explain"]


class Judging(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds to judge by.

    Attributes:
        policy: A policy of one's own, or the name of one of the model's.
        digest: What stands for it, so that a process builds it once.
    """

    policy: Policy | str
    digest: str


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One question.

    Attributes:
        task: What is asked.
        image: Encoded.
        judging: By which thresholds.
        category: That an explanation is for; None: the one that decided.
        as_picture: Whether an explanation is drawn, as PNG, instead of told.
    """

    task: Task
    image: bytes
    judging: Judging
    category: str | None = None
    as_picture: bool = False


def pack_job(job: Job) -> bytes:
    """Return a job as bytes."""
    return msgspec.msgpack.encode(job)


def unpack_job(content: bytes) -> Job:
    """Return the job that was packed."""
    return msgspec.msgpack.decode(content, type=Job)


class _Sent(msgspec.Struct):
    status: int
    body: bytes
    verdict: str | None = None
    media: str = JSON


def pack_reply(reply: Reply) -> bytes:
    """Return a reply as bytes."""
    return msgspec.msgpack.encode(_Sent(reply.status, bytes(reply.body), reply.verdict, reply.media))


def unpack_reply(content: bytes) -> Reply:
    """Return the reply that was packed.

    Raises:
        msgspec.MsgspecError: It is none.
    """
    sent = msgspec.msgpack.decode(content, type=_Sent)
    return Reply(status=sent.status, body=msgspec.Raw(sent.body), verdict=sent.verdict, media=sent.media)
