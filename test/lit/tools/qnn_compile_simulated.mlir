// A project needs no other file: g++ builds it, and the testbench finds the golden results.

// REQUIRES: hls, make
// RUN: rm -rf %t && mkdir -p %t
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir
// RUN: %{python} -c "import numpy, sys; numpy.save(sys.argv[1], numpy.arange(60).reshape(5, 2, 3, 2) * 7 %% 16)" %t/x.npy
// RUN: qnn compile %t/net.mlir --target hls --device z7020 --inputs %t/x.npy -o %t/build 2> %t/steps > %t/table
// RUN: cd %t/build && make PYTHON=%{python} bounded > %t/made 2> %t/warnings
// RUN: filecheck %s --match-full-lines --input-file %t/made
// CHECK: vectors/{{\w+}}: 0 of 60 bytes differ
// RUN: diff /dev/null %t/warnings

// make compiles only what was edited, including the library.
// RUN: cd %t/build && make PYTHON=%{python} -n bounded.out | not grep testbench.cpp
// RUN: cd %t/build && touch include/qnn/window.hpp && make PYTHON=%{python} -n bounded.out | grep testbench.cpp

// Ports may be streams.
// RUN: qnn compile %t/net.mlir --target hls --device z7020 --inputs %t/x.npy --streams -o %t/streams 2> %t/steps > %t/table
// RUN: grep "INTERFACE axis port=input0_data" %t/streams/top.cpp
// RUN: filecheck %s --check-prefix PORTS --input-file %t/streams/README.md
// PORTS:      | `input0_data` | input | 3x2x2 | uint8 | 12 | 16 bits |
// PORTS-NEXT: | `{{\w+}}_data` | result | {{[x0-9]+}} | {{u?}}int8 | {{\d+}} | {{\d+}} bits |
// PORTS:      last word has TLAST set.
// PORTS-NEXT: The host writes the number of frames to registers
// RUN: cd %t/streams && make PYTHON=%{python} > %t/made
// RUN: filecheck %s --match-full-lines --input-file %t/made
// RUN: cd %t/streams && make PYTHON=%{python} -n simulation.out | not grep testbench.cpp
// RUN: cd %t/streams && touch include/qnn.hpp && make PYTHON=%{python} -n simulation.out | grep testbench.cpp

// The frames are those of --inputs in the layout of the design: channels last.
// RUN: %{python} -c "import numpy, sys; print(*numpy.fromfile(sys.argv[1], numpy.uint8)[:6])" %t/build/vectors/input0_data.bin | filecheck %s --check-prefix FRAMES
// FRAMES: 0 10 7 1 14 8

// RUN: cd %t/build && make clean > /dev/null && not make AP_TYPES=%t 2>&1 | filecheck %s --check-prefix MISSING
// MISSING: {{.*}}ap_int.h is not installed: pip install hls4ml, or make AP_TYPES=<its folder>
