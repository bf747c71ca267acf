"""The kinds of input, each in a file of its own with a class `Cases`."""

from importlib import import_module

from ..kind import Kind

SHARES = {
    "text": 200,
    "onnx": 150,
    "pt2": 80,
    "passes": 40,
    "devices": 120,
    "foldings": 100,
    "recipes": 100,
    "arrays": 100,
    "sets": 60,
    "builds": 25,
    "points": 25,
}
"""How many of a thousand cases are of each kind: those that cost little have many."""


def kind_named(name: str) -> type[Kind]:
    return import_module(f".{name}", __name__).Cases
