"""Tortoiseshell as it is sold: polished carapaces, mounted turtles, tables of combs and bangles, horn against the light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.kit.assembly import assemble
from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import box_mesh
from training.synth.setting.arrange import draw_arrangement
from training.synth.setting.shop_table import (
    build_against_the_light,
    build_table,
    draw_against_the_light,
    draw_table,
)
from training.synth.setting.staged import draw_staging, staged, unmoved
from training.synth.subjects.shells.carapace import hung_up
from training.synth.subjects.shells.materials import draw_tortoiseshell, tortoiseshell_material
from training.synth.subjects.shells.smooth_carapace import (
    add_turtle_body,
    draw_smooth_carapace,
    draw_turtle,
    smooth_carapace_parts,
)

_GOODS = ("comb", "bangle", "spectacles", "box", "hairpin", "fan")
_FLOORS = {"concrete": 0.25, "boards": 0.25, "cloth": 0.15, "tiles": 0.15, "carpet": 0.1, "granite": 0.1}


def _draw_look(draws: Draws) -> Parameters:
    """Draw shell under varnish: darker and redder than cut plates, its flecks drawn out in rays."""
    look = draw_tortoiseshell(draws.part("look"), raw=0.15, whole=True)
    return {**look, "see_through": 0.0, "amber": draws.choice(("amber", "cherry", "cherry", "honey"))}


def _draw_carapace(draws: Draws, form: str) -> Parameters:
    hangs = form == "hung"
    return {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), {"hanging": 1.0}) if hangs else unmoved(draws.part("arrangement")),
        "staging": {} if hangs else draw_staging(draws.part("view"), elevation=(35, 89), fill=(0.8, 1.6), ground=_FLOORS),
        "carapace": draw_smooth_carapace(draws.part("carapace")),
        "look": _draw_look(draws),
        "labels": draws.choice((0, 0, 1, 2)),
    }  # fmt: skip


def _carapace(parameters: Parameters, *, hangs: bool = False) -> Any:
    parts = smooth_carapace_parts(parameters["carapace"])
    materials = [
        tortoiseshell_material(parameters["look"], rays=True),
        glossy_material("bone", (0.45, 0.34, 0.20), 0.6),
    ]
    return assemble("carapace", hung_up(parts) if hangs else parts, materials)


def _make_carapace(parameters: Parameters) -> Sequence[Any]:
    """Make it with small price labels on it."""
    hangs = parameters["form"] == "hung"
    shell = _carapace(parameters, hangs=hangs)
    if hangs:
        return [shell]
    blender().context.view_layer.update()
    paper = glossy_material("label", (0.85, 0.85, 0.82), 0.6)
    for number in range(parameters["labels"]):
        label = add_mesh("label", box_mesh(0.03, 0.018, 0.0005), paper)
        label.location = (0.06 * (number - 0.5), 0.05 * number - 0.02, float(shell.dimensions.z) + 0.001)
    return staged([shell])


def _draw_mounted(draws: Draws, form: str) -> Parameters:
    count = draws.weighted({"1": 0.7, "2": 0.3})
    animals = [{"carapace": draw_smooth_carapace(draws.part(f"carapace {n}")), "turtle": draw_turtle(draws.part(f"turtle {n}")), "look": _draw_look(draws.part(f"{n}"))} for n in range(int(count))]  # fmt: skip
    return {
        "form": form,
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": draw_staging(
            draws.part("view"), elevation=(12, 60), fill=(0.8, 1.3), turn=180, ground=_FLOORS
        ),
        "animals": animals,
    }


def _make_mounted(parameters: Parameters) -> Sequence[Any]:
    things: list[Any] = []
    for number, animal in enumerate(parameters["animals"]):
        shell = _carapace(animal)
        length = animal["carapace"]["length_m"]
        body = add_turtle_body(animal["turtle"], animal["carapace"])
        spot = (0.1 * number, number * 1.1 * length, 0.05 * length)
        for thing in (shell, body):
            thing.location = spot
        shell.location.z += 0.005 * length
        things += [shell, body]
    return staged(things)


def _draw_goods(draws: Draws, form: str) -> Parameters:
    names = [draws.choice(_GOODS) for _ in range(draws.integer(3, 9))]
    family = load_family("tortoiseshell")
    lots = [family.forms[name].draw(draws.part(f"lot {n}"), name) for n, name in enumerate(names)]
    return {"form": form, **draw_table(draws.part("table")), "lots": [_lying(lot) for lot in lots]}


def _lying(lot: Parameters) -> Parameters:
    """Return a lot of one piece that lies."""
    return {**lot, "arrangement": {"kind": "single", "count": 1}, "pieces": lot["pieces"][:1]}


def _make_goods(parameters: Parameters) -> Sequence[Any]:
    family = load_family("tortoiseshell")
    return build_table(parameters, [family.forms[lot["form"]].make(lot)[0] for lot in parameters["lots"]])


def _draw_lit(draws: Draws, form: str) -> Parameters:
    name = draws.choice(("scutes", "scutes", "comb", "hairpin"))
    lot = load_family("tortoiseshell").forms[name].draw(draws.part("lot"), name)
    look = {**lot["look"], "see_through": draws.uniform(0.3, 0.6)}
    return {
        "form": form,
        **draw_against_the_light(draws.part("light")),
        "lots": [{**_lying(lot), "look": look}],
    }


def _make_lit(parameters: Parameters) -> Sequence[Any]:
    (lot,) = parameters["lots"]
    return build_against_the_light(parameters, load_family("tortoiseshell").forms[lot["form"]].make(lot)[0])


FAMILY = Family(
    name="tortoiseshell_shop",
    label="tortoiseshell",
    forms={
        "polished": Form(draw=_draw_carapace, make=_make_carapace, weight=0.32),
        "hung": Form(draw=_draw_carapace, make=_make_carapace, weight=0.14),
        "mounted": Form(draw=_draw_mounted, make=_make_mounted, weight=0.2),
        "goods": Form(draw=_draw_goods, make=_make_goods, weight=0.22),
        "lit": Form(draw=_draw_lit, make=_make_lit, weight=0.12),
    },
    facts=(
        Fact(
            "Restored and varnished carapaces are smooth, the scutes level with each other and parted by pale lines; brown "
            "to black flecks run in rays from each scute's growth centre.",
            "Wyneken, J. (2001), The Anatomy of Sea Turtles, NOAA Technical Memorandum NMFS-SEFSC-470, pages 9 to 12",
        ),
        Fact(
            "Shops sell whole mounted turtles, polished carapaces, and bangles, combs, hairpins, fans, boxes and frames.",
            "Nahill, B., von Weller, P. & Barrios-Garrido, H. (2020), The Global Tortoiseshell Trade: State of knowledge of the "
            "illegal trade in hawksbill products, Too Rare To Wear",
        ),
    ),
)
