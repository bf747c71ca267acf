// The estimate of a design that is folded and has its FIFO depths, and so is used as it is.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn estimate %s --device z7020 --trace %t/trace.json 2> %t/trace.err | filecheck %s --match-full-lines --strict-whitespace
//      CHECK:   layer   kind    PE  SIMD  cycles    lut     ff  bram36  uram  dsp
// CHECK-NEXT:   x       source   4     4       8  2,024  2,678       1     0    0
// CHECK-NEXT:*  Gemm_0  matvec   2     4      16    120    418       0     0    0
// CHECK-NEXT:   y       sink     2     2       8  2,018  2,672       1     0    0
// CHECK-NEXT:   all     source                    2,024  2,678       1     0    0
// CHECK-NEXT:   all     matvec                      120    418       0     0    0
// CHECK-NEXT:   all     sink                      2,018  2,672       1     0    0
// CHECK-EMPTY:
// CHECK-NEXT:z7020 at 100 MHz: 6,250,000.0 frames/s, a frame every 16 cycles
// CHECK-NEXT:* slowest: Gemm_0 (matvec)
// CHECK-NEXT:latency of one frame: 25 cycles, 0.25 us
// CHECK-NEXT:work per frame: 128 MACs, 256 ops, 1.02 kBOPs; 32 bits of weights, 160 bits of feature maps
// CHECK-NEXT:off-chip traffic: 160 bits per frame, 0.125 GB/s; 12.8 ops per byte
// CHECK-NEXT:lut: 4,162 +-10% of 53,200, 7.8%
// CHECK-NEXT:ff: 5,768 +-10% of 106,400, 5.4%
// CHECK-NEXT:bram36: 2 +-10% of 140, 1.4%
// CHECK-NEXT:uram: 0 of 0, 0.0%
// CHECK-NEXT:dsp: 0 of 220, 0.0%
// CHECK-NEXT:next step: 12,500,000.0 frames/s, 8 cycles: fits the device, with a faster Gemm_0 (matvec)

// The modules of SystemVerilog have shorter pipelines, and none of them was measured.
// RUN: qnn estimate %s --device z7020 --target rtl 2> %t/rtl.err | filecheck %s --check-prefix RTL
// RTL: latency of one frame: 20 cycles, 0.20 us
// RTL: lut: 4,162 of 53,200, 7.8%
// RTL: not calibrated: may be off by 20 % or more (no design for --target rtl was measured)

// RUN: filecheck %s --match-full-lines --check-prefix TRACE --input-file %t/trace.err
// TRACE:     qnn: {{.*}}trace.json: open this trace in https://ui.perfetto.dev or chrome://tracing
// TRACE-NOT: {{.+}}
// RUN: %{python} -m json.tool %t/trace.json | filecheck %s --check-prefix EVENTS
// EVENTS:      "traceEvents": [
// EVENTS:        "name": "1 Gemm_0 matvec"
// EVENTS:        "ph": "X",
// EVENTS-NEXT:   "name": "Gemm_0",
// EVENTS-NEXT:   "ts": 3,
// EVENTS-NEXT:   "dur": 16,
// EVENTS:          "kind": "matvec",
// EVENTS-NEXT:     "words read": 8,
// EVENTS-NEXT:     "words written": 8,
// EVENTS-NEXT:     "cycles": 16,
// EVENTS-NEXT:     "waited": 0
// EVENTS:        "ph": "C",
// EVENTS-NEXT:   "name": "0 x source -> 1 Gemm_0 matvec",

