"""SystemVerilog: a library of modules, a netlist printer, and a simulation with Verilator."""
