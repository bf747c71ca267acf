// RUN: %{pretty}
// RUN: %{generic}

// The processes that compute; their constants follow the designs.

stream.design @matvecs {
// CHECK: stream.design @matvecs {
// GENERIC: "stream.design"() <{sym_name = "matvecs"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x2x6xui4, lanes = 3>
  %x1 = stream.source "x1" : !stream.channel<2x2x6xui4, lanes = 6>
  %x2 = stream.source "x2" : !stream.channel<6x!qnn.bipolar>
  %x3 = stream.source "x3" : !stream.channel<6xsi4, lanes = 2>
  %x4 = stream.source "x4" : !stream.channel<6xsi4, lanes = 2>

  // Lanes of the input are the SIMD, lanes of the result the PE. Block memory is the default.
  %y0 = stream.matvec %x0 weights(@w) accumulator = si9
      : (!stream.channel<2x2x6xui4, lanes = 3>) -> !stream.channel<2x2x4xsi9, lanes = 2>
  // CHECK: %y0 = stream.matvec %x0 weights(@w) accumulator = si9 : (!stream.channel<2x2x6xui4, lanes = 3>) -> !stream.channel<2x2x4xsi9, lanes = 2>
  // GENERIC: %y0 = "stream.matvec"(%x0) <{weights = @w, accumulator = si9, storage = #stream<storage block>, offset = 0 : i64}> : (!stream.channel<2x2x6xui4, lanes = 3>) -> !stream.channel<2x2x4xsi9, lanes = 2>
  %y1 = stream.matvec %x1 weights(@w) thresholds(@t) accumulator = si9 storage = block
      : (!stream.channel<2x2x6xui4, lanes = 6>) -> !stream.channel<2x2x4x!qnn.bipolar, lanes = 4>
  // CHECK: %y1 = stream.matvec %x1 weights(@w) thresholds(@t) accumulator = si9 : (!stream.channel<2x2x6xui4, lanes = 6>) -> !stream.channel<2x2x4x!qnn.bipolar, lanes = 4>
  // GENERIC: %y1 = "stream.matvec"(%x1) <{weights = @w, thresholds = @t, accumulator = si9, storage = #stream<storage block>, offset = 0 : i64}> : (!stream.channel<2x2x6xui4, lanes = 6>) -> !stream.channel<2x2x4x!qnn.bipolar, lanes = 4>
  %y2 = stream.matvec %x2 weights(@w) bias(@b) accumulator = si8 storage = registers {layer = "Gemm_0"}
      : (!stream.channel<6x!qnn.bipolar>) -> !stream.channel<4xsi8>
  // CHECK: %y2 = stream.matvec %x2 weights(@w) bias(@b) accumulator = si8 storage = registers {layer = "Gemm_0"} : (!stream.channel<6x!qnn.bipolar, lanes = 1>) -> !stream.channel<4xsi8, lanes = 1>
  // GENERIC: %y2 = "stream.matvec"(%x2) <{weights = @w, bias = @b, accumulator = si8, storage = #stream<storage registers>, layer = "Gemm_0", offset = 0 : i64}> : (!stream.channel<6x!qnn.bipolar, lanes = 1>) -> !stream.channel<4xsi8, lanes = 1>
  %y3 = stream.matvec %x3 weights(@w) bias(@b) thresholds(@one) descending(@d) offset = -2 accumulator = si9 storage = ultra
      : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xsi2>
  // CHECK: %y3 = stream.matvec %x3 weights(@w) bias(@b) thresholds(@one) descending(@d) offset = -2 accumulator = si9 storage = ultra : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xsi2, lanes = 1>
  // GENERIC: %y3 = "stream.matvec"(%x3) <{weights = @w, bias = @b, thresholds = @one, descending = @d, offset = -2 : i64, accumulator = si9, storage = #stream<storage ultra>}> : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xsi2, lanes = 1>
  // Registers may hold the vector.
  %y4 = stream.matvec %x4 weights(@w) thresholds(@one) offset = 5 accumulator = si9 storage = outside {dsp, layer = "a \"name\"", vector_in_registers}
      : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xui3, depth = 2>
  // CHECK: %y4 = stream.matvec %x4 weights(@w) thresholds(@one) offset = 5 accumulator = si9 storage = outside {dsp, layer = "a \22name\22", vector_in_registers} : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xui3, lanes = 1, depth = 2>
  // GENERIC: %y4 = "stream.matvec"(%x4) <{weights = @w, thresholds = @one, offset = 5 : i64, accumulator = si9, storage = #stream<storage outside>, dsp, layer = "a \22name\22", vector_in_registers}> : (!stream.channel<6xsi4, lanes = 2>) -> !stream.channel<4xui3, lanes = 1, depth = 2>

  stream.sink "y0" %y0 : !stream.channel<2x2x4xsi9, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x2x4x!qnn.bipolar, lanes = 4>
  stream.sink "y2" %y2 : !stream.channel<4xsi8>
  stream.sink "y3" %y3 : !stream.channel<4xsi2>
  stream.sink "y4" %y4 : !stream.channel<4xui3, depth = 2>
}