// As JSON; Intel's devices have other resources. The folding is the design's, the clock is the option's.
// RUN: qnn estimate %s --device arria10-gx1150 --clock 50 --json | filecheck %s --match-full-lines --check-prefix JSON
// JSON:      {
// JSON-NEXT:   "fps": 3125000.0,
// JSON-NEXT:   "interval_cycles": 16,
// JSON-NEXT:   "latency_cycles": 25,
// JSON-NEXT:   "clock_mhz": 50.0,
// JSON-NEXT:   "device": "arria10-gx1150",
// JSON-NEXT:   "bottleneck": "Gemm_0",
// JSON-NEXT:   "ops": 256,
// JSON-NEXT:   "macs": 128,
// JSON-NEXT:   "bops": 1024.0,
// JSON-NEXT:   "weight_bits": 32,
// JSON-NEXT:   "feature_bits": 160,
// JSON-NEXT:   "external_bits": 160,
// JSON-NEXT:   "external_gb_s": 0.0625,
// JSON-NEXT:   "arithmetic_intensity": 12.8,
// JSON-NEXT:   "resources": {
// JSON-NEXT:     "alm": {{[0-9]+}},
// JSON-NEXT:     "ff": {{[0-9]+}},
// JSON-NEXT:     "m20k": 4,
// JSON-NEXT:     "dsp": 0
// JSON-NEXT:   },
// JSON-NEXT:   "utilisation": {
// JSON-NEXT:     "alm": 0.00{{[0-9]+}},
// JSON-NEXT:     "ff": 0.00{{[0-9]+}},
// JSON-NEXT:     "m20k": 0.001{{[0-9]+}},
// JSON-NEXT:     "dsp": 0
// JSON-NEXT:   },
// JSON-NEXT:   "error": {},
// JSON-NEXT:   "not_calibrated": "no design on arria10-gx1150 was measured",
// JSON-NEXT:   "next_step": {
// JSON-NEXT:     "fps": 6250000.0,
// JSON-NEXT:     "interval_cycles": 8,
// JSON:          "limits": [
// JSON-NEXT:       "Gemm_0"
// JSON-NEXT:     ]
// JSON-NEXT:   },
// JSON-NEXT:   "kinds": {
// JSON-NEXT:     "source": {
// JSON:        "layers": [
// JSON:            "name": "Gemm_0",
// JSON-NEXT:       "kind": "matvec",
// JSON-NEXT:       "pe": 2,
// JSON-NEXT:       "simd": 4,
// JSON-NEXT:       "cycles": 16,
// JSON-NEXT:       "resources": {

// With a folding file, or a rate, it is folded again.
// RUN: echo '{"Gemm_0": {"pe": 4, "simd": 8}}' > %t/fold.json
// RUN: qnn estimate %s --device z7020 --folding %t/fold.json 2> %t/folded.err | filecheck %s --check-prefix FOLDED
// RUN: filecheck %s --check-prefix SIZED --input-file %t/folded.err
// SIZED:  qnn: tile: 4 cycles per frame
// SIZED:  qnn: size-fifos: {{[0-9]+}} words in 2 channels
// FOLDED: *  Gemm_0  matvec   4     8       4
// RUN: qnn estimate %s --device z7020 --fps 1000000 2> /dev/null | filecheck %s --check-prefix RATE
// RATE: z7020 at 100 MHz: 1,562,500.0 frames/s, a frame every 64 cycles

// Above the clock of the measured designs nothing is calibrated, and a design may exceed its budget
// only if that is asked for.
// RUN: qnn estimate %s --device z7020 --clock 150 2> %t/fast.err | filecheck %s --check-prefix FAST
// RUN: filecheck %s --match-full-lines --check-prefix WARN --input-file %t/fast.err
// FAST:     lut: 4,162 of 53,200, 7.8%
// FAST:     not calibrated: may be off by 20 % or more (designs on z7020 were measured up to 100 MHz only)
// WARN:     qnn: clock: 150 MHz; designs like this were measured on z7020 up to 100 MHz only, so timing may not close
// RUN: %{python} -c "import sys; open(sys.argv[1], 'w').write(sys.argv[2].replace('|', chr(10)))" %t/small.toml 'description = "small"|vendor = "xilinx"|part = "small"|clock_mhz = 100|resources = {lut = 5000, bram18 = 10}'
// RUN: qnn estimate %s --device %t/small.toml --over-budget 2> /dev/null | filecheck %s --check-prefix OVER
// OVER:     lut: 4,162 of 5,000, 83.2%: timing may not close above 3,500
// OVER:     not calibrated: may be off by 20 % or more (no design on small was measured)

