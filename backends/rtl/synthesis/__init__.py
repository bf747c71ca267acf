"""Synthesis with Yosys: the resources of modules and of whole designs."""
