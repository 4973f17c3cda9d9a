"""Video: one answer for a short clip, from the frames that are worth a look, combined as the pictures of a post are.

See `wildvision.clips` for which frames those are and what is refused, and `wildvision.post_scores` for the rule.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from wildvision.clips import (
    DEFAULT_VIDEO_LIMITS,
    Clip,
    ClipSource,
    VideoLimits,
    open_clip,
)
from wildvision.images import DecodedImage
from wildvision.manifest import Manifest, Policy
from wildvision.post_scores import CombinedAnswer, Picture, PostJudge
from wildvision.results import RESULT_SCHEMA, Caution, Classification, Prediction, Reason, Verdict

VIDEO_SCHEMA = 1
"""Raised when a reader of the last one could not read or would misread a clip; a new field with a default does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAnswer:
    """The answer for one frame of a clip.

    Attributes:
        time_s: Since the beginning of the clip, seconds.
        result: The frame's own answer.
    """

    time_s: float
    result: Classification


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class VideoClassification(CombinedAnswer):
    """The answer for one clip; ``print`` shows it in one line, a notebook as a small table.

    Attributes:
        verdict: What to do with the clip.
        reason: The rule that decided, and why.
        predictions: Every category of the model with its combined score, by falling score.
        carrier: Place, from 0, of the frame that carries the answer; None: no frame could be judged.
        frames: That were looked at, in order.
        duration_s: As the container says; None: it does not.
        width: Of the frames as they are stored, px.
        height: Of the frames as they are stored, px.
        codec: Of the pictures, such as ``"h264"``.
        warnings: What to know about the clip, such as that only a part of it was looked at.
        model_id: The model that answered.
        policy: The name of the thresholds that were applied.
    """

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    carrier: int | None
    frames: tuple[FrameAnswer, ...]
    duration_s: float | None
    width: int
    height: int
    codec: str
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str

    def __post_init__(self) -> None:
        """Refuse what is no answer for a clip: no frames, a carrier that is none of them, unsorted predictions."""
        self.as_classification()
        if not self.frames or (self.carrier is not None and not 0 <= self.carrier < len(self.frames)):
            raise ValueError(
                f"expected frames and the place of one of them, found {len(self.frames)} and {self.carrier}"
            )

    @property
    def carrier_s(self) -> float | None:
        """The time of the frame that carries the answer, seconds; None: no frame could be judged."""
        return None if self.carrier is None else self.frames[self.carrier].time_s

    def __repr__(self) -> str:
        whole = repr(self.as_classification()).removeprefix("<Classification ")
        return f"<VideoClassification of {len(self.frames)} frames: {whole}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        frames = "".join(
            f"<li>{frame.time_s:.1f} s: {html.escape(str(frame.result))}</li>" for frame in self.frames
        )
        return f"<div>{self.as_classification()._repr_html_()}<ul>{frames}</ul></div>"  # pyright: ignore[reportPrivateUsage]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers, ready for JSON, with `VIDEO_SCHEMA` as ``schema``."""
        frames = [{"time_s": frame.time_s, "result": frame.result.to_dict()} for frame in self.frames]
        facts = {name: getattr(self, name) for name in _FACTS}
        return {**self.answer_to_dict(), "schema": VIDEO_SCHEMA, **facts, "frames": frames}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VideoClassification:
        """Rebuild what `to_dict` returned.

        Raises:
            ValueError: It is of another schema, or a field is missing, wrong or out of range.
        """
        fields = dict(data)
        schema = fields.pop("schema", None)
        if schema != VIDEO_SCHEMA:
            raise ValueError(f"expected a clip of schema {VIDEO_SCHEMA}, found schema {schema!r}")
        try:
            facts = {name: fields.pop(name) for name in _FACTS}
            frames = [
                FrameAnswer(time_s=float(frame["time_s"]), result=Classification.from_dict(frame["result"]))
                for frame in cast("Sequence[Mapping[str, Any]]", fields.pop("frames"))
            ]
        except (KeyError, TypeError) as error:
            raise ValueError(f"expected a clip with its frames, found a malformed one: {error}") from error
        whole = Classification.from_dict({"schema": RESULT_SCHEMA, **fields})
        answer = {
            name: getattr(whole, name) for name in Classification.__dataclass_fields__ if name != "parts"
        }
        return cls(**answer, **facts, frames=tuple(frames))


_FACTS = ("carrier", "duration_s", "width", "height", "codec")


class Judge(Protocol):
    """What judges frames: a `wildvision.Classifier`."""

    @property
    def manifest(self) -> Manifest:
        """Of the model."""
        ...

    @property
    def policy(self) -> Policy:
        """The thresholds that hold."""
        ...

    @property
    def policy_name(self) -> str:
        """Their name."""
        ...

    def decode(self, source: Any) -> DecodedImage:
        """Make an image of RGB pixels."""
        ...

    def judge(self, image: DecodedImage) -> Classification:
        """Answer for one image."""
        ...


def judge_clip(
    source: ClipSource, judge: Judge, limits: VideoLimits = DEFAULT_VIDEO_LIMITS
) -> tuple[VideoClassification, DecodedImage]:
    """Classify a clip; returns the answer and the frame that carries it, or the first where none does.

    Frames are decoded and looked at one by one; those that were looked at are kept until the end, as small as the
    network takes them, at most ``limits.max_frames``.

    Args:
        source: Path, bytes, or a binary file object that can be sought.
        judge: Answers for each frame.
        limits: What the clip may ask for.

    Raises:
        ImageReadError: The file cannot be read.
        VideoError: The clip cannot be classified; the message says why.
        RuntimeBackendError: ONNX Runtime failed.
    """
    images: list[DecodedImage] = []
    frames: list[FrameAnswer] = []
    with open_clip(source, limits) as (clip, found):
        for frame in found:
            image = judge.decode(frame.pixels)
            images.append(image)
            frames.append(FrameAnswer(time_s=round(frame.time_s, 3), result=judge.judge(image)))
    answer = _answer(clip, frames, judge)
    return answer, images[answer.carrier or 0]


def _answer(clip: Clip, frames: Sequence[FrameAnswer], judge: Judge) -> VideoClassification:
    pictures = [Picture.of(frame.result) for frame in frames]
    places = [f"at {frame.time_s:.1f} s" for frame in frames]
    decision = PostJudge(judge.manifest, judge.policy).judge(pictures, places)
    return VideoClassification(
        verdict=decision.verdict,
        reason=decision.reason,
        predictions=decision.predictions,
        carrier=decision.carrier,
        frames=tuple(frames),
        duration_s=clip.duration_s,
        width=clip.width,
        height=clip.height,
        codec=clip.codec,
        warnings=(*clip.cautions, _looked_at(clip, frames)),
        model_id=judge.manifest.id,
        policy=judge.policy_name,
    )


def _looked_at(clip: Clip, frames: Sequence[FrameAnswer]) -> Caution:
    """Return what every answer for a clip says: of how much it is."""
    length = "a clip" if clip.duration_s is None else f"a clip of {clip.duration_s:.1f} s"
    times = ", ".join(f"{frame.time_s:.1f}" for frame in frames)
    return Caution("frames_of_clip", f"{length}; frames looked at: {len(frames)}, at {times} s")
