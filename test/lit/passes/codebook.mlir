// RUN: qnn-opt --fold-bn --minimize-accumulators --check-semantics %s 2> %t.err | filecheck %s

// Weights that are read from a codebook stay indices and a table. The type of the sums follows from the
// entries of the table.

// CHECK-LABEL: @main
// CHECK:         %i = qnn.constant {{.*}} : tensor<2x4xui2>
// CHECK-NEXT:    %t = qnn.constant [-3, -1, 1, 4] : tensor<4xsi4>
// CHECK-NEXT:    %w = qnn.lookup %i, %t : (tensor<2x4xui2>, tensor<4xsi4>) -> tensor<2x4xsi4>
// CHECK-NEXT:    %y = qnn.linear %x, %w {layer = "Gemm_0"} : (tensor<1x4xui4>, tensor<2x4xsi4>) -> tensor<1x2xsi8>
// CHECK:         qnn.threshold %y
func.func @main(%x: tensor<1x4xui4>) -> tensor<1x2xui2> {
  %s = qnn.constant 0.125 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x4xui4>, tensor<f32>) -> tensor<1x4xf32>
  %i = qnn.constant [[0, 1, 2, 3], [3, 3, 0, 1]] : tensor<2x4xui2>
  %t = qnn.constant [-3, -1, 1, 4] : tensor<4xsi8>
  %book = qnn.dequantize %t, %s : (tensor<4xsi8>, tensor<f32>) -> tensor<4xf32>
  %w = qnn.lookup %i, %book : (tensor<2x4xui2>, tensor<4xf32>) -> tensor<2x4xf32>
  %y = qnn.linear %a, %w {layer = "Gemm_0"} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}
