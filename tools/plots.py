"""Plots of rates, rooflines, and accuracy against bit operations. They need matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from math import inf
from typing import Any


@dataclass(frozen=True)
class Line:
    """A front: frames a second, and the part that is taken of what a design may take."""

    label: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Roof:
    """The roofs over a device, in billions of operations a second, and a design under them."""

    label: str
    gops: float
    """What logic computes; 0 if nobody knows."""
    external_gops: float
    """What memory feeds at the design's operations a byte; infinite if nobody knows."""
    intensity: float
    """Operations a byte."""
    reached: float
    """By the fastest design."""


def draw_fronts(lines: Sequence[Line]) -> Any:
    """Rate against resources, a line for each device."""
    figure, axes = _figure("frames/s", "of what a design may take: the scarcest resource, %")
    for number, line in enumerate(lines):
        rates, parts = zip(*line.points, strict=True)
        shares = [100 * part for part in parts]
        axes.plot(rates, shares, drawstyle="steps-pre", label=line.label, **_style(number))
    axes.set_yscale("log")
    axes.axhline(100, color="black", linewidth=0.8)
    _legend(axes)
    return figure


def draw_roofs(roofs: Sequence[Roof]) -> Any:
    """Operations a second against operations a byte: what a device could, and a design does."""
    figure, axes = _figure("operations a byte from outside", "GOPS")
    axes.set_yscale("log")
    for number, roof in enumerate(roofs):
        style = _style(number)
        marker = {**style, "marker": style["marker"], "linestyle": "none"}
        axes.plot([roof.intensity], [roof.reached], label=roof.label, **marker)
        if roof.gops:
            reach = [roof.intensity * 10.0**exponent for exponent in range(-4, 3)]
            each = roof.external_gops / roof.intensity
            bend = [] if each == inf else [roof.gops / each]
            span = sorted([*reach, *bend])
            heights = [min(roof.gops, each * place) for place in span]
            axes.plot(span, heights, color=style["color"], linewidth=1)
    _legend(axes)
    return figure


def draw_tradeoff(points: Sequence[tuple[str, float, float]]) -> Any:
    """Accuracy in percent against bit operations, a point for each way to train: as UNIQ has it."""
    figure, axes = _figure("bit operations for an image", "accuracy, %")
    for number, (label, bops, accuracy) in enumerate(points):
        axes.plot([bops], [accuracy], label=label, **{**_style(number), "linestyle": "none"})
    _legend(axes)
    return figure


def rendered(figure: Any, ending: str) -> bytes:
    """A figure as a file; the same one each time."""
    file = BytesIO()
    with import_module("matplotlib").rc_context({"svg.hashsalt": "qnn"}):
        figure.savefig(file, format=ending, metadata={"Date": None} if ending == "svg" else None)
    return file.getvalue()


def _figure(across: str, up: str) -> tuple[Any, Any]:
    figure = import_module("matplotlib.figure").Figure((9, 5.5), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(True, which="both", linewidth=0.3)
    return figure, axes


def _style(number: int) -> dict[str, Any]:
    """Ten colours, and another marker for each ten."""
    return {"color": f"C{number % 10}", "marker": "os^Dv"[number // 10 % 5], "markersize": 4}


def _legend(axes: Any) -> None:
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5))
