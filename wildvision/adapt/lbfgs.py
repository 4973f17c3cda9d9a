"""Many small smooth minimisations in lockstep: L-BFGS with a history and a step length of its own for each.

One problem by itself would leave the processor waiting for memory; side by side their losses are two matrix products.
They know nothing of each other: each stops when its own loss does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Loss = Callable[[NDArray[np.intp], Array], tuple[NDArray[np.float64], Array]]

HISTORY = 10  # pairs; Nocedal and Wright 2006, "Numerical Optimization", section 7.2: 3 to 20
ARMIJO = 1e-4  # of the promised decrease that a step must keep; ibid., section 3.1
HALVINGS = 12  # of a step, before its problem counts as solved to the last digit
# Of the value: a step may raise it by as much, for near the bottom rounding decides what is higher, while the gradient
# still points down (Hager and Zhang 2005, "A New Conjugate Gradient Method with Guaranteed Descent and an Efficient
# Line Search", the approximate Wolfe conditions). Values here are sums of float32.
ROUNDING = 1e-8
QUIET = 3  # steps in a row that gain next to nothing end a problem


def minimize_all(loss: Loss, start: Array, *, max_steps: int, min_gain: float) -> Array:
    """Minimise P functions of D values each.

    Args:
        loss: Given the numbers of some problems, shape (A,), and a point for each, shape (A, D), returns their values,
            shape (A,), and gradients, shape (A, D).
        start: Shape (P, D).
        max_steps: For each.
        min_gain: A problem ends after `QUIET` steps that lower its value by no more than this share of it.

    Returns:
        Shape (P, D).
    """
    search = _Search(loss, start)
    for _ in range(max_steps):
        if not len(search.active):
            break
        search.step(min_gain)
    return search.point


class _Search:
    """Where each problem stands; arrays of the history have the shape (HISTORY, P, D)."""

    def __init__(self, loss: Loss, start: Array) -> None:
        self._loss = loss
        self.point = np.array(start)
        self.active = np.arange(len(start))
        self._value, self._gradient = loss(self.active, self.point)
        self._moves = np.zeros((HISTORY, *start.shape), np.float32)
        self._turns = np.zeros((HISTORY, *start.shape), np.float32)
        self._scales = np.zeros((HISTORY, len(start)))  # 1 / (move * turn); 0: no such pair
        self._quiet = np.zeros(len(start), np.intp)
        self._taken = 0

    def step(self, min_gain: float) -> None:
        """Move each active problem once, and let those go that gain nothing any more."""
        rows = self.active
        direction = self._direction(rows)
        descent = np.einsum("pd,pd->p", direction, self._gradient[rows])
        lost = descent >= 0  # rounding turned it uphill: begin again with the gradient
        direction[lost] = -self._gradient[rows][lost]
        descent[lost] = -np.einsum("pd,pd->p", direction[lost], direction[lost])
        before = self._value[rows].copy()
        self._search_line(rows, direction, descent)
        gain = before - self._value[rows]
        is_quiet = gain <= min_gain * np.maximum(np.abs(self._value[rows]), 1e-12)
        self._quiet[rows] = np.where(is_quiet, self._quiet[rows] + 1, 0)
        self.active = rows[self._quiet[rows] < QUIET]
        self._taken += 1

    def _direction(self, rows: NDArray[np.intp]) -> Array:
        """Return minus the gradient times the inverse curvature that the history shows (ibid., algorithm 7.4)."""
        found = self._gradient[rows].copy()
        slots = [(self._taken - 1 - back) % HISTORY for back in range(min(self._taken, HISTORY))]
        shares: dict[int, Array] = {}
        for slot in slots:
            shares[slot] = self._scales[slot, rows] * np.einsum("pd,pd->p", self._moves[slot, rows], found)
            found -= shares[slot][:, None] * self._turns[slot, rows]
        if slots:
            newest = self._turns[slots[0], rows]
            turned = np.einsum("pd,pd->p", newest, newest) * self._scales[slots[0], rows]
            found /= np.where(turned > 0, turned, 1.0)[:, None]
        else:
            found /= np.maximum(np.linalg.norm(found, axis=1), 1.0)[:, None]
        for slot in reversed(slots):
            back = self._scales[slot, rows] * np.einsum("pd,pd->p", self._turns[slot, rows], found)
            found += (shares[slot] - back)[:, None] * self._moves[slot, rows]
        return -found

    def _search_line(self, rows: NDArray[np.intp], direction: Array, descent: Array) -> None:
        """Halve each step until it keeps a part of what the slope promises; one that never does stays where it is."""
        slot, length = self._taken % HISTORY, 1.0
        self._scales[slot, rows] = 0
        left = np.arange(len(rows))
        for _ in range(HALVINGS):
            asked, move = rows[left], length * direction[left]
            value, gradient = self._loss(asked, self.point[asked] + move)
            slack = ROUNDING * np.abs(self._value[asked])
            kept = value <= self._value[asked] + ARMIJO * length * descent[left] + slack
            self._accept(asked[kept], move[kept], value[kept], gradient[kept], slot)
            left, length = left[~kept], length / 2
            if not len(left):
                return

    def _accept(
        self, rows: NDArray[np.intp], move: Array, value: NDArray[np.float64], gradient: Array, slot: int
    ) -> None:
        turn = gradient - self._gradient[rows]
        curvature = np.einsum("pd,pd->p", move, turn)
        usable = curvature > 1e-10 * np.einsum("pd,pd->p", turn, turn)
        self._moves[slot, rows], self._turns[slot, rows] = move, turn
        self._scales[slot, rows] = np.where(usable, 1 / np.where(usable, curvature, 1.0), 0.0)
        self.point[rows] += move
        self._value[rows], self._gradient[rows] = value, gradient
