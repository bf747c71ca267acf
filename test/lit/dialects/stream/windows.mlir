// RUN: %{pretty}
// RUN: %{generic}

// The processes that work on images. The lanes of the result set the words of a patch.

stream.design @windows {
// CHECK: stream.design @windows {
// GENERIC: "stream.design"() <{sym_name = "windows"}> ({
  %x0 = stream.source "x0" : !stream.channel<6x6x4xui8, lanes = 4>
  %x1 = stream.source "x1" : !stream.channel<6x6x4xui8, lanes = 4>
  %x2 = stream.source "x2" : !stream.channel<6x6x4xui8, lanes = 2>
  %x3 = stream.source "x3" : !stream.channel<6x6x4xui8, lanes = 4>
  %x4 = stream.source "x4" : !stream.channel<6x6x4xui8, lanes = 2>
  %x5 = stream.source "x5" : !stream.channel<1x9x1xsi2>

  // Defaults are not printed, and are printed in generic form.
  %p0 = stream.window %x0 kernel = [3, 3]
      : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 4>
  // CHECK: %p0 = stream.window %x0 kernel = [3, 3] : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 4>
  // GENERIC: %p0 = "stream.window"(%x0) <{kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}> : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 4>
  %p1 = stream.window %x1 kernel = [3, 3] strides = [1, 1] dilations = [1, 1]
      : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 2>
  // CHECK: %p1 = stream.window %x1 kernel = [3, 3] : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 2>
  // GENERIC: %p1 = "stream.window"(%x1) <{kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}> : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<4x4x36xui8, lanes = 2>

  // Words wider than a pixel, and a whole patch in a word.
  %p2 = stream.window %x2 kernel = [2, 3] strides = [2, 1] {layer = "Conv_0"}
      : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x4x24xui8, lanes = 12, depth = 7>
  // CHECK: %p2 = stream.window %x2 kernel = [2, 3] strides = [2, 1] {layer = "Conv_0"} : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x4x24xui8, lanes = 12, depth = 7>
  // GENERIC: %p2 = "stream.window"(%x2) <{kernel = array<i64: 2, 3>, strides = array<i64: 2, 1>, layer = "Conv_0", dilations = array<i64: 1, 1>}> : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x4x24xui8, lanes = 12, depth = 7>
  %p3 = stream.window %x3 kernel = [3, 2] dilations = [2, 5]
      : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<2x1x24xui8, lanes = 24>
  // CHECK: %p3 = stream.window %x3 kernel = [3, 2] dilations = [2, 5] : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<2x1x24xui8, lanes = 24>
  // GENERIC: %p3 = "stream.window"(%x3) <{kernel = array<i64: 3, 2>, dilations = array<i64: 2, 5>, strides = array<i64: 1, 1>}> : (!stream.channel<6x6x4xui8, lanes = 4>) -> !stream.channel<2x1x24xui8, lanes = 24>

  %p4 = stream.window %x4 kernel = [2, 2] strides = [2, 2] dilations = [1, 3] {by_channel, layer = "Pool_0"}
      : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x2x16xui8, lanes = 2>
  // CHECK: %p4 = stream.window %x4 kernel = [2, 2] strides = [2, 2] dilations = [1, 3] {by_channel, layer = "Pool_0"} : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x2x16xui8, lanes = 2>
  // GENERIC: %p4 = "stream.window"(%x4) <{kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 3>, by_channel, layer = "Pool_0"}> : (!stream.channel<6x6x4xui8, lanes = 2>) -> !stream.channel<3x2x16xui8, lanes = 2>
  %p5 = stream.window %x5 kernel = [1, 4] strides = [1, 2] {by_channel}
      : (!stream.channel<1x9x1xsi2>) -> !stream.channel<1x3x4xsi2>
  // CHECK: %p5 = stream.window %x5 kernel = [1, 4] strides = [1, 2] {by_channel} : (!stream.channel<1x9x1xsi2, lanes = 1>) -> !stream.channel<1x3x4xsi2, lanes = 1>
  // GENERIC: %p5 = "stream.window"(%x5) <{kernel = array<i64: 1, 4>, strides = array<i64: 1, 2>, by_channel, dilations = array<i64: 1, 1>}> : (!stream.channel<1x9x1xsi2, lanes = 1>) -> !stream.channel<1x3x4xsi2, lanes = 1>

  stream.sink "p0" %p0 : !stream.channel<4x4x36xui8, lanes = 4>
  stream.sink "p1" %p1 : !stream.channel<4x4x36xui8, lanes = 2>
  stream.sink "p2" %p2 : !stream.channel<3x4x24xui8, lanes = 12, depth = 7>
  stream.sink "p3" %p3 : !stream.channel<2x1x24xui8, lanes = 24>
  stream.sink "p4" %p4 : !stream.channel<3x2x16xui8, lanes = 2>
  stream.sink "p5" %p5 : !stream.channel<1x3x4xsi2>
}