// Errors are one line on standard error, and exit status 1.
// RUN: %{status} 1 qnn estimate %s --device z7021 2>> %t/errors
// ERRORS:      qnn: unknown device 'z7021'; did you mean z7020?
// RUN: %{status} 1 qnn estimate %t/none.mlir --device z7020 2>> %t/errors
// ERRORS: qnn: {{.*}}none.mlir: no such file or directory
// RUN: echo 'builtin.module {}' > %t/empty.mlir
// RUN: %{status} 1 qnn estimate %t/empty.mlir --device z7020 2>> %t/errors
// ERRORS: qnn: stream-lower: this module has 0 functions; it must have one
// RUN: echo '{"Gemm_0": {"pe": 4' > %t/bad.json
// RUN: %{status} 1 qnn estimate %s --device z7020 --folding %t/bad.json 2>> %t/errors
// ERRORS: qnn: {{.*}}bad.json is not valid JSON: {{.+}}
// RUN: echo '{"Gem_0": {"pe": 4}}' > %t/wrong.json
// RUN: %{status} 1 qnn estimate %s --device z7020 --folding %t/wrong.json 2>> %t/errors
// ERRORS: qnn: {{.*}}wrong.json: unknown layer 'Gem_0'; did you mean Gemm_0?
// RUN: echo '{"Gemm_0": {"pe": 3}}' > %t/three.json
// RUN: %{status} 1 qnn estimate %s --device z7020 --folding %t/three.json 2>> %t/errors
// ERRORS: qnn: {{.*}}three.json: layer 'Gemm_0': pe = 3 does not divide 4; the nearest is {{2|4}}
// RUN: %{status} 1 qnn estimate %s --device z7020 --clock 500 2>> %t/errors
// ERRORS: qnn: z7020 cannot run at 500 MHz: the limit of xc7z020clg400-1 is 388 MHz (block RAM; {{.*}}); choose a lower clock
// RUN: %{status} 1 qnn estimate %s --device %t/small.toml 2>> %t/errors
// ERRORS: qnn: small is too small: main needs 4,162 lut, of a budget of 3,500 (70% of 5,000); 5,768 ff, of a budget of 5,000 (50% of 10,000); use a larger device or several, or accept this with --over-budget
// RUN: %{status} 1 qnn estimate %s --device z7020 --trace %t/none/trace.json 2>> %t/errors
// ERRORS: qnn: {{.*}}none/trace.json: no such file or directory

// An error in the command line ends with exit status 2.
// RUN: %{status} 2 qnn estimate %s --device z7020 --clock 0 2>> %t/errors
// ERRORS: qnn: argument --clock: '0' is not a number above 0
// RUN: %{status} 2 qnn estimate %s --device z7020 --clock 5000000 2>> %t/errors
// ERRORS: qnn: argument --clock: the clock must be 1 to 1000 MHz, not 5e+06
// RUN: %{status} 2 qnn estimate %s --device z7020 --clock 1e-300 2>> %t/errors
// ERRORS: qnn: argument --clock: the clock must be 1 to 1000 MHz, not 1e-300
// RUN: %{status} 2 qnn estimate %s --device z7020 --fps nan 2>> %t/errors
// ERRORS: qnn: argument --fps: 'nan' is not a number above 0
// RUN: %{status} 2 qnn estimate %s 2>> %t/errors
// ERRORS: qnn: this network needs --device, or --devices and --link
// RUN: %{status} 2 qnn estimate %s --device z7020 -o x 2>> %t/errors
// ERRORS: qnn: unknown option -o; available: --clock, {{.*}}
// RUN: %{status} 2 qnn -q estimate %s --device z7020 2>> %t/errors
// ERRORS: qnn: unknown option -q before a command; available: --help, --version, -h
// ERRORS-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui2, lanes = 4, depth = 2>
  %y = stream.matvec %x weights(@w) accumulator = si6 storage = lut {layer = "Gemm_0"}
    : (!stream.channel<4x8xui2, lanes = 4, depth = 2>)
   -> !stream.channel<4x4xsi6, lanes = 2, depth = 8>
  stream.sink "y" %y : !stream.channel<4x4xsi6, lanes = 2, depth = 8>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
