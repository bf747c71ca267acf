// RUN: qnn-opt --minimize-accumulators --check-semantics %s | filecheck %s

// Sums and weights get the narrowest types; results keep theirs. A threshold outside the range of the
// input moves to the nearest value with the same effect.

// CHECK-LABEL: @main
// CHECK-NEXT:    %w = qnn.constant {{\[\[}}1, -1, 0], [1, 1, 0]] : tensor<2x3x!qnn.ternary>
// CHECK-NEXT:    %y = qnn.linear %x, %w : (tensor<1x3xui2>, tensor<2x3x!qnn.ternary>) -> tensor<1x2xsi4>
// CHECK-NEXT:    %t = qnn.constant {{\[\[}}-8, 2], [1, 8]] : tensor<2x2xsi5>
// CHECK-NEXT:    %q = qnn.threshold %y, %t : (tensor<1x2xsi4>, tensor<2x2xsi5>) -> tensor<1x2xui2>
// CHECK-NEXT:    func.return %q
func.func @main(%x: tensor<1x3xui2>) -> tensor<1x2xui2> {
  %w = qnn.constant [[1, -1, 0], [1, 1, 0]] : tensor<2x3xsi8>
  %y = qnn.linear %x, %w : (tensor<1x3xui2>, tensor<2x3xsi8>) -> tensor<1x2xsi32>
  %t = qnn.constant [[-32767, 2], [1, 32768]] : tensor<2x2xsi32>
  %q = qnn.threshold %y, %t : (tensor<1x2xsi32>, tensor<2x2xsi32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}