stream.design @pads {
// CHECK: stream.design @pads {
// GENERIC: "stream.design"() <{sym_name = "pads"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x3x4xui8, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<2x3x4x!qnn.bipolar, lanes = 4>
  %x2 = stream.source "x2" : !stream.channel<2x3x4xf32, lanes = 1>

  %y0 = stream.pad %x0 pads = [0, 1, 2, 3]
      : (!stream.channel<2x3x4xui8, lanes = 2>) -> !stream.channel<4x7x4xui8, lanes = 2>
  // CHECK: %y0 = stream.pad %x0 pads = [0, 1, 2, 3] : (!stream.channel<2x3x4xui8, lanes = 2>) -> !stream.channel<4x7x4xui8, lanes = 2>
  // GENERIC: %y0 = "stream.pad"(%x0) <{pads = array<i64: 0, 1, 2, 3>, spread = array<i64: 1, 1>, value = 0 : i64}> : (!stream.channel<2x3x4xui8, lanes = 2>) -> !stream.channel<4x7x4xui8, lanes = 2>
  %y1 = stream.pad %x1 pads = [1, 1, 1, 1] value = -1 {layer = "Conv_1"}
      : (!stream.channel<2x3x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<4x5x4x!qnn.bipolar, lanes = 4>
  // CHECK: %y1 = stream.pad %x1 pads = [1, 1, 1, 1] value = -1 {layer = "Conv_1"} : (!stream.channel<2x3x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<4x5x4x!qnn.bipolar, lanes = 4>
  // GENERIC: %y1 = "stream.pad"(%x1) <{pads = array<i64: 1, 1, 1, 1>, value = -1 : i64, layer = "Conv_1", spread = array<i64: 1, 1>}> : (!stream.channel<2x3x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<4x5x4x!qnn.bipolar, lanes = 4>
  %y2 = stream.pad %x2 pads = [0, 0, 0, 0] value = 0
      : (!stream.channel<2x3x4xf32>) -> !stream.channel<2x3x4xf32>
  // CHECK: %y2 = stream.pad %x2 pads = [0, 0, 0, 0] : (!stream.channel<2x3x4xf32, lanes = 1>) -> !stream.channel<2x3x4xf32, lanes = 1>
  // GENERIC: %y2 = "stream.pad"(%x2) <{pads = array<i64: 0, 0, 0, 0>, value = 0 : i64, spread = array<i64: 1, 1>}> : (!stream.channel<2x3x4xf32, lanes = 1>) -> !stream.channel<2x3x4xf32, lanes = 1>

  stream.sink "y0" %y0 : !stream.channel<4x7x4xui8, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<4x5x4x!qnn.bipolar, lanes = 4>
  stream.sink "y2" %y2 : !stream.channel<2x3x4xf32>
}

stream.design @spreads {
// CHECK: stream.design @spreads {
// GENERIC: "stream.design"() <{sym_name = "spreads"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x3x4xsi4, lanes = 2>

  // Zeros between the pixels, as a transposed convolution reads them.
  %y0 = stream.pad %x0 pads = [0, 1, 0, 1] spread = [2, 3] {layer = "Up_0"}
  // CHECK: %y0 = stream.pad %x0 pads = [0, 1, 0, 1] spread = [2, 3] {layer = "Up_0"} : (!stream.channel<2x3x4xsi4, lanes = 2>) -> !stream.channel<3x9x4xsi4, lanes = 2>
  // GENERIC: %y0 = "stream.pad"(%x0) <{pads = array<i64: 0, 1, 0, 1>, spread = array<i64: 2, 3>, layer = "Up_0", value = 0 : i64}> : (!stream.channel<2x3x4xsi4, lanes = 2>) -> !stream.channel<3x9x4xsi4, lanes = 2>
      : (!stream.channel<2x3x4xsi4, lanes = 2>) -> !stream.channel<3x9x4xsi4, lanes = 2>
  stream.sink "y0" %y0 : !stream.channel<3x9x4xsi4, lanes = 2>
}

stream.design @crops {
// CHECK: stream.design @crops {
// GENERIC: "stream.design"() <{sym_name = "crops"}> ({
  %x0 = stream.source "x0" : !stream.channel<4x4x8xui2, lanes = 4>
  %x1 = stream.source "x1" : !stream.channel<9xui8>
  %y0 = stream.crop %x0 starts = [0, 1, 4] ends = [4, 4, 8] steps = [2, 1, 1]
  // CHECK: %y0 = stream.crop %x0 starts = [0, 1, 4] ends = [4, 4, 8] steps = [2, 1, 1] : (!stream.channel<4x4x8xui2, lanes = 4>) -> !stream.channel<2x3x4xui2, lanes = 4>
  // GENERIC: %y0 = "stream.crop"(%x0) <{starts = array<i64: 0, 1, 4>, ends = array<i64: 4, 4, 8>, steps = array<i64: 2, 1, 1>}> : (!stream.channel<4x4x8xui2, lanes = 4>) -> !stream.channel<2x3x4xui2, lanes = 4>
      : (!stream.channel<4x4x8xui2, lanes = 4>) -> !stream.channel<2x3x4xui2, lanes = 4>
  %y1 = stream.crop %x1 starts = [1] ends = [9] steps = [3] {layer = "Slice_0"}
  // CHECK: %y1 = stream.crop %x1 starts = [1] ends = [9] steps = [3] {layer = "Slice_0"} : (!stream.channel<9xui8, lanes = 1>) -> !stream.channel<3xui8, lanes = 1, depth = 2>
  // GENERIC: %y1 = "stream.crop"(%x1) <{starts = array<i64: 1>, ends = array<i64: 9>, steps = array<i64: 3>, layer = "Slice_0"}> : (!stream.channel<9xui8, lanes = 1>) -> !stream.channel<3xui8, lanes = 1, depth = 2>
      : (!stream.channel<9xui8>) -> !stream.channel<3xui8, depth = 2>
  stream.sink "y0" %y0 : !stream.channel<2x3x4xui2, lanes = 4>
  stream.sink "y1" %y1 : !stream.channel<3xui8, depth = 2>
}

stream.design @upsamples {
// CHECK: stream.design @upsamples {
// GENERIC: "stream.design"() <{sym_name = "upsamples"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x3x4x!qnn.ternary, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<2x3x4xui8>

  %y0 = stream.upsample %x0 scales = [2, 3]
      : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<4x9x4x!qnn.ternary, lanes = 2>
  // CHECK: %y0 = stream.upsample %x0 scales = [2, 3] : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<4x9x4x!qnn.ternary, lanes = 2>
  // GENERIC: %y0 = "stream.upsample"(%x0) <{scales = array<i64: 2, 3>}> : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<4x9x4x!qnn.ternary, lanes = 2>
  %y1 = stream.upsample %x1 scales = [1, 1] {layer = "Resize_0"}
      : (!stream.channel<2x3x4xui8>) -> !stream.channel<2x3x4xui8, depth = 3>
  // CHECK: %y1 = stream.upsample %x1 scales = [1, 1] {layer = "Resize_0"} : (!stream.channel<2x3x4xui8, lanes = 1>) -> !stream.channel<2x3x4xui8, lanes = 1, depth = 3>
  // GENERIC: %y1 = "stream.upsample"(%x1) <{scales = array<i64: 1, 1>, layer = "Resize_0"}> : (!stream.channel<2x3x4xui8, lanes = 1>) -> !stream.channel<2x3x4xui8, lanes = 1, depth = 3>

  stream.sink "y0" %y0 : !stream.channel<4x9x4x!qnn.ternary, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x3x4xui8, depth = 3>
}

stream.design @pools {
// CHECK: stream.design @pools {
// GENERIC: "stream.design"() <{sym_name = "pools"}> ({
  %x0 = stream.source "x0" : !stream.channel<3x3x16xsi4, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<4x4x8xsi4, lanes = 2>
  %x2 = stream.source "x2" : !stream.channel<16xsi4, lanes = 4>

  %y0 = stream.pool %x0
      : (!stream.channel<3x3x16xsi4, lanes = 2>) -> !stream.channel<3x3x4xsi4, lanes = 2>
  // CHECK: %y0 = stream.pool %x0 : (!stream.channel<3x3x16xsi4, lanes = 2>) -> !stream.channel<3x3x4xsi4, lanes = 2>
  // GENERIC: %y0 = "stream.pool"(%x0) : (!stream.channel<3x3x16xsi4, lanes = 2>) -> !stream.channel<3x3x4xsi4, lanes = 2>
  %p1 = stream.window %x1 kernel = [4, 4] {by_channel}
      : (!stream.channel<4x4x8xsi4, lanes = 2>) -> !stream.channel<1x1x128xsi4, lanes = 2>
  // CHECK: %p1 = stream.window %x1 kernel = [4, 4] {by_channel} : (!stream.channel<4x4x8xsi4, lanes = 2>) -> !stream.channel<1x1x128xsi4, lanes = 2>
  // GENERIC: %p1 = "stream.window"(%x1) <{kernel = array<i64: 4, 4>, by_channel, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}> : (!stream.channel<4x4x8xsi4, lanes = 2>) -> !stream.channel<1x1x128xsi4, lanes = 2>
  %y1 = stream.pool %p1 {sum, layer = "GlobalAveragePool_0"}
      : (!stream.channel<1x1x128xsi4, lanes = 2>) -> !stream.channel<1x1x8xsi8, lanes = 2>
  // CHECK: %y1 = stream.pool %p1 {sum, layer = "GlobalAveragePool_0"} : (!stream.channel<1x1x128xsi4, lanes = 2>) -> !stream.channel<1x1x8xsi8, lanes = 2>
  // GENERIC: %y1 = "stream.pool"(%p1) <{sum, layer = "GlobalAveragePool_0"}> : (!stream.channel<1x1x128xsi4, lanes = 2>) -> !stream.channel<1x1x8xsi8, lanes = 2>
  %y2 = stream.pool %x2
      : (!stream.channel<16xsi4, lanes = 4>) -> !stream.channel<4xsi4, lanes = 4>
  // CHECK: %y2 = stream.pool %x2 : (!stream.channel<16xsi4, lanes = 4>) -> !stream.channel<4xsi4, lanes = 4>
  // GENERIC: %y2 = "stream.pool"(%x2) : (!stream.channel<16xsi4, lanes = 4>) -> !stream.channel<4xsi4, lanes = 4>

  stream.sink "y0" %y0 : !stream.channel<3x3x4xsi4, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<1x1x8xsi8, lanes = 2>
  stream.sink "y2" %y2 : !stream.channel<4xsi4, lanes = 4>
}
