// RUN: qnn-opt %s | filecheck %s

// The narrowest types that hold a sum are accepted, whatever the signs of its operands.
// CHECK-LABEL: func.func @narrowest
func.func @narrowest(
    %u: tensor<1x10xui4>, %s: tensor<1x10xsi4>, %b: tensor<1x10x!qnn.bipolar>, %t: tensor<1x10x!qnn.ternary>,
    %wu: tensor<3x10xui4>, %ws: tensor<3x10xsi4>, %wb: tensor<3x10x!qnn.bipolar>, %wt: tensor<3x10x!qnn.ternary>,
    %bias: tensor<3xsi4>) {
  // 0 to 10 * 15 * 15 = 2250
  %0 = qnn.linear %u, %wu : (tensor<1x10xui4>, tensor<3x10xui4>) -> tensor<1x3xui12>
  // -10 * 15 * 8 = -1200 to 10 * 15 * 7 = 1050
  %1 = qnn.linear %u, %ws : (tensor<1x10xui4>, tensor<3x10xsi4>) -> tensor<1x3xsi12>
  // -10 * 8 * 15 = -1200 to 1050, less or more the bias of -8 to 7
  %2 = qnn.linear %s, %wu bias %bias
      : (tensor<1x10xsi4>, tensor<3x10xui4>, tensor<3xsi4>) -> tensor<1x3xsi12>
  // -10 * 8 * 7 = -560 to 10 * 8 * 8 = 640
  %3 = qnn.linear %s, %ws : (tensor<1x10xsi4>, tensor<3x10xsi4>) -> tensor<1x3xsi11>
  // -10 to 10
  %4 = qnn.linear %b, %wb : (tensor<1x10x!qnn.bipolar>, tensor<3x10x!qnn.bipolar>) -> tensor<1x3xsi5>
  %5 = qnn.linear %t, %wb : (tensor<1x10x!qnn.ternary>, tensor<3x10x!qnn.bipolar>) -> tensor<1x3xsi5>
  %6 = qnn.linear %b, %wt : (tensor<1x10x!qnn.bipolar>, tensor<3x10x!qnn.ternary>) -> tensor<1x3xsi5>
  // -10 * 8 = -80 to 80
  %7 = qnn.linear %s, %wb : (tensor<1x10xsi4>, tensor<3x10x!qnn.bipolar>) -> tensor<1x3xsi8>
  // CHECK: func.return
  func.return
}

// Actual weights count, each output on its own: -3 * 15 = -45 to 45, and 0 to 4 * 15 - 5 = 55.
// CHECK-LABEL: func.func @actual
func.func @actual(%u: tensor<1x4xui4>) {
  %w = qnn.constant [[1, -1, 2, -2], [1, 1, 1, 1]] : tensor<2x4xsi8>
  %bias = qnn.constant [0, -5] : tensor<2xsi8>
  %y = qnn.linear %u, %w bias %bias : (tensor<1x4xui4>, tensor<2x4xsi8>, tensor<2xsi8>) -> tensor<1x2xsi7>
  // CHECK: func.return
  func.return
}
