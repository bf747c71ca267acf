"""The netlist of a design: instances, channels, ports and memories, without any vendor's syntax."""
