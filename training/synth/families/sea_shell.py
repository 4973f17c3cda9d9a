"""Sea shells, the look-alikes of tortoiseshell and ivory: cowries, snails, bivalves, nautilus, mother-of-pearl."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.synth.family import Fact, Family, Form, arranged, assembled
from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.shells import mollusc_draws as draw
from training.synth.subjects.shells.materials import mollusc_material, nacre_material
from training.synth.subjects.shells.molluscs import shell_parts


def _form(
    shell: Callable[[Draws, str], Parameters],
    *,
    weight: float,
    layouts: Mapping[str, float],
    most: int,
    mixed: bool = False,
) -> Form:
    """Return a form of shells of one look, or each of its own."""

    def lot(draws: Draws, count: int) -> Parameters:
        species = draw.draw_species(draws)
        pieces = [shell(draws.part(f"piece{k}"), species) for k in range(min(count, 6))]
        looks = [draw.draw_shell_look(draws.part(f"look{k}"), piece) for k, piece in enumerate(pieces)]
        looks = looks if mixed else [looks[0]] * len(pieces)
        return {"pieces": pieces, "looks": looks, "nacre": draw.draw_nacre(draws)}

    return arranged(lot=lot, make=_mixed if mixed else _alike, weight=weight, layouts=layouts, most=most)


def _shell(lot: Parameters) -> Sequence[Any]:
    return [mollusc_material(lot["looks"][0]), nacre_material(lot["nacre"])]


_alike = assembled(shell_parts, _shell, name="shell")


def _mixed(lot: Parameters) -> Sequence[Any]:
    nacre = nacre_material(lot["nacre"])
    return [
        assemble("shell", shell_parts({**lot, **piece}), [mollusc_material(look), nacre])
        for piece, look in zip(lot["pieces"], lot["looks"], strict=True)
    ]


FAMILY = Family(
    name="sea_shell",
    label="shell",
    facts=(
        Fact(
            "Coiled snails grow as a widening tube on a logarithmic spiral; cowries, bivalves and nautilus differ "
            "in outline, sculpture and colour bands.",
            "Dance, S. P. (2002), Shells, Dorling Kindersley",
        ),
    ),
    forms={
        "snail": _form(
            draw.draw_snail, weight=0.25, layouts={"single": 0.4, "scattered": 0.25, "hand": 0.2, "row": 0.15}, most=8
        ),
        "cowrie": _form(
            draw.draw_kind("cowrie"), weight=0.17, most=40,
            layouts={"single": 0.15, "scattered": 0.2, "heap": 0.25, "filled": 0.15, "row": 0.1, "hand": 0.15},
        ),
        "bivalve": _form(
            draw.draw_kind("bivalve"), weight=0.22, most=30,
            layouts={"single": 0.2, "scattered": 0.25, "heap": 0.2, "spread": 0.2, "hand": 0.15},
        ),
        "nautilus": _form(draw.draw_kind("nautilus"), weight=0.12, layouts={"single": 0.8, "scattered": 0.2}, most=3),
        "nacre": _form(
            draw.draw_kind("nacre"), weight=0.08, most=30,
            layouts={"scattered": 0.3, "spread": 0.3, "heap": 0.2, "hand": 0.2},
        ),
        "mixed": _form(
            draw.draw_any, weight=0.16, layouts={"heap": 0.3, "spread": 0.35, "filled": 0.35}, most=34, mixed=True
        ),
    },
)  # fmt: skip
