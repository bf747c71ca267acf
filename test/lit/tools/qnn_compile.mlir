// A network becomes a project: sources, library, golden vectors, scripts, and the table of qnn
// estimate at the end.

// RUN: rm -rf %t && mkdir -p %t
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir
// RUN: qnn compile %t/net.mlir --target hls --device z7020 --fps 1000000 -o %t/build > %t/table 2> %t/steps
// RUN: qnn estimate %t/build/design.mlir --device z7020 > %t/same
// RUN: diff %t/table %t/same

// The README of the project has the layers by the names that they have in the sources.
// RUN: filecheck %s --match-full-lines --check-prefix TABLE --input-file %t/build/README.md
// TABLE:      | layer{{ +}}| kind{{ +}}| PE | SIMD | storage | cycles | lut{{ +}}| ff{{ +}}| bram36 | uram | dsp |
// TABLE:      | Conv_0_matvec{{ +}}| matvec | {{\d}}{{ +}}| {{\d}}{{ +}}| {{\w+}}{{ +}}| {{\d+}}{{ +}}| {{[0-9,]+}}{{ +}}| {{[0-9,]+}}{{ +}}| {{.*}}|
// TABLE:      | all else{{ +}}| source, {{.*}}sink | {{.*}}
// TABLE:      - {{.*}} frames/s at 100 MHz: a frame every {{\d+}} cycles; the slowest layer is {{\w+}}
// TABLE-NEXT: - latency of one frame: {{\d+}} cycles, {{.*}} us
// TABLE-NEXT: - lut: {{[0-9,]+}} of 53,200, {{[0-9.]+}}%

// RUN: filecheck %s --check-prefix STEPS --input-file %t/steps
// STEPS: qnn: import:
// STEPS: qnn: fold-bn:
// STEPS: qnn: tile: {{.*}}: the lowest cost
// STEPS: qnn: size-fifos:
// STEPS: qnn: golden vectors:
// STEPS: qnn: write:

// RUN: ls %t/build | filecheck %s --match-full-lines --check-prefix FILES
// FILES:      Makefile
// FILES-NEXT: README.md
// FILES-NEXT: bounded.cpp
// FILES-NEXT: build.json
// FILES-NEXT: design.mlir
// FILES-NEXT: folding.json
// FILES-NEXT: hls_config.cfg
// FILES-NEXT: host.hpp
// FILES-NEXT: include
// FILES-NEXT: run_hls.tcl
// FILES-NEXT: simulation
// FILES-NEXT: testbench.cpp
// FILES-NEXT: top.cpp
// FILES-NEXT: top.hpp
// FILES-NEXT: vectors
// FILES-NEXT: weights
// FILES-NOT:  {{.+}}

// RUN: filecheck %s --match-full-lines --check-prefix TCL --input-file %t/build/run_hls.tcl
// TCL:      set_top net_top
// TCL:      set_part xc7z020clg400-1
// TCL-NEXT: create_clock -period 10.000
// RUN: filecheck %s --match-full-lines --check-prefix CFG --input-file %t/build/hls_config.cfg
// CFG:      part=xc7z020clg400-1
// CFG:      clock=10.000ns
// CFG:      syn.top=net_top

// The written design and folding reproduce the same hardware.
// RUN: qnn compile %t/build/design.mlir --target hls --device z7020 -o %t/net 2> %t/steps > %t/table
// RUN: qnn compile %t/net.mlir --target hls --device z7020 --folding %t/build/folding.json -o %t/again 2> %t/steps > %t/table
// RUN: diff %t/build/design.mlir %t/net/design.mlir
// RUN: diff %t/build/folding.json %t/again/folding.json
// RUN: diff %t/build/top.hpp %t/again/top.hpp

// A failed build leaves the previous one unchanged.
// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device z7020 --fps 1e12 -o %t/build 2> %t/errors
// RUN: grep "period 10.000" %t/build/run_hls.tcl
// RUN: ls -A %t | not grep "^[.]"

// A build replaces the previous one; other files in the folder stay.
// RUN: mkdir %t/build/hls && cp %t/net.mlir %t/build/hls
// RUN: cd %t/build && qnn compile %t/net.mlir --target hls --device z7020 --clock 50 -o . 2> %t/steps > %t/table
// RUN: grep "period 20.000" %t/build/run_hls.tcl
// RUN: diff %t/net.mlir %t/build/hls/net.mlir

// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device arria10-gx1150 -o %t/build 2>> %t/errors
// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device z7021 -o %t/build 2>> %t/errors
// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device z7020 -o %t 2>> %t/errors
// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device z7020 -o %t/table 2>> %t/errors
// RUN: %{status} 1 qnn compile %t/net.mlir --target hls --device z7020 -o %t/none/build 2>> %t/errors
// RUN: %{status} 2 qnn compile %t/net.mlir --target hls --device z7020 --fps 0 -o %t/build 2>> %t/errors
// RUN: %{status} 2 qnn compile %t/net.mlir --target hls --device z7020 --clock 1e300 -o %t/build 2>> %t/errors
// RUN: %{status} 2 qnn compile %t/net.mlir --target hls -o %t/build 2>> %t/errors
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors
// ERRORS:      qnn: tile: {{.*}} frames/s allows 0 cycles per frame; no folding is that fast: {{.*}}
// ERRORS-NEXT: qnn: arria10-gx1150 is made by Intel; --target hls supports Xilinx devices, such as z7020
// ERRORS-NEXT: qnn: unknown device 'z7021'; did you mean z7020?
// ERRORS-NEXT: qnn: {{.*}} contains 'again' and is not a build of qnn compile, so it is not replaced; choose a new or an empty folder
// ERRORS-NEXT: qnn: {{.*}}table is a file, not a folder
// ERRORS-NEXT: qnn: {{.*}}none: no such directory
// ERRORS-NEXT: qnn: argument --fps: '0' is not a number above 0
// ERRORS-NEXT: qnn: argument --clock: the clock must be 1 to 1000 MHz, not 1e+300
// ERRORS-NEXT: qnn: import: {{.*}} s
// ERRORS-NEXT: qnn: this network needs --device, or --devices and --link
// ERRORS-NOT:  {{.+}}