stream.design @depthwises {
// CHECK: stream.design @depthwises {
// GENERIC: "stream.design"() <{sym_name = "depthwises"}> ({
  %x0 = stream.source "x0" : !stream.channel<3x3x4xui2, lanes = 4>
  %x1 = stream.source "x1" : !stream.channel<2x2x16xui2, lanes = 2>

  %p0 = stream.window %x0 kernel = [2, 2] {by_channel}
      : (!stream.channel<3x3x4xui2, lanes = 4>) -> !stream.channel<2x2x16xui2, lanes = 4>
  // CHECK: %p0 = stream.window %x0 kernel = [2, 2] {by_channel} : (!stream.channel<3x3x4xui2, lanes = 4>) -> !stream.channel<2x2x16xui2, lanes = 4>
  // GENERIC: %p0 = "stream.window"(%x0) <{kernel = array<i64: 2, 2>, by_channel, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}> : (!stream.channel<3x3x4xui2, lanes = 4>) -> !stream.channel<2x2x16xui2, lanes = 4>
  %y0 = stream.depthwise %p0 weights(@taps) accumulator = si5
      : (!stream.channel<2x2x16xui2, lanes = 4>) -> !stream.channel<2x2x4xsi5, lanes = 4>
  // CHECK: %y0 = stream.depthwise %p0 weights(@taps) accumulator = si5 : (!stream.channel<2x2x16xui2, lanes = 4>) -> !stream.channel<2x2x4xsi5, lanes = 4>
  // GENERIC: %y0 = "stream.depthwise"(%p0) <{weights = @taps, accumulator = si5, storage = #stream<storage block>, offset = 0 : i64}> : (!stream.channel<2x2x16xui2, lanes = 4>) -> !stream.channel<2x2x4xsi5, lanes = 4>
  %y1 = stream.depthwise %x1 weights(@taps) bias(@b) thresholds(@t2) descending(@d) offset = 1 accumulator = si6 storage = lut {dsp, layer = "Conv_1"}
      : (!stream.channel<2x2x16xui2, lanes = 2>) -> !stream.channel<2x2x4xui2, lanes = 2>
  // CHECK: %y1 = stream.depthwise %x1 weights(@taps) bias(@b) thresholds(@t2) descending(@d) offset = 1 accumulator = si6 storage = lut {dsp, layer = "Conv_1"} : (!stream.channel<2x2x16xui2, lanes = 2>) -> !stream.channel<2x2x4xui2, lanes = 2>
  // GENERIC: %y1 = "stream.depthwise"(%x1) <{weights = @taps, bias = @b, thresholds = @t2, descending = @d, offset = 1 : i64, accumulator = si6, storage = #stream<storage lut>, dsp, layer = "Conv_1"}> : (!stream.channel<2x2x16xui2, lanes = 2>) -> !stream.channel<2x2x4xui2, lanes = 2>

  stream.sink "y0" %y0 : !stream.channel<2x2x4xsi5, lanes = 4>
  stream.sink "y1" %y1 : !stream.channel<2x2x4xui2, lanes = 2>
}

