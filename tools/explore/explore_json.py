"""Explorations as JSON: the fields that scripts rely on."""

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from ...hardware.search.explore import Point
from .exploration import CurveResult, ExploredNetwork, smallest_reaching


def exploration_as_json(
    network: ExploredNetwork, results: Sequence[CurveResult], fps: float | None
) -> dict[str, Any]:
    """The network, and each device at each clock."""
    fields: dict[str, Any] = {
        "ops": network.work.ops,
        "arithmetic_intensity": network.work.intensity,
        "curves": [_curve_as_json(network, result, fps) for result in results],
    }
    if fps is not None:
        best = smallest_reaching(results, fps).curve
        fields["smallest"] = {"device": best.device.name, "clock_mhz": best.clock_mhz}
    return fields


def _curve_as_json(
    network: ExploredNetwork, result: CurveResult, fps: float | None
) -> dict[str, Any]:
    curve, fastest = result.curve, result.fastest
    gops, external_gops = network.roof(result)
    fields: dict[str, Any] = {
        "device": curve.device.name,
        "clock_mhz": curve.clock_mhz,
        "roofline": {
            "gops": gops if gops < inf else None,
            "external_gops": external_gops if external_gops < inf else None,
            "fps": network.roof_fps(result),
        },
    }
    if fps is not None:
        fields["at_rate"] = _point_as_json(result, result.at_rate(fps))
    if fps is None or fastest is not None:
        fields["fastest"] = _point_as_json(result, fastest)
    if fps is None:
        fields["impossible_below_cycles"] = None if fastest is None else fastest.least
        fields["front"] = [_point_as_json(result, point) for point in result.front]
    return fields


def _point_as_json(result: CurveResult, point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {
        "fps": result.fps(point),
        "interval_cycles": point.interval,
        "resources": result.named(np.array(point.use)),
        "utilisation": result.shares(point),
        "within": point.dearer,
    }
