"""Charts as SVG that stands in an HTML page by itself: no script, no font, no file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

_CELL = 14
_NAMES = 150
_WIDTH, _HEIGHT, _MARGIN = 460, 300, 44


def draw_confusions(names: Sequence[str], counts: npt.NDArray[np.int64]) -> str:
    """A confusion matrix: a row a right label, a column a label found, darker for a larger share of the row.

    Args:
        names: the labels, in the order of both axes.
        counts: shape (labels, labels).
    """
    side = _NAMES + _CELL * len(names)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    parts = [_open(side, side)]
    for at, name in enumerate(names):
        middle = _NAMES + at * _CELL + _CELL - 3
        parts.append(f'<text x="{_NAMES - 4}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<text transform="translate({middle},{_NAMES - 4}) rotate(-90)">{escape(name)}</text>')
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "#1b7a4b" if row == column else "#b3261e"
        opacity = 0.15 + 0.85 * float(shares[row, column]) ** 0.5
        title = f"{names[row]} read as {names[column]}: {counts[row, column]} ({shares[row, column]:.1%})"
        parts.append(
            f'<rect x="{_NAMES + column * _CELL}" y="{_NAMES + row * _CELL}" width="{_CELL}" height="{_CELL}"'
            f' fill="{colour}" fill-opacity="{opacity:.2f}"><title>{escape(title)}</title></rect>'
        )
    return "".join([*parts, "</svg>"])


def draw_curve(
    points: Sequence[tuple[float, float]], across: str, upwards: str, widest: float = 1.0, diagonal: bool = False
) -> str:
    """Points joined by lines; upwards from 0 to 1, across from 0 to `widest`.

    Args:
        points: (across, upwards) in the order they are joined.
        across: what the horizontal axis shows.
        upwards: what the vertical axis shows.
        widest: the right end of the horizontal axis.
        diagonal: also draw the line where both are equal.
    """

    def place(point: tuple[float, float]) -> tuple[float, float]:
        inner_width, inner_height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
        return _MARGIN + point[0] / widest * inner_width, _HEIGHT - _MARGIN - point[1] * inner_height

    left, bottom = place((0, 0))
    right, top = place((widest, 1))
    parts = [_open(_WIDTH, _HEIGHT)]
    parts.append(f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#555"/>')
    for step in range(6):
        x, y = place((widest * step / 5, step / 5))
        label = f"{widest * step / 5:.0f}" if widest > 1 else f"{step / 5:.1f}"
        parts.append(f'<text x="{x}" y="{bottom + 14}" text-anchor="middle">{label}</text>')
        parts.append(f'<text x="{left - 5}" y="{y + 3}" text-anchor="end">{step / 5:.1f}</text>')
    if diagonal:
        parts.append(f'<path d="M{left} {bottom}L{right} {top}" stroke="#bbb" stroke-dasharray="4"/>')
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, points))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1b7a4b" stroke-width="2"/>')
    for point in points:
        x, y = place(point)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1b7a4b"><title>{point[1]:.3f}</title></circle>')
    parts.append(f'<text x="{(left + right) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    parts.append(f'<text transform="translate(12,{(top + bottom) / 2}) rotate(-90)" text-anchor="middle">')
    return "".join([*parts, f"{escape(upwards)}</text></svg>"])


def _open(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="10">'
    )