stream.design @thresholds {
// CHECK: stream.design @thresholds {
// GENERIC: "stream.design"() <{sym_name = "thresholds"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x4xsi5, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<2x4xsi5, lanes = 4>
  %x2 = stream.source "x2" : !stream.channel<4xsi7>

  %y0 = stream.threshold %x0 thresholds(@t2)
      : (!stream.channel<2x4xsi5, lanes = 2>) -> !stream.channel<2x4xui2, lanes = 2>
  // CHECK: %y0 = stream.threshold %x0 thresholds(@t2) : (!stream.channel<2x4xsi5, lanes = 2>) -> !stream.channel<2x4xui2, lanes = 2>
  // GENERIC: %y0 = "stream.threshold"(%x0) <{thresholds = @t2, offset = 0 : i64}> : (!stream.channel<2x4xsi5, lanes = 2>) -> !stream.channel<2x4xui2, lanes = 2>
  %y1 = stream.threshold %x1 thresholds(@t2) descending(@d) offset = -1 {layer = "Quant_3"}
      : (!stream.channel<2x4xsi5, lanes = 4>) -> !stream.channel<2x4xsi2, lanes = 4>
  // CHECK: %y1 = stream.threshold %x1 thresholds(@t2) descending(@d) offset = -1 {layer = "Quant_3"} : (!stream.channel<2x4xsi5, lanes = 4>) -> !stream.channel<2x4xsi2, lanes = 4>
  // GENERIC: %y1 = "stream.threshold"(%x1) <{thresholds = @t2, descending = @d, offset = -1 : i64, layer = "Quant_3"}> : (!stream.channel<2x4xsi5, lanes = 4>) -> !stream.channel<2x4xsi2, lanes = 4>
  %y2 = stream.threshold %x2 thresholds(@one) descending(@d)
      : (!stream.channel<4xsi7>) -> !stream.channel<4x!qnn.bipolar>
  // CHECK: %y2 = stream.threshold %x2 thresholds(@one) descending(@d) : (!stream.channel<4xsi7, lanes = 1>) -> !stream.channel<4x!qnn.bipolar, lanes = 1>
  // GENERIC: %y2 = "stream.threshold"(%x2) <{thresholds = @one, descending = @d, offset = 0 : i64}> : (!stream.channel<4xsi7, lanes = 1>) -> !stream.channel<4x!qnn.bipolar, lanes = 1>

  stream.sink "y0" %y0 : !stream.channel<2x4xui2, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x4xsi2, lanes = 4>
  stream.sink "y2" %y2 : !stream.channel<4x!qnn.bipolar>
}

