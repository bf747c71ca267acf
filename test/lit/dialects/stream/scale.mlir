// RUN: %{pretty}
// RUN: %{generic}

stream.design @scales {
// CHECK: stream.design @scales {
// GENERIC: "stream.design"() <{sym_name = "scales"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x4xsi20, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<2x4xsi20, lanes = 4>

  // Factors and offsets per channel, with exceptions; one for all, without exceptions.
  %y0 = stream.scale %x0 factors(@f) offsets(@o) exceptions(@e) raised = 1 shift = 12 clamp = [0, 255] {dsp, layer = "Conv_0"}
      : (!stream.channel<2x4xsi20, lanes = 2>) -> !stream.channel<2x4xui8, lanes = 2>
  // CHECK: %y0 = stream.scale %x0 factors(@f) offsets(@o) exceptions(@e) raised = 1 shift = 12 clamp = [0, 255] {dsp, layer = "Conv_0"} : (!stream.channel<2x4xsi20, lanes = 2>) -> !stream.channel<2x4xui8, lanes = 2>
  // GENERIC: %y0 = "stream.scale"(%x0) <{factors = @f, offsets = @o, exceptions = @e, raised = 1 : i64, shift = 12 : i64, clamp = array<i64: 0, 255>, dsp, layer = "Conv_0"}> : (!stream.channel<2x4xsi20, lanes = 2>) -> !stream.channel<2x4xui8, lanes = 2>
  %y1 = stream.scale %x1 factors(@one) offsets(@one) shift = 3 clamp = [-128, 127]
      : (!stream.channel<2x4xsi20, lanes = 4>) -> !stream.channel<2x4xsi8, lanes = 4>
  // CHECK: %y1 = stream.scale %x1 factors(@one) offsets(@one) shift = 3 clamp = [-128, 127] : (!stream.channel<2x4xsi20, lanes = 4>) -> !stream.channel<2x4xsi8, lanes = 4>
  // GENERIC: %y1 = "stream.scale"(%x1) <{factors = @one, offsets = @one, shift = 3 : i64, clamp = array<i64: -128, 127>, raised = 0 : i64}> : (!stream.channel<2x4xsi20, lanes = 4>) -> !stream.channel<2x4xsi8, lanes = 4>

  stream.sink "y0" %y0 : !stream.channel<2x4xui8, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<2x4xsi8, lanes = 4>
}

qnn.data @f [9, -7, 0, 31] : tensor<4xsi6>
qnn.data @o [9, -70, 0, 310] : tensor<4xsi10>
qnn.data @e [[1, 2, 3], [4, 5, 6], [7, 8, 9], [-1, -2, -3]] : tensor<4x3xsi5>
qnn.data @one [3] : tensor<1xui2>
