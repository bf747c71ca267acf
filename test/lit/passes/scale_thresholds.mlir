// RUN: qnn-opt --scale-thresholds --check-semantics %s 2> /dev/null | filecheck %s
// RUN: qnn-opt --scale-thresholds --tile=device=z7020 --pack-bits --check-semantics %s 2> /dev/null | filecheck %s --check-prefix PACKED

// Sixteen thresholds on a line, descending in the second channel, with one exception: the layer outputs its sums.
// CHECK:      %0 = stream.matvec %x weights(@w) accumulator = si9 {layer = "Conv_0"} : (!stream.channel<2x3xsi6, lanes = 3>) -> !stream.channel<2x2xsi9, lanes = 2>
// CHECK-NEXT: %a = stream.scale %0 factors(@factors) offsets(@offsets) exceptions(@exceptions) {{.*}} clamp = [-3, 13] {activation = "Relu_0", layer = "Conv_0"} : (!stream.channel<2x2xsi9, lanes = 2>) -> !stream.channel<2x2xsi5, lanes = 2>

// One row for all channels becomes a scale. Thresholds that are not on a line, and 15 thresholds, remain.
// CHECK-NEXT: %b = stream.scale %a factors(@factors_1) offsets(@offsets_1) shift = 8 clamp = [0, 16] {layer = "Quant_0"}
// CHECK-NEXT: %c = stream.threshold %b thresholds(@bent)
// CHECK-NEXT: %d = stream.threshold %c thresholds(@few)

// PACKED:     stream.memory @factors parallelism = [{{[12]}}, 1]
// PACKED:     stream.memory @exceptions parallelism = [{{[12]}}, 2]
stream.design @main {
  %x = stream.source "x" : !stream.channel<2x3xsi6, lanes = 3>
  %a = stream.matvec %x weights(@w) thresholds(@t) descending(@d) offset = -3 accumulator = si9 {layer = "Conv_0", activation = "Relu_0"}
      : (!stream.channel<2x3xsi6, lanes = 3>) -> !stream.channel<2x2xsi5, lanes = 2>
  %b = stream.threshold %a thresholds(@line) {layer = "Quant_0"} : (!stream.channel<2x2xsi5, lanes = 2>) -> !stream.channel<2x2xui5, lanes = 2>
  %c = stream.threshold %b thresholds(@bent) : (!stream.channel<2x2xui5, lanes = 2>) -> !stream.channel<2x2xui5, lanes = 2>
  %d = stream.threshold %c thresholds(@few) : (!stream.channel<2x2xui5, lanes = 2>) -> !stream.channel<2x2xui4, lanes = 2>
  stream.sink "d" %d : !stream.channel<2x2xui4, lanes = 2>
}
qnn.data @w [[1, -2, 3], [3, 1, 1]] : tensor<2x3xsi3>
qnn.data @t [[-70, -60, -50, -40, -30, -20, -10, 1, 10, 20, 30, 40, 50, 60, 70, 80], [-91, -79, -66, -55, -43, -31, -19, -7, 5, 17, 29, 41, 53, 65, 77, 89]] : tensor<2x16xsi9>
qnn.data @d [0, 1] : tensor<2xui1>
qnn.data @line [[-14, -13, -11, -9, -7, -5, -4, -2, 0, 2, 4, 5, 7, 9, 11, 12]] : tensor<1x16xsi5>
qnn.data @bent [[1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 10, 11, 12, 13, 13, 16]] : tensor<1x16xui5>
qnn.data @few [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]] : tensor<1x15xui4>
