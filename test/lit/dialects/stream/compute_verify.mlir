// RUN: %{diagnostics}

// stream.matvec: weights
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @w
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @main
  %y = stream.matvec %x weights(@main) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @w::@v
  %y = stream.matvec %x weights(@w::@v) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: @w must hold integers, it holds f32
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1.0, 0.0, 1.0, 0.5]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: weights must have 2 axes or more, they are scalar
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w 1 : tensor<ui4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: weights must have 2 axes or more, they are 2
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [1, 2] : tensor<2xui4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: 2x4 weights cannot map 3x8 to 3x2
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x8xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: 2x4 weights cannot map 3x4 to 3x4
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x4xsi7>
  stream.sink "y" %y : !stream.channel<3x4xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: 2x4 weights cannot map 3x4 to 1x3x2
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<1x3x2xsi7>
  stream.sink "y" %y : !stream.channel<1x3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: SIMD 3 does not divide 4 columns
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2, lanes = 3>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2, lanes = 12>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: SIMD 12 does not divide 4 columns
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2, lanes = 12>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: PE 3 does not divide 2 rows
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7, lanes = 3>
  stream.sink "y" %y : !stream.channel<3x2xsi7, lanes = 3>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x1xui2>
  %p = stream.window %x kernel = [2, 2] {by_channel} : (!stream.channel<3x3x1xui2>) -> !stream.channel<2x2x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: its window must not be by_channel
  %y = stream.matvec %p weights(@w) accumulator = si7 : (!stream.channel<2x2x4xui2>) -> !stream.channel<2x2x2xsi7>
  stream.sink "y" %y : !stream.channel<2x2x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

// stream.matvec: the accumulator holds the sums of the actual weights, and no less
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: an accumulator cannot be f32
  %y = stream.matvec %x weights(@w) accumulator = f32 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: index can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64
  %y = stream.matvec %x weights(@w) accumulator = index : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x1x!qnn.ternary>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.matvec %x weights(@w) accumulator = !qnn.bipolar : (!stream.channel<3x1x!qnn.ternary>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1], [-1]] : tensor<2x1xsi2>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xf32>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: this process computes with integers, not with f32
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xf32>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum can be -3 to 36, but ui6 holds only 0 to 63
  %y = stream.matvec %x weights(@w) accumulator = ui6 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum can be -3 to 36, but si6 holds only -32 to 31
  %y = stream.matvec %x weights(@w) accumulator = si6 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4x!qnn.bipolar>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum can be -17 to 9, but si4 holds only -8 to 7
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si4 : (!stream.channel<3x4x!qnn.bipolar>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @b [5, -5] : tensor<2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui64>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum can be -18446744073709551615 to 221360928884514619380, but si7 holds only -64 to 63
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui64>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the sum can be 0 to 55340232221128654848, but si64 holds only -9223372036854775808 to 9223372036854775807
  %y = stream.matvec %x weights(@w) accumulator = si64 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[18446744073709551615, 1, 0, 0], [0, 0, 0, 0]] : tensor<2x4xui64>

// -----

// stream.matvec: bias
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @b
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the bias must hold 2 numbers, it is 3
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @b [1, 2, 3] : tensor<3xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the bias must hold 2 numbers, it is 2x1
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @b [[1], [2]] : tensor<2x1xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: @b must hold integers, it holds f32
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @b [0.5, 1.0] : tensor<2xf32>

// -----

// stream.matvec: the result without thresholds
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the result can be -3 to 36, but si6 holds only -32 to 31
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: this process computes with integers, not with f32
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xf32>
  stream.sink "y" %y : !stream.channel<3x2xf32>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the result may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x1x!qnn.ternary>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the result may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.matvec %x weights(@w) accumulator = si7 : (!stream.channel<3x1x!qnn.ternary>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}
qnn.data @w [[1], [-1]] : tensor<2x1xsi2>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there are no thresholds to modify
  %y = stream.matvec %x weights(@w) descending(@d) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @d [0, 1] : tensor<2xui1>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there are no thresholds to modify
  %y = stream.matvec %x weights(@w) offset = 1 accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

