"""The kinds of input, each in its own file with a class `Cases`."""

from importlib import import_module

from ..kind import Kind

SHARES = {
    "text": 180,
    "onnx": 120,
    "pt2": 50,
    "passes": 40,
    "devices": 130,
    "foldings": 110,
    "recipes": 110,
    "arrays": 125,
    "sets": 85,
    "builds": 25,
    "points": 25,
}
"""The number of cases of each kind per thousand; kinds with fast cases have more."""


def kind_named(name: str) -> type[Kind]:
    return import_module(f".{name}", __name__).Cases
