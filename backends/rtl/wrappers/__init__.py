"""Wrappers around the top module, for buses of systems and for small boards."""