// stream.matvec: thresholds
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @t
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the thresholds must be 1xN or 2xN, they are 2
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [1, 2] : tensor<2xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the thresholds must be 1xN or 2xN, they are 3x1
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[1], [2], [3]] : tensor<3x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: @t must hold integers, it holds f32
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0.5], [1.5]] : tensor<2x1xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the thresholds must be ascending
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui2>
  stream.sink "y" %y : !stream.channel<3x2xui2>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[1, 1], [2, 1]] : tensor<2x2xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: thresholds from 1 to 65 exceed the range of si7: {{.*}}
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui2>
  stream.sink "y" %y : !stream.channel<3x2xui2>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[1, 65]] : tensor<1x2xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: thresholds from -65 to 64 exceed the range of si7: {{.*}}
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui2>
  stream.sink "y" %y : !stream.channel<3x2xui2>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[-65, 64]] : tensor<1x2xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the result can be 0 to 4, but ui2 holds only 0 to 3
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui2>
  stream.sink "y" %y : !stream.channel<3x2xui2>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0, 1, 2, 3]] : tensor<1x4xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: the result can be -1 to 0, but ui1 holds only 0 to 1
  %y = stream.matvec %x weights(@w) thresholds(@t) offset = -1 accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: a bipolar result has one threshold, not {{[0-9]+}}
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0, 1]] : tensor<1x2xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: a bipolar result must have offset 0, not {{.*}}
  %y = stream.matvec %x weights(@w) thresholds(@t) offset = -1 accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: this process computes with integers, not with f32
  %y = stream.matvec %x weights(@w) thresholds(@t) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xf32>
  stream.sink "y" %y : !stream.channel<3x2xf32>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @d
  %y = stream.matvec %x weights(@w) thresholds(@t) descending(@d) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: descending must be a tensor<2xui1>, not tensor<1xui1>
  %y = stream.matvec %x weights(@w) thresholds(@t) descending(@d) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>
qnn.data @d [1] : tensor<1xui1>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: descending must be a tensor<2xui1>, not tensor<2xui2>
  %y = stream.matvec %x weights(@w) thresholds(@t) descending(@d) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>
qnn.data @t [[0], [5]] : tensor<2x1xsi8>
qnn.data @d [1, 0] : tensor<2xui2>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:65: Expected `registers`, `lut`, `block`, `ultra`, or `outside`.
  %y = stream.matvec %x weights(@w) accumulator = si7 storage = paper : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

// stream.depthwise
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: there is no qnn.data @w
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<3x8xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: 2x4 weights cannot map 3x4 to 3x2
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<3x4xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: 2x4 weights cannot map 3x8 to 3x4
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<3x8xui2>) -> !stream.channel<3x4xsi7>
  stream.sink "y" %y : !stream.channel<3x4xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: words of 3 don't divide 4 pixels of 1 channels evenly
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<3x8xui2, lanes = 3>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x8xui2, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: 4 lanes don't divide 2 channels
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<2x8xui2, lanes = 4>) -> !stream.channel<2x2xsi7, lanes = 4>
  stream.sink "y" %y : !stream.channel<2x2xsi7, lanes = 4>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: the sum can be -3 to 36, but si6 holds only -32 to 31
  %y = stream.depthwise %x weights(@w) accumulator = si6 : (!stream.channel<3x8xui2>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: the result can be -3 to 36, but ui6 holds only 0 to 63
  %y = stream.depthwise %x weights(@w) accumulator = si7 : (!stream.channel<3x8xui2>) -> !stream.channel<3x2xui6>
  stream.sink "y" %y : !stream.channel<3x2xui6>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x2xui2>
  %p = stream.window %x kernel = [2, 2] : (!stream.channel<3x3x2xui2>) -> !stream.channel<2x2x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.depthwise: its window must be by_channel
  %y = stream.depthwise %p weights(@w) accumulator = si7 : (!stream.channel<2x2x8xui2>) -> !stream.channel<2x2x2xsi7>
  stream.sink "y" %y : !stream.channel<2x2x2xsi7>
}
qnn.data @w [[1, -1, 2, 0], [3, 3, 3, 3]] : tensor<2x4xsi4>

