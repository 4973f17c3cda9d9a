"""Raw elephant tusks: whole, sawn, marked with pen, polished, stacked and mounted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.ivory import tusk_draws as cut
from training.synth.subjects.ivory.materials import draw_skin
from training.synth.subjects.ivory.mounts import hung_tusks, loose_tusks, mounted_tusks
from training.synth.subjects.ivory.tusk_draws import Cut, draw_stand, draw_tusk

_POLISHED = {"polished": 0.75, "fresh": 0.15, "tan": 0.1}


def _form(
    cuts: Cut,
    make: Callable[[Parameters], Sequence[Any]] = loose_tusks,
    *,
    weight: float,
    layouts: Mapping[str, float],
    most: int = 1,
    skins: Mapping[str, float] | None = None,
    written: bool = False,
    tusks: int = 0,
) -> Form:
    """Return a form of tusks of one kind of elephant and about one length.

    Args:
        cuts: Where they are sawn.
        make: Makes the objects.
        weight: Relative frequency.
        layouts: How they lie.
        most: Tusks in a stack.
        skins: What their outside is like; None: any.
        written: Whether officials may have written on them.
        tusks: Tusks drawn; 0: five at most, which the layout copies.
    """

    def draw(draws: Draws, form: str) -> Parameters:
        arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
        kind = "asian" if draws.chance(0.3) else "african"
        typical = draws.log_uniform(0.3, 1.7) * (0.8 if kind == "asian" else 1.0)
        marked = written and draws.chance(0.55)
        streams = [draws.part(f"tusk {n}") for n in range(tusks or min(arrangement["count"], 5))]
        return {
            "form": form,
            "kind": kind,
            "arrangement": arrangement,
            "skin": draw_skin(draws.part("skin"), kinds=skins),
            "pieces": [draw_tusk(own, kind, cuts, typical, marked=marked) for own in streams],
            "stand": draw_stand(draws),
        }

    return Form(draw=draw, make=make, weight=weight)


FAMILY = Family(
    name="elephant_tusk",
    label="elephant_tusk",
    facts=(
        Fact(
            "An elephant tusk is an upper incisor of dentine under a thin layer of cementum, with a pulp cavity "
            "that is widest at the base and narrows to a nerve canal; cross-cuts show Schreger lines.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & "
            "TRAFFIC",
        ),
        Fact(
            "In cross-cuts the outer Schreger angles of living elephants average more than 100 degrees, those of "
            "mammoth less.",
            "Espinoza, E. O. & Mann, M.-J. (1993), The history and significance of the Schreger pattern in "
            "proboscidean ivory characterization, Journal of the American Institute for Conservation 32",
        ),
        Fact(
            "African elephants of both sexes carry tusks; Asian tusks, of bulls, are on average smaller.",
            "CITES Identification Manual; Spinage, C. A. (1994), Elephants, T & AD Poyser",
        ),
    ),
    forms={
        "whole": _form(
            cut.whole, weight=0.33, layouts={"single": 0.5, "row": 0.28, "scattered": 0.22}, most=7, written=True
        ),
        "stack": _form(cut.whole, weight=0.16, layouts={"bundle": 0.75, "row": 0.25}, most=12, written=True),
        "tips": _form(
            cut.tip, weight=0.08, layouts={"row": 0.4, "scattered": 0.3, "single": 0.15, "heap": 0.15}, most=9, written=True
        ),
        "pieces": _form(
            cut.piece, partial(loose_tusks, upright=lambda seed: seed % 4 == 0), weight=0.14, most=10, written=True,
            layouts={"row": 0.3, "scattered": 0.35, "heap": 0.2, "single": 0.15},
        ),
        "stubs": _form(
            cut.stub, partial(loose_tusks, upright=lambda seed: True), weight=0.06, most=8,
            layouts={"scattered": 0.5, "row": 0.3, "single": 0.2},
        ),
        "polished": _form(
            partial(cut.whole, sawn=0.55), weight=0.11, skins=_POLISHED, most=4,
            layouts={"single": 0.6, "row": 0.2, "scattered": 0.2},
        ),
        "mounted": _form(
            cut.to_mount, mounted_tusks, weight=0.07, skins=_POLISHED, layouts={"standing": 1.0}, tusks=2
        ),
        "hung": _form(cut.to_mount, hung_tusks, weight=0.05, skins=_POLISHED, layouts={"hanging": 1.0}, tusks=2),
    },
    version=2,
)  # fmt: skip
