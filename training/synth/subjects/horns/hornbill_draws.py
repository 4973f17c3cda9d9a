"""Draws of the helmeted hornbill: heads, worked pieces of the casque and their look."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters


def draw_skull(draws: Draws) -> Parameters:
    """Draw a head: skull, casque and bill; heads from poachers keep some dried skin."""
    return {
        "length_m": draws.uniform(0.21, 0.27),
        "casque": draws.uniform(0.85, 1.15),
        "bend": draws.uniform(0.7, 1.2),
        "gape": draws.uniform(0.0, 0.05),
        "seed": draws.seed(),
    }


def draw_block(draws: Draws) -> Parameters:
    """Draw a worked piece: a carved block, a belt buckle, a snuff bottle or a pendant."""
    kind = draws.weighted({"block": 0.35, "buckle": 0.2, "bottle": 0.25, "pendant": 0.2})
    return {
        "kind": kind,
        "length_m": draws.uniform(0.055, 0.085) if kind == "block" else draws.uniform(0.04, 0.075),
        "relief": draws.uniform(0.5, 1.3),
        "motif": draws.weighted({"leaves": 0.45, "clouds": 0.3, "plain": 0.25}),
        "skin": draws.uniform(0.12, 0.42),
        "stand": draws.chance(0.3),
        "seed": draws.seed(),
    }


def draw_look(draws: Draws, *, worn: bool) -> Parameters:
    """Draw the casque's colours and wear: of a worn head, or of polished work."""
    return {
        "yellow": draws.colour((0.72, 0.42, 0.085), value=0.18, tint=0.08),
        "red": draws.colour((0.46, 0.038, 0.012), value=0.3, tint=0.12),
        "roughness": draws.uniform(0.25, 0.55) if worn else draws.uniform(0.12, 0.35),
        "gloss": 0.1 if worn else draws.uniform(0.1, 0.5),
        "age": draws.uniform(0.2, 1.0) if worn else draws.uniform(0.0, 0.6),
    }
