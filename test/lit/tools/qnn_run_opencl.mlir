// The design as OpenCL, on the vendor's emulator, gives the results of the reference.

// REQUIRES: opencl
// RUN: rm -rf %t && mkdir -p %t
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir
// RUN: %{python} -c "import numpy, sys; numpy.save(sys.argv[1], numpy.arange(60).reshape(5, 2, 3, 2) * 7 %% 16)" %t/x.npy
// RUN: echo '{"Conv_0": {"pe": 2, "simd": 4}}' > %t/fold.json
// RUN: qnn run %t/net.mlir --input %t/x.npy -o %t/reference.npy --engine reference
// RUN: qnn run --quiet %t/net.mlir --input %t/x.npy -o %t/net.npy --engine opencl 2> %t/errors
// RUN: diff %t/reference.npy %t/net.npy
// RUN: diff /dev/null %t/errors
// RUN: qnn run %t/net.mlir --input %t/x.npy -o %t/strict.npy --engine opencl --strict --timeout 600 --folding %t/fold.json
// RUN: diff %t/reference.npy %t/strict.npy

// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --strict 2> %t/errors
// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --engine hls --strict 2>> %t/errors
// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --engine opencl --bounded 2>> %t/errors
// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --engine hls --timeout 9 2>> %t/errors
// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --engine opencl --timeout 0 2>> %t/errors
// RUN: %{status} 2 qnn run %t/net.mlir --input %t/x.npy --folding %t/fold.json 2>> %t/errors
// RUN: %{status} 1 qnn compile %t/net.mlir --target opencl --device z7020 -o %t/build 2>> %t/errors
// RUN: %{status} 1 qnn estimate %t/net.mlir --target opencl --device z7020 2>> %t/errors
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors
// ERRORS:      qnn: --strict needs --engine opencl
// ERRORS-NEXT: qnn: --strict needs --engine opencl
// ERRORS-NEXT: qnn: --bounded needs --engine hls
// ERRORS-NEXT: qnn: --timeout needs --engine opencl
// ERRORS-NEXT: qnn: argument --timeout: '0' is not a number above 0
// ERRORS-NEXT: qnn: --folding needs --engine hls or opencl or rtl
// ERRORS-NEXT: qnn: z7020 is made by Xilinx; --target opencl supports Intel devices, such as arria10-gx1150
// ERRORS-NEXT: qnn: z7020 is made by Xilinx; --target opencl supports Intel devices, such as arria10-gx1150
// ERRORS-NOT:  {{.+}}

// RUN: qnn compile %t/net.mlir --target opencl --device arria10-gx1150 -o %t/build > %t/table 2> %t/steps
// RUN: ls %t/build | filecheck %s --match-full-lines --check-prefix FILES
// FILES:      Makefile
// FILES-NEXT: README.md
// FILES-NEXT: board.mk
// FILES-NEXT: build.json
// FILES-NEXT: design.hpp
// FILES-NEXT: design.json
// FILES-NEXT: design.mlir
// FILES-NEXT: emulation.cl
// FILES-NEXT: folding.json
// FILES-NEXT: host.cpp
// FILES-NEXT: host.py
// FILES-NEXT: include
// FILES-NEXT: top.cl
// FILES-NEXT: vectors
// FILES-NEXT: weights
// RUN: filecheck %s --match-full-lines --check-prefix TABLE --input-file %t/build/README.md
// TABLE:      | layer{{ +}}| kind{{ +}}| PE | SIMD | storage{{ +}}| cycles | alm{{ +}}| ff{{ +}}| m20k | dsp |
// TABLE:      - alm: {{[0-9,]+}} of 427,200, {{.*}}
