// RUN: echo '{"Gemm_0": {"pe": 2, "simd": 4}}' > %t.json
// RUN: qnn-opt --tile="folding=%t.json" --check-semantics %s 2> %t.err | filecheck %s

// CHECK:      %x = stream.source "x" : !stream.channel<8xui2, lanes = 4>
// CHECK-NEXT: %y = stream.matvec %x weights(@w) accumulator = si6 storage = lut {layer = "Gemm_0"} : (!stream.channel<8xui2, lanes = 4>) -> !stream.channel<4xsi6, lanes = 2>
// CHECK-NEXT: stream.sink "y" %y : !stream.channel<4xsi6, lanes = 2>
stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui2>
  %y = stream.matvec %x weights(@w) accumulator = si6 {layer = "Gemm_0"} : (!stream.channel<8xui2>) -> !stream.channel<4xsi6>
  stream.sink "y" %y : !stream.channel<4xsi6>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>

// RUN: qnn-opt --tile="device=z7020 target-fps=12500000 save=%t.saved.json" %s 2> %t.err | filecheck %s --check-prefix FAST
// RUN: filecheck --input-file %t.err %s --check-prefix SUMMARY
// RUN: filecheck --input-file %t.saved.json %s --check-prefix SAVED
// RUN: qnn-opt --tile="folding=%t.saved.json" %s 2> /dev/null | filecheck %s --check-prefix AGAIN

// FAST:       stream.design @main device "z7020" attributes {clock_mhz = 1.000000e+02 : f64} {
// FAST:         stream.matvec {{.*}} lanes = 4>) -> !stream.channel<4xsi6, lanes = 1>
// SUMMARY:       qnn-opt: tile: 8 cycles per frame, 12,500,000.0 frames/s at 100 MHz; before FIFO sizing, {{.*}} lut (8%), {{.*}} ff (5%), 2 bram36 (1%): the lowest cost
// SAVED:      {
// SAVED-NEXT:   "Gemm_0": {"pe": 1, "simd": 4, "storage": "lut", "dsp": false}
// SAVED-NEXT: }
// AGAIN:        stream.matvec {{.*}} lanes = 4>) -> !stream.channel<4xsi6, lanes = 1>

// RUN: not qnn-opt --tile="device=z7020 target-fps=200000000" %s 2>&1 | filecheck %s --check-prefix RATE
// RATE:       qnn-opt: tile: 200,000,000 frames/s allows 0 cycles per frame; no folding is that fast: {{.*}} takes at least 1; the fastest folding takes 1 cycles per frame, 100,000,000.0 frames/s at 100 MHz

// RUN: not qnn-opt --tile="device=z7021" %s 2>&1 | filecheck %s --check-prefix DEVICE
// DEVICE:     qnn-opt: tile: unknown device 'z7021'; did you mean z7020?

// RUN: not qnn-opt --tile="target-fps=3000" %s 2>&1 | filecheck %s --check-prefix CLOCK
// CLOCK:      qnn-opt: tile: target-fps needs a device or a clock-mhz

// RUN: not qnn-opt --tile="target-fps=3000 clock-mhz=5000000.0" %s 2>&1 | filecheck %s --check-prefix FAST-CLOCK
// FAST-CLOCK: qnn-opt: tile: the clock must be 1 to 1000 MHz, not 5e+06
// RUN: not qnn-opt --tile="device=z7020 clock-mhz=0.0" %s 2>&1 | filecheck %s --check-prefix NO-CLOCK
// NO-CLOCK:   qnn-opt: tile: the clock must be 1 to 1000 MHz, not 0

// RUN: not qnn-opt --tile %s 2>&1 | filecheck %s --check-prefix NOTHING
// NOTHING:    qnn-opt: tile: set a folding, a device or a target-fps

// A folding by attributes, on the op or on the process.
// RUN: %{python} -c "import sys; open(sys.argv[1], 'w').write(open(sys.argv[2]).read().replace('layer = \"Gemm_0\"', 'fold = {pe = 4 : i64}, layer = \"Gemm_0\"'))" %t.fold.mlir %s
// RUN: qnn-opt --tile="device=z7020 target-fps=1000" %t.fold.mlir 2> /dev/null | filecheck %s --check-prefix GIVEN
// GIVEN:      stream.matvec {{.*}} -> !stream.channel<4xsi6, lanes = 4>
// RUN: %{python} -c "import sys; open(sys.argv[1], 'w').write(open(sys.argv[2]).read().replace('pe = 4', 'PE = 4'))" %t.typo.mlir %t.fold.mlir
// RUN: not qnn-opt --tile="device=z7020" %t.typo.mlir 2>&1 | filecheck %s --check-prefix TYPO
// TYPO:       qnn-opt: tile: stream.matvec "Gemm_0": fold has an unknown choice 'PE'; available: pe, simd
// RUN: %{python} -c "import sys; open(sys.argv[1], 'w').write(open(sys.argv[2]).read().replace('pe = 4', 'pe = 3'))" %t.three.mlir %t.fold.mlir
// RUN: not qnn-opt --tile="device=z7020" %t.three.mlir 2>&1 | filecheck %s --check-prefix THREE
// THREE:      qnn-opt: tile: stream.matvec "Gemm_0": pe = 3 does not divide 4; the nearest is 2