stream.design @lookups {
// CHECK: stream.design @lookups {
// GENERIC: "stream.design"() <{sym_name = "lookups"}> ({
  %x0 = stream.source "x0" : !stream.channel<3x2xui2, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<3x2xsi2, lanes = 2>
  %x2 = stream.source "x2" : !stream.channel<3x2xui1>

  %y0 = stream.lookup %x0 table(@table)
      : (!stream.channel<3x2xui2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  // CHECK: %y0 = stream.lookup %x0 table(@table) : (!stream.channel<3x2xui2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  // GENERIC: %y0 = "stream.lookup"(%x0) <{table = @table, first = 0 : i64}> : (!stream.channel<3x2xui2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  %y1 = stream.lookup %x1 table(@table) first = -2
      : (!stream.channel<3x2xsi2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  // CHECK: %y1 = stream.lookup %x1 table(@table) first = -2 : (!stream.channel<3x2xsi2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  // GENERIC: %y1 = "stream.lookup"(%x1) <{table = @table, first = -2 : i64}> : (!stream.channel<3x2xsi2, lanes = 2>) -> !stream.channel<3x2xsi9, lanes = 2>
  %y2 = stream.lookup %x2 table(@tables) {layer = "Sigmoid_0"}
      : (!stream.channel<3x2xui1>) -> !stream.channel<3x2xf32>
  // CHECK: %y2 = stream.lookup %x2 table(@tables) {layer = "Sigmoid_0"} : (!stream.channel<3x2xui1, lanes = 1>) -> !stream.channel<3x2xf32, lanes = 1>
  // GENERIC: %y2 = "stream.lookup"(%x2) <{table = @tables, layer = "Sigmoid_0", first = 0 : i64}> : (!stream.channel<3x2xui1, lanes = 1>) -> !stream.channel<3x2xf32, lanes = 1>

  stream.sink "y0" %y0 : !stream.channel<3x2xsi9, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<3x2xsi9, lanes = 2>
  stream.sink "y2" %y2 : !stream.channel<3x2xf32>
}

stream.design @products {
// CHECK: stream.design @products {
// GENERIC: "stream.design"() <{sym_name = "products"}> ({
  %a0 = stream.source "a0" : !stream.channel<2x4xui8, lanes = 2>
  %b0 = stream.source "b0" : !stream.channel<2x4xsi8, lanes = 2>
  %a1 = stream.source "a1" : !stream.channel<2x4x!qnn.bipolar, lanes = 4>
  %b1 = stream.source "b1" : !stream.channel<2x4x!qnn.bipolar, lanes = 4>

  %y0 = stream.mul %a0, %b0 offsets = [-128, 3] {layer = "Mul_0", dsp}
      : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2>) -> !stream.channel<2x4xsi16, lanes = 2>
  // CHECK: %y0 = stream.mul %a0, %b0 offsets = [-128, 3] {layer = "Mul_0", dsp} : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2>) -> !stream.channel<2x4xsi16, lanes = 2>
  // GENERIC: %y0 = "stream.mul"(%a0, %b0) <{offsets = array<i64: -128, 3>, layer = "Mul_0", dsp}> : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2>) -> !stream.channel<2x4xsi16, lanes = 2>
  %y1 = stream.mul %a1, %b1
      : (!stream.channel<2x4x!qnn.bipolar, lanes = 4>, !stream.channel<2x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<2x4x!qnn.bipolar, lanes = 4>
  // CHECK: %y1 = stream.mul %a1, %b1 : (!stream.channel<2x4x!qnn.bipolar, lanes = 4>, !stream.channel<2x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<2x4x!qnn.bipolar, lanes = 4>
  // GENERIC: %y1 = "stream.mul"(%a1, %b1) <{offsets = array<i64: 0, 0>}> : (!stream.channel<2x4x!qnn.bipolar, lanes = 4>, !stream.channel<2x4x!qnn.bipolar, lanes = 4>) -> !stream.channel<2x4x!qnn.bipolar, lanes = 4>

  stream.sink "y0" %y0 : !stream.channel<2x4xsi16, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x4x!qnn.bipolar, lanes = 4>
}

stream.design @adds {
// CHECK: stream.design @adds {
// GENERIC: "stream.design"() <{sym_name = "adds"}> ({
  %a0 = stream.source "a0" : !stream.channel<2x4xui8, lanes = 2>
  %b0 = stream.source "b0" : !stream.channel<2x4xsi8, lanes = 2, depth = 100>
  %a1 = stream.source "a1" : !stream.channel<2x4x!qnn.ternary, lanes = 4>
  %b1 = stream.source "b1" : !stream.channel<2x4xsi8, lanes = 4>

  %y0 = stream.add %a0, %b0
      : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2, depth = 100>) -> !stream.channel<2x4xsi10, lanes = 2>
  // CHECK: %y0 = stream.add %a0, %b0 : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2, depth = 100>) -> !stream.channel<2x4xsi10, lanes = 2>
  // GENERIC: %y0 = "stream.add"(%a0, %b0) <{multipliers = array<i64: 1, 1>}> : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x4xsi8, lanes = 2, depth = 100>) -> !stream.channel<2x4xsi10, lanes = 2>
  %y1 = stream.add %a1, %b1 multipliers = [129, -3] {layer = "Add_0"}
      : (!stream.channel<2x4x!qnn.ternary, lanes = 4>, !stream.channel<2x4xsi8, lanes = 4>) -> !stream.channel<2x4xsi11, lanes = 4>
  // CHECK: %y1 = stream.add %a1, %b1 multipliers = [129, -3] {layer = "Add_0"} : (!stream.channel<2x4x!qnn.ternary, lanes = 4>, !stream.channel<2x4xsi8, lanes = 4>) -> !stream.channel<2x4xsi11, lanes = 4>
  // GENERIC: %y1 = "stream.add"(%a1, %b1) <{multipliers = array<i64: 129, -3>, layer = "Add_0"}> : (!stream.channel<2x4x!qnn.ternary, lanes = 4>, !stream.channel<2x4xsi8, lanes = 4>) -> !stream.channel<2x4xsi11, lanes = 4>

  stream.sink "y0" %y0 : !stream.channel<2x4xsi10, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x4xsi11, lanes = 4>
}

stream.design @selects {
// CHECK: stream.design @selects {
// GENERIC: "stream.design"() <{sym_name = "selects"}> ({
  %x0 = stream.source "x0" : !stream.channel<10xsi9>
  %x1 = stream.source "x1" : !stream.channel<10xf32, lanes = 5>

  %y0 = stream.label_select %x0 : (!stream.channel<10xsi9>) -> !stream.channel<1xui4>
  // CHECK: %y0 = stream.label_select %x0 : (!stream.channel<10xsi9, lanes = 1>) -> !stream.channel<1xui4, lanes = 1>
  // GENERIC: %y0 = "stream.label_select"(%x0) : (!stream.channel<10xsi9, lanes = 1>) -> !stream.channel<1xui4, lanes = 1>
  %y1 = stream.label_select %x1 {last, layer = "TopK_0"}
      : (!stream.channel<10xf32, lanes = 5>) -> !stream.channel<4xsi5, lanes = 2>
  // CHECK: %y1 = stream.label_select %x1 {last, layer = "TopK_0"} : (!stream.channel<10xf32, lanes = 5>) -> !stream.channel<4xsi5, lanes = 2>
  // GENERIC: %y1 = "stream.label_select"(%x1) <{last, layer = "TopK_0"}> : (!stream.channel<10xf32, lanes = 5>) -> !stream.channel<4xsi5, lanes = 2>

  stream.sink "y0" %y0 : !stream.channel<1xui4>
  stream.sink "y1" %y1 : !stream.channel<4xsi5, lanes = 2>
}

stream.design @offsets {
// CHECK: stream.design @offsets {
// GENERIC: "stream.design"() <{sym_name = "offsets"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x2x4xui8, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<4xsi5>
  %y0 = stream.offset %x0 rows(@rows) kinds(@kinds)
      : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi10, lanes = 2>
      // CHECK: %y0 = stream.offset %x0 rows(@rows) kinds(@kinds) : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi10, lanes = 2>
      // GENERIC: %y0 = "stream.offset"(%x0) <{rows = @rows, kinds = @kinds}> : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi10, lanes = 2>
  %y1 = stream.offset %x1 rows(@row) {layer = "Add_1"}
      : (!stream.channel<4xsi5>) -> !stream.channel<4xsi6>
      // CHECK: %y1 = stream.offset %x1 rows(@row) {layer = "Add_1"} : (!stream.channel<4xsi5, lanes = 1>) -> !stream.channel<4xsi6, lanes = 1>
      // GENERIC: %y1 = "stream.offset"(%x1) <{rows = @row, layer = "Add_1"}> : (!stream.channel<4xsi5, lanes = 1>) -> !stream.channel<4xsi6, lanes = 1>
  stream.sink "y0" %y0 : !stream.channel<2x2x4xsi10, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<4xsi6>
}

stream.design @factors {
// CHECK: stream.design @factors {
// GENERIC: "stream.design"() <{sym_name = "factors"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x2x4xui8, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<4xsi5>
  %y0 = stream.factor %x0 rows(@rows) kinds(@kinds)
      : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi12, lanes = 2>
      // CHECK: %y0 = stream.factor %x0 rows(@rows) kinds(@kinds) : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi12, lanes = 2>
      // GENERIC: %y0 = "stream.factor"(%x0) <{rows = @rows, kinds = @kinds}> : (!stream.channel<2x2x4xui8, lanes = 2>) -> !stream.channel<2x2x4xsi12, lanes = 2>
  %y1 = stream.factor %x1 rows(@row) {layer = "Mul_1"}
      : (!stream.channel<4xsi5>) -> !stream.channel<4xsi9>
      // CHECK: %y1 = stream.factor %x1 rows(@row) {layer = "Mul_1"} : (!stream.channel<4xsi5, lanes = 1>) -> !stream.channel<4xsi9, lanes = 1>
      // GENERIC: %y1 = "stream.factor"(%x1) <{rows = @row, layer = "Mul_1"}> : (!stream.channel<4xsi5, lanes = 1>) -> !stream.channel<4xsi9, lanes = 1>
  stream.sink "y0" %y0 : !stream.channel<2x2x4xsi12, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<4xsi9>
}

stream.design @codebooks {
// CHECK: stream.design @codebooks {
// GENERIC: "stream.design"() <{sym_name = "codebooks"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x4xui2, lanes = 2>
  %y0 = stream.matvec %x0 weights(@indices) codebook(@book) accumulator = si7
      : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x1xsi7>
      // CHECK: %y0 = stream.matvec %x0 weights(@indices) codebook(@book) accumulator = si7 : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x1xsi7, lanes = 1>
      // GENERIC: %y0 = "stream.matvec"(%x0) <{weights = @indices, codebook = @book, accumulator = si7, storage = #stream<storage block>, offset = 0 : i64}> : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x1xsi7, lanes = 1>
  stream.sink "y0" %y0 : !stream.channel<2x1xsi7>
}

stream.design @codebooks_by_channel {
// CHECK: stream.design @codebooks_by_channel {
// GENERIC: "stream.design"() <{sym_name = "codebooks_by_channel"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x4xui2, lanes = 2>
  %y0 = stream.depthwise %x0 weights(@taps2) codebook(@book) accumulator = si6
      : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x2xsi6, lanes = 2>
      // CHECK: %y0 = stream.depthwise %x0 weights(@taps2) codebook(@book) accumulator = si6 : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x2xsi6, lanes = 2>
      // GENERIC: %y0 = "stream.depthwise"(%x0) <{weights = @taps2, codebook = @book, accumulator = si6, storage = #stream<storage block>, offset = 0 : i64}> : (!stream.channel<2x4xui2, lanes = 2>) -> !stream.channel<2x2xsi6, lanes = 2>
  stream.sink "y0" %y0 : !stream.channel<2x2xsi6, lanes = 2>
}

qnn.data @taps2 [[0, 3], [2, 1]] : tensor<2x2xui2>
qnn.data @indices [[0, 3, 2, 1]] : tensor<1x4xui2>
qnn.data @book [-7, -1, 2, 5] : tensor<4xsi4>
qnn.data @rows [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @row [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @kinds [0, 1, 1, 0] : tensor<4xui1>
qnn.data @w [[1, -1, 0, 1, 1, 0], [-2, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, -2]] : tensor<4x6xsi2>
qnn.data @b [7, -8, 0, 3] : tensor<4xsi4>
qnn.data @taps [[[[1], [-1]], [[1], [1]]], [[[0], [1]], [[0], [-1]]], [[[0], [1]], [[0], [-1]]], [[[0], [1]], [[0], [-1]]]] : tensor<4x2x2x1x!qnn.ternary>
qnn.data @t [[0], [5], [-3], [100]] : tensor<4x1xsi8>
qnn.data @t2 [[0, 3], [-4, 5], [-3, -3], [-16, 16]] : tensor<4x2xsi8>
qnn.data @one [[1]] : tensor<1x1xui1>
qnn.data @d [0, 1, 1, 0] : tensor<4xui1>
qnn.data @table [-256, 0, 1, 255] : tensor<4xsi9>
qnn.data @tables [[0.5, 1.5], [-2.0, 3.0]] : tensor<2x2xf32>
