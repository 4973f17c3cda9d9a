"""Hides of cattle, sheep, goats, deer and zebra: what else has the outline of a skin."""

from __future__ import annotations

from training.synth.family import Fact, Family, Form, seeded
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.pelts.whole_hides import draw_whole_hide, whole_hide

_KINDS = {"cow": 0.4, "sheep": 0.18, "goat": 0.12, "deer": 0.14, "spotted_deer": 0.06, "zebra": 0.10}


def _form(way: str, weight: float, layout: str = "single") -> Form:
    """Return a form of one hide, laid in one way."""

    def draw(draws: Draws, form: str) -> Parameters:
        del form
        return {
            "arrangement": draw_arrangement(draws.part("arrangement"), {layout: 1.0}),
            **draw_whole_hide(draws, draws.weighted(_KINDS), way),
            "seed": draws.seed(),
        }

    return Form(draw=draw, make=seeded(whole_hide), weight=weight)


FAMILY = Family(
    name="other_hides",
    label="",
    facts=(
        Fact(
            "Cowhide rugs have large irregular patches of black, brown or red on white, the outline of the whole "
            "hide with short leg stumps, and short hair.",
            "Porter, Alderson, Hall and Sponenberg 2016, Mason's World Encyclopedia of Livestock Breeds and "
            "Breeding, CABI",
        ),
        Fact(
            "Plains zebras have broad stripes that meet a dark line on the spine and bend towards the tail on the "
            "hindquarters.",
            "Grubb 1981, Equus burchelli, Mammalian Species 157",
        ),
        Fact(
            "Axis deer are reddish brown with rows of white spots in all seasons.",
            "Geist 1998, Deer of the World: Their Evolution, Behaviour and Ecology, Stackpole Books",
        ),
    ),
    forms={
        "floor": _form("floor", 0.5),
        "hanging": _form("hanging", 0.18, "hanging"),
        "folded": _form("folded", 0.12),
        "rolled": _form("rolled", 0.06),
        "draped": _form("draped", 0.14, "standing"),
    },
)
