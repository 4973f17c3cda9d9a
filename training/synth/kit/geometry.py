"""The types of shapes: points, arrays of them, and the meshes made of both.

Lengths are metres (the hare is carved in centimetres, then scaled); +z is up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Array = np.ndarray
Numbers = Sequence[float] | np.ndarray
Point = tuple[float, float, float]

Face = tuple[int, ...]
"""Numbers of a facet's vertices, in order around it; neighbouring facets go round the same way."""

FacetMesh = tuple[Array, list[Face]]
"""Vertices, shape (N, 3), and facets."""

ArrayMesh = tuple[Array, Array]
"""Vertices, shape (N, 3), and quads, shape (M, 4)."""

Mesh = FacetMesh | ArrayMesh
