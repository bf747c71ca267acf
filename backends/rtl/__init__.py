"""The SystemVerilog backend: designs as registers and logic, for every vendor's tools."""
