// Networks on several devices, and the options that a network accepts after the cut.

// RUN: rm -rf %t && mkdir %t
// RUN: qnn estimate %s --devices z7020,z7020 --link 4@50+500 --fps 1000000 2> /dev/null | filecheck %s
// CHECK:      main_0 on z7020:
// CHECK:      main_1 on z7020:
// CHECK:      link to main_1: 32 bits per frame in 16 cycles, 0.05 of 0.2 Gbit/s
// CHECK-NEXT: z7020, z7020 at 100 MHz: 1,562,500.0 frames/s, a frame every 64 cycles

// RUN: qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0" %s -o %t/parts.mlir
// RUN: qnn estimate %t/parts.mlir --devices z7020,zu3eg 2> /dev/null | filecheck %s --check-prefix NAMED
// NAMED: z7020, zu3eg at 100 MHz: {{.*}} frames/s
// RUN: %{python} -c "import sys; old, new = sys.argv[1:]; open(new, 'w').write(open(old).read().replace(' device \"z7020\"', ''))" %t/parts.mlir %t/nowhere.mlir

// RUN: %{status} 1 qnn estimate %t/nowhere.mlir 2>> %t/errors
// ERRORS:      qnn: main_0 names no device: name one per part with --devices
// RUN: %{status} 1 qnn estimate %t/nowhere.mlir --devices z7020 2>> %t/errors
// ERRORS: qnn: --devices names too few devices: 1 for 2 parts
// RUN: %{status} 1 qnn estimate %t/parts.mlir --fps 1000 --clock 50 2>> %t/errors
// ERRORS: qnn: the network is cut and folded already: --fps, --clock can only be used on the network before the cut
// RUN: %{status} 1 qnn estimate %t/parts.mlir --devices z7020,z7020 --link 1@1 --fewest 2>> %t/errors
// ERRORS: qnn: the network is cut and folded already: --link, --fewest can only be used on the network before the cut
// RUN: %{status} 1 qnn estimate %s --devices z7020,z7020 2>> %t/errors
// ERRORS: qnn: --devices needs --link, the link between two devices, as in 64@156.25
// RUN: echo '{"Con_0": {"pe": 4}}' > %t/wrong.json
// RUN: %{status} 1 qnn estimate %s --devices z7020,z7020 --link 4@50 --folding %t/wrong.json 2>> %t/errors
// ERRORS: qnn: {{.*}}wrong.json: unknown layer 'Con_0'; did you mean Conv_0?
// RUN: %{status} 2 qnn estimate %s --device z7020 --link 4@50 2>> %t/errors
// ERRORS: qnn: --link needs --devices; --device names a single one
// RUN: %{status} 2 qnn compile %s --target hls --device z7020 --fewest -o %t/build 2>> %t/errors
// ERRORS: qnn: --fewest needs --devices; --device names a single one
// RUN: filecheck %s --check-prefix ERRORS --input-file %t/errors

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x16xui2>
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 {layer = "Conv_0"} : (!stream.channel<4x16xui2>) -> !stream.channel<4x8x!qnn.bipolar>
  %z = stream.matvec %y weights(@v) accumulator = si6 {layer = "Conv_1"} : (!stream.channel<4x8x!qnn.bipolar>) -> !stream.channel<4x4xsi6>
  stream.sink "z" %z : !stream.channel<4x4xsi6>
}
qnn.data @w "0xa53c96f0a53c96f0a53c96f0a53c96f0" : tensor<8x16x!qnn.bipolar>
qnn.data @v "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
qnn.data @t [[1], [2], [3], [4], [5], [6], [7], [8]] : tensor<8x1xsi7>