// -----

// stream.threshold
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: there is no qnn.data @t
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: the channels have different frames: 3x2, 2x3
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xsi4>) -> !stream.channel<2x3xui1>
  stream.sink "y" %y : !stream.channel<2x3xui1>
}
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: the channels have different lanes: 1, 2
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui1, lanes = 2>
  stream.sink "y" %y : !stream.channel<3x2xui1, lanes = 2>
}
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: 3 lanes don't divide 2 channels
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xsi4, lanes = 3>) -> !stream.channel<3x2xui1, lanes = 3>
  stream.sink "y" %y : !stream.channel<3x2xui1, lanes = 3>
}
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xf32>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: this process computes with integers, not with f32
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xf32>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: thresholds from 0 to 9 exceed the range of si4: {{.*}}
  %y = stream.threshold %x thresholds(@t) : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @t [[0], [9]] : tensor<2x1xsi8>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.threshold: the result can be 1 to 2, but ui1 holds only 0 to 1
  %y = stream.threshold %x thresholds(@t) offset = 1 : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui1>
  stream.sink "y" %y : !stream.channel<3x2xui1>
}
qnn.data @t [[0], [5]] : tensor<2x1xsi8>

// -----

// stream.lookup
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: there is no qnn.data @t
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: the channels have different frames: 3x2, 6
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<6xsi9>
  stream.sink "y" %y : !stream.channel<6xsi9>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: the channels have different lanes: 1, 2
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi9, lanes = 2>
  stream.sink "y" %y : !stream.channel<3x2xsi9, lanes = 2>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2, lanes = 6>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: 6 lanes don't divide 2 channels
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2, lanes = 6>) -> !stream.channel<3x2xsi9, lanes = 6>
  stream.sink "y" %y : !stream.channel<3x2xsi9, lanes = 6>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: a table must be N or 2xN, it is scalar
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t 1 : tensor<si9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: a table must be N or 2xN, it is 1x4
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t [[0, 1, 2, 3]] : tensor<1x4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: a table of si9 cannot produce si8
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi8>
  stream.sink "y" %y : !stream.channel<3x2xsi8>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xf32>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: this process computes with integers, not with f32
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xf32>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: the table covers 0 to 3, ui3 ranges from 0 to 7
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xui3>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: the table covers 0 to 3, si2 ranges from -2 to 1
  %y = stream.lookup %x table(@t) : (!stream.channel<3x2xsi2>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.lookup: the table covers 1 to 4, ui2 ranges from 0 to 3
  %y = stream.lookup %x table(@t) first = 1 : (!stream.channel<3x2xui2>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}
qnn.data @t [0, 1, 2, 3] : tensor<4xsi9>

// -----

// stream.mul
stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<2x3xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: the channels have different frames: 3x2, 2x3
  %y = stream.mul %a, %b : (!stream.channel<3x2xui4>, !stream.channel<2x3xsi4>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4, lanes = 2>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: the channels have different lanes: 2, 1
  %y = stream.mul %a, %b : (!stream.channel<3x2xui4, lanes = 2>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: two streams need two offsets, not 1
  %y = stream.mul %a, %b offsets = [2] : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xf32>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: this process computes with integers, not with f32
  %y = stream.mul %a, %b : (!stream.channel<3x2xf32>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x2xsi9>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: the product can be -120 to 105, but ui8 holds only 0 to 255
  %y = stream.mul %a, %b : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: the product can be -98 to 112, but si7 holds only -64 to 63
  %y = stream.mul %a, %b offsets = [-1, 1] : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi7>
  stream.sink "y" %y : !stream.channel<3x2xsi7>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui1>
  %b = stream.source "b" : !stream.channel<3x2xui1>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.mul: the product may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.mul %a, %b offsets = [-1, 0] : (!stream.channel<3x2xui1>, !stream.channel<3x2xui1>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}

// -----

// stream.add
stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<2x3xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the channels have different frames: 3x2, 2x3
  %y = stream.add %a, %b : (!stream.channel<3x2xui4>, !stream.channel<2x3xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the channels have different frames: 3x2, 6
  %y = stream.add %a, %b : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<6xsi6>
  stream.sink "y" %y : !stream.channel<6xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4, lanes = 2>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the channels have different lanes: 2, 1
  %y = stream.add %a, %b : (!stream.channel<3x2xui4, lanes = 2>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: two streams need two multipliers, not 1
  %y = stream.add %a, %b multipliers = [2] : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: two streams need two multipliers, not 3
  %y = stream.add %a, %b multipliers = [2, 2, 2] : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xf32>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: this process computes with integers, not with f32
  %y = stream.add %a, %b : (!stream.channel<3x2xf32>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: this process computes with integers, not with f32
  %y = stream.add %a, %b : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xf32>
  stream.sink "y" %y : !stream.channel<3x2xf32>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the sum can be -8 to 22, but si5 holds only -16 to 15
  %y = stream.add %a, %b : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi5>
  stream.sink "y" %y : !stream.channel<3x2xsi5>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the sum can be -8 to 22, but ui6 holds only 0 to 63
  %y = stream.add %a, %b : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xui6>
  stream.sink "y" %y : !stream.channel<3x2xui6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui4>
  %b = stream.source "b" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the sum can be -61 to 14, but si6 holds only -32 to 31
  %y = stream.add %a, %b multipliers = [-3, 2] : (!stream.channel<3x2xui4>, !stream.channel<3x2xsi4>) -> !stream.channel<3x2xsi6>
  stream.sink "y" %y : !stream.channel<3x2xsi6>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<3x2xui1>
  %b = stream.source "b" : !stream.channel<3x2xui1>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.add: the sum may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.add %a, %b multipliers = [1, -1] : (!stream.channel<3x2xui1>, !stream.channel<3x2xui1>) -> !stream.channel<3x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<3x2x!qnn.bipolar>
}

// -----

// stream.label_select
stream.design @main {
  %x = stream.source "x" : !stream.channel<1x10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the scores must be one row, not 1x10
  %y = stream.label_select %x : (!stream.channel<1x10xsi9>) -> !stream.channel<1xui4>
  stream.sink "y" %y : !stream.channel<1xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the result must be one row of at most 10 labels, not 11
  %y = stream.label_select %x : (!stream.channel<10xsi9>) -> !stream.channel<11xui4>
  stream.sink "y" %y : !stream.channel<11xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the result must be one row of at most 10 labels, not 1x1
  %y = stream.label_select %x : (!stream.channel<10xsi9>) -> !stream.channel<1x1xui4>
  stream.sink "y" %y : !stream.channel<1x1xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the index can be 0 to 9, but ui3 holds only 0 to 7
  %y = stream.label_select %x : (!stream.channel<10xsi9>) -> !stream.channel<1xui3>
  stream.sink "y" %y : !stream.channel<1xui3>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the index can be 0 to 9, but si4 holds only -8 to 7
  %y = stream.label_select %x : (!stream.channel<10xsi9>) -> !stream.channel<1xsi4>
  stream.sink "y" %y : !stream.channel<1xsi4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<10xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: this process computes with integers, not with f32
  %y = stream.label_select %x : (!stream.channel<10xsi9>) -> !stream.channel<1xf32>
  stream.sink "y" %y : !stream.channel<1xf32>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2xsi9>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.label_select: the index may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.label_select %x : (!stream.channel<2xsi9>) -> !stream.channel<1x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<1x!qnn.bipolar>
}

// -----

// stream.factor
stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: the channels have different frames: 2x2x4, 2x2x5
  %y = stream.factor %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x5xsi10>
  stream.sink "y" %y : !stream.channel<2x2x5xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: the channels have different lanes: 1, 2
  %y = stream.factor %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10, lanes = 2>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10, lanes = 2>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8, lanes = 8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: 8 lanes don't divide 4 channels
  %y = stream.factor %x rows(@r) : (!stream.channel<2x2x4xui8, lanes = 8>) -> !stream.channel<2x2x4xsi10, lanes = 8>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10, lanes = 8>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: the rows must be Nx8, they are 1x4
  %y = stream.factor %x rows(@r) : (!stream.channel<2x2x8xui8>) -> !stream.channel<2x2x8xsi10>
  stream.sink "y" %y : !stream.channel<2x2x8xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: @f must hold integers, it holds f32
  %y = stream.factor %x rows(@f) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: 2 rows need kinds: the row of each pixel
  %y = stream.factor %x rows(@two) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x3x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: kinds must have one index for each of 6 pixels, not 4
  %y = stream.factor %x rows(@two) kinds(@k) : (!stream.channel<2x3x4xui8>) -> !stream.channel<2x3x4xsi10>
  stream.sink "y" %y : !stream.channel<2x3x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: kinds from 0 to 2 exceed the indices of 2 rows
  %y = stream.factor %x rows(@two) kinds(@k) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.factor: the product can be -1020 to 765, but si9 holds only -256 to 255
  %y = stream.factor %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi9>
  stream.sink "y" %y : !stream.channel<2x2x4xsi9>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

// stream.offset
stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: the channels have different frames: 2x2x4, 2x2x5
  %y = stream.offset %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x5xsi10>
  stream.sink "y" %y : !stream.channel<2x2x5xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: the channels have different lanes: 1, 2
  %y = stream.offset %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10, lanes = 2>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10, lanes = 2>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8, lanes = 8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: 8 lanes don't divide 4 channels
  %y = stream.offset %x rows(@r) : (!stream.channel<2x2x4xui8, lanes = 8>) -> !stream.channel<2x2x4xsi10, lanes = 8>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10, lanes = 8>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: the rows must be Nx8, they are 1x4
  %y = stream.offset %x rows(@r) : (!stream.channel<2x2x8xui8>) -> !stream.channel<2x2x8xsi10>
  stream.sink "y" %y : !stream.channel<2x2x8xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: @f must hold integers, it holds f32
  %y = stream.offset %x rows(@f) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: 2 rows need kinds: the row of each pixel
  %y = stream.offset %x rows(@two) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x3x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: kinds must have one index for each of 6 pixels, not 4
  %y = stream.offset %x rows(@two) kinds(@k) : (!stream.channel<2x3x4xui8>) -> !stream.channel<2x3x4xsi10>
  stream.sink "y" %y : !stream.channel<2x3x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: kinds from 0 to 2 exceed the indices of 2 rows
  %y = stream.offset %x rows(@two) kinds(@k) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi10>
  stream.sink "y" %y : !stream.channel<2x2x4xsi10>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.offset: the sum can be -4 to 258, but si9 holds only -256 to 255
  %y = stream.offset %x rows(@r) : (!stream.channel<2x2x4xui8>) -> !stream.channel<2x2x4xsi9>
  stream.sink "y" %y : !stream.channel<2x2x4xsi9>
}
qnn.data @r [[1, -2, 3, -4]] : tensor<1x4xsi4>
qnn.data @two [[1, -2, 3, -4], [0, 0, 0, 0]] : tensor<2x4xsi4>
qnn.data @k [0, 1, 2, 0] : tensor<4xui2>
qnn.data @f [[1.0, 2.0, 3.0, 4.0]] : tensor<1x4xf32>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: a codebook must be one row, not 1x4
  %y = stream.matvec %x weights(@i) codebook(@b) accumulator = si9 : (!stream.channel<3x4xui2>) -> !stream.channel<3x1xsi9>
  stream.sink "y" %y : !stream.channel<3x1xsi9>
}
qnn.data @i [[0, 3, 2, 1]] : tensor<1x4xui2>
qnn.data @b [[1, 2, 3, 4]] : tensor<1x4xui3>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: indices from 0 to 3 exceed a codebook of 3 entries
  %y = stream.matvec %x weights(@i) codebook(@b) accumulator = si9 : (!stream.channel<3x4xui2>) -> !stream.channel<3x1xsi9>
  stream.sink "y" %y : !stream.channel<3x1xsi9>
}
qnn.data @i [[0, 3, 2, 1]] : tensor<1x4xui2>
qnn.data @b [1, 2, 3] : tensor<3xui2>
