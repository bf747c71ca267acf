"""Plots of rates, rooflines, and accuracy against bit operations. They need matplotlib."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from math import inf
from typing import Any


@dataclass(frozen=True)
class FrontLine:
    """The Pareto front of a device."""

    label: str
    points: Sequence[tuple[float, float]]
    """Frames per second, and the share of the budget of the tightest resource."""


@dataclass(frozen=True)
class Roof:
    """The roofs of a device in Gop/s, and a design under them."""

    label: str
    gops: float
    """The peak of the device's resources; infinite if it is not known."""
    external_gops: float
    """The peak of the off-chip memory at the design's intensity; infinite if it is not known."""
    intensity: float
    """Operations per byte of off-chip traffic."""
    reached: float
    """The rate of the fastest design, in Gop/s."""


def draw_fronts(lines: Sequence[FrontLine]) -> Any:
    """Frame rate against resources, a line for each device."""
    figure, axes = _figure("frames/s", "tightest resource, % of its budget")
    for number, line in enumerate(lines):
        rates, used = zip(*line.points, strict=True)
        shares = [100 * share for share in used]
        axes.plot(rates, shares, drawstyle="steps-pre", label=line.label, **_style(number))
    axes.set_yscale("log")
    axes.axhline(100, color="black", linewidth=0.8)
    _legend(axes)
    return figure


def draw_roofs(roofs: Sequence[Roof]) -> Any:
    """Operations per second against operations per byte: the roofs of devices, and designs."""
    figure, axes = _figure("operations per byte of off-chip traffic", "Gop/s")
    axes.set_yscale("log")
    for number, roof in enumerate(roofs):
        style = _style(number)
        marker = {**style, "marker": style["marker"], "linestyle": "none"}
        axes.plot([roof.intensity], [roof.reached], label=roof.label, **marker)
        if roof.gops < inf:
            reach = [roof.intensity * 10.0**exponent for exponent in range(-4, 3)]
            each = roof.external_gops / roof.intensity
            bend = [] if each == inf else [roof.gops / each]
            span = sorted([*reach, *bend])
            heights = [min(roof.gops, each * place) for place in span]
            axes.plot(span, heights, color=style["color"], linewidth=1)
    _legend(axes)
    return figure


def draw_tradeoff(points: Sequence[tuple[str, float, float]]) -> Any:
    """Accuracy in percent against bit operations, a point per training run, as UNIQ plots it."""
    figure, axes = _figure("bit operations per image", "accuracy, %")
    for number, (label, bops, accuracy) in enumerate(points):
        axes.plot([bops], [accuracy], label=label, **{**_style(number), "linestyle": "none"})
    _legend(axes)
    return figure


def rendered(figure: Any, suffix: str) -> bytes:
    """A figure as an SVG or PNG file; the same bytes each time."""
    file = BytesIO()
    with import_module("matplotlib").rc_context({"svg.hashsalt": "qnn"}):
        figure.savefig(file, format=suffix, metadata={"Date": None} if suffix == "svg" else None)
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
    """A style per line: ten colours, then the same ones with another marker."""
    return {"color": f"C{number % 10}", "marker": "os^Dv"[number // 10 % 5], "markersize": 4}


def _legend(axes: Any) -> None:
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5))
