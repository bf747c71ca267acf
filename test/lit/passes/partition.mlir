// A design of two layers becomes one for each of two devices. It is cut at the narrowest channel,
// whose words have the width that crosses the link fastest.

// RUN: qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0 target-fps=1000000.0" --size-fifos --check-semantics %s 2> %t.err | filecheck %s
// RUN: filecheck --input-file %t.err %s --check-prefix SUMMARY

// CHECK:      func.func @main(%x: tensor<1x4x16xui2>) -> tensor<1x4x4xsi6> {
// CHECK-NEXT:   %y = stream.run @main_0 %x : (tensor<1x4x16xui2>) -> tensor<1x4x8x!qnn.bipolar>
// CHECK-NEXT:   %z = stream.run @main_1 %y : (tensor<1x4x8x!qnn.bipolar>) -> tensor<1x4x4xsi6>
// CHECK-NEXT:   func.return %z : tensor<1x4x4xsi6>
// CHECK:      stream.design @main_0 device "z7020" attributes {clock_mhz = 1.000000e+02 : f64} {
// CHECK-NEXT:   %x = stream.source "x" : {{.*}}
// CHECK:        stream.matvec {{.*}}layer = "Conv_0"
// CHECK:        stream.sink "Conv_0_to_1" %{{.*}} over <bits = 4, mhz = 50.0, ns = 500.0> : !stream.channel<4x8x!qnn.bipolar, lanes = 4, depth = {{[0-9]+}}>
// CHECK-NEXT: }
// CHECK-NEXT: stream.design @main_1 device "z7020" attributes {clock_mhz = 1.000000e+02 : f64} {
// CHECK-NEXT:   %y = stream.source "Conv_0_to_1" over <bits = 4, mhz = 50.0, ns = 500.0> : !stream.channel<4x8x!qnn.bipolar, lanes = 4, depth = {{[0-9]+}}>
// CHECK:        stream.matvec {{.*}}layer = "Conv_1"
// CHECK:        stream.sink "z"

// SUMMARY: qnn-opt: partition: 2 of 2 devices: 100 cycles per frame, 1,000,000.0 frames/s at 100 MHz; 0.032 of 0.2 Gbit/s over the links
// SUMMARY: check-semantics: partition keeps all results

// RUN: qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0 fewest=true" %s 2> %t.err | filecheck %s --check-prefix FEWEST
// RUN: filecheck --input-file %t.err %s --check-prefix ONE
// FEWEST:     stream.run @main_0
// FEWEST-NOT: stream.run
// ONE:        qnn-opt: partition: 1 of 2 devices: {{.*}} frames/s at 100 MHz{{$}}

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x16xui2>
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 {layer = "Conv_0"} : (!stream.channel<4x16xui2>) -> !stream.channel<4x8x!qnn.bipolar>
  %z = stream.matvec %y weights(@v) accumulator = si6 {layer = "Conv_1"} : (!stream.channel<4x8x!qnn.bipolar>) -> !stream.channel<4x4xsi6>
  stream.sink "z" %z : !stream.channel<4x4xsi6>
}
qnn.data @w "0xa53c96f0a53c96f0a53c96f0a53c96f0" : tensor<8x16x!qnn.bipolar>
qnn.data @v "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
qnn.data @t [[1], [2], [3], [4], [5], [6], [7], [8]] : tensor<8x1xsi7>

// RUN: not qnn-opt --partition="devices=z7020,z7021 link-bits=4 link-mhz=50.0" %s 2>&1 | filecheck %s --check-prefix DEVICE
// DEVICE: qnn-opt: partition: unknown device 'z7021'; did you mean z7020?

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=0 link-mhz=50.0" %s 2>&1 | filecheck %s --check-prefix LINK
// LINK: qnn-opt: partition: a link must have 1 to 4096 bits, not 0

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=1 link-mhz=1.0 target-fps=1000000.0" %s 2>&1 | filecheck %s --check-prefix SLOW
// SLOW: qnn-opt: partition: the design cannot be cut for 1,000,000 frames/s: the link is too slow: at the cut with the least traffic it takes 3,200 cycles per frame, 31,250.0 frames/s at 100 MHz; use a wider or faster link

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0 target-fps=90000000.0" %s 2>&1 | filecheck %s --check-prefix FAST
// FAST: qnn-opt: partition: the design cannot be cut for 90,000,000 frames/s: {{.*}} takes at least 4 cycles per frame, 25,000,000.0 frames/s at 100 MHz; lower the rate

// RUN: not qnn-opt --partition="devices=z7020,z7020,z7020 link-bits=4 link-mhz=50.0" %s 2>&1 | filecheck %s --check-prefix MANY
// MANY: qnn-opt: partition: the design cannot be cut: 3 devices are too many: the design can have at most 2 parts; use fewer devices, or only the fewest that are needed

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0 target-fps=0" %s 2>&1 | filecheck %s --check-prefix RATE
// RATE: qnn-opt: partition: target-fps must be a number above 0, not 0

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0 clock-mhz=0" %s 2>&1 | filecheck %s --check-prefix CLOCK
// CLOCK: qnn-opt: partition: the clock must be 1 to 1000 MHz, not 0

// RUN: not qnn-opt --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0" --partition="devices=z7020,z7020 link-bits=4 link-mhz=50.0" %s 2>&1 | filecheck %s --check-prefix TWICE
// TWICE: qnn-opt: partition: the design already has links

// RUN: not qnn-opt --partition="devices=%S/Inputs/tiny.toml,%S/Inputs/tiny.toml link-bits=4 link-mhz=50.0" %s 2>&1 | filecheck %s --check-prefix TINY
// TINY: qnn-opt: partition: the design cannot be cut: {{.*}} alone does not fit on tiny
