// The design as HLS C++ gives the results of the reference, from any level, with unbounded channels
// and with the chosen FIFO depths.

// REQUIRES: hls
// RUN: rm -rf %t && mkdir -p %t
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir
// RUN: qnn-opt --fold-bn --minimize-accumulators --stream-lower %t/net.mlir -o %t/design.mlir
// RUN: %{python} -c "import numpy, sys; numpy.save(sys.argv[1], numpy.arange(60).reshape(5, 2, 3, 2) * 7 %% 16)" %t/x.npy
// RUN: echo '{"Conv_0": {"pe": 2, "simd": 4}}' > %t/fold.json
// RUN: qnn run %t/net.mlir --input %t/x.npy -o %t/reference.npy --engine reference
// RUN: env XDG_CACHE_HOME=%t/cache qnn run --quiet %t/net.mlir --input %t/x.npy -o %t/net.npy --engine hls 2> %t/errors
// RUN: diff %t/reference.npy %t/net.npy
// RUN: diff /dev/null %t/errors

// The program and the headers are compiled once; no temporary folder is left.
// RUN: not env XDG_CACHE_HOME=%t/cache PATH=%t %{python} -m qnn.tools.qnn run %t/design.mlir --input %t/x.npy --engine hls 2>&1 | filecheck %s --check-prefix COMPILER
// COMPILER: qnn: g++ is not installed: install a C++ compiler to simulate a design
// RUN: env XDG_CACHE_HOME=%t/cache qnn run %t/design.mlir --input %t/x.npy -o %t/design.npy --engine hls
// RUN: diff %t/reference.npy %t/design.npy
// RUN: ls -A %t/cache/qnn/hls | wc -l | filecheck %s --check-prefix ONCE
// ONCE: 2

// RUN: env XDG_CACHE_HOME=%t/cache qnn run %t/design.mlir --input %t/x.npy -o %t/folded.npy --engine hls --bounded --folding %t/fold.json
// RUN: diff %t/reference.npy %t/folded.npy

// RUN: %{status} 2 qnn run --quiet %t/net.mlir --input %t/x.npy --bounded 2> %t/errors
// RUN: %{status} 2 qnn run --quiet %t/net.mlir --input %t/x.npy --engine verilog 2>> %t/errors
// RUN: %{status} 1 qnn run --quiet %t/net.mlir --input %t/x.npy --engine hls --folding %t/none.json 2>> %t/errors
// RUN: env XDG_CACHE_HOME=%t/x.npy %{status} 1 qnn run --quiet %t/net.mlir --input %t/x.npy --engine hls 2>> %t/errors
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors
// ERRORS:      qnn: --bounded needs --engine hls
// ERRORS-NEXT: qnn: argument --engine: unknown value 'verilog'; available: hls, native, opencl, reference, rtl
// ERRORS-NEXT: qnn: {{.*}}none.json: no such file or directory
// ERRORS-NEXT: qnn: cannot write compiled programs to {{.*}}x.npy/qnn/hls: not a directory; set XDG_CACHE_HOME to a folder that can be written
// ERRORS-NOT:  {{.+}}
