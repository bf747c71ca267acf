// RUN: qnn-opt --fold-bn --check-semantics %s 2> %t.err | filecheck %s
// RUN: qnn-opt --fold-bn --stream-lower --check-semantics %s 2> %t.err | filecheck %s --check-prefix STREAM

// No quantizer follows the activation, so its floats are averaged. All of them are multiples of 1/16.

// CHECK:       %table = qnn.constant {{\[\[}}-8, -6, -4, -2, 0, 8, 16, 24], [-4, -3, -2, -1, 0, 8, 16, 24]]
// CHECK-NEXT:  %y = qnn.lookup %x, %table first = -4 {per_channel}
// CHECK-NEXT:  %y_1 = qnn.sum_pool %y kernel = [2, 2] strides = [2, 2]
// CHECK-NEXT:  %thresholds = qnn.constant {{\[\[}}17, 48, 81]]
// CHECK-NEXT:  %q = qnn.threshold %y_1, %thresholds

// STREAM:      stream.lookup
// STREAM:      stream.pool
func.func @main(%x: tensor<1x4x4x2xsi3>) -> tensor<1x2x2x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %slope = qnn.constant [0.25, 0.125] : tensor<2xf32>
  %a = qnn.dequantize %x, %s : (tensor<1x4x4x2xsi3>, tensor<f32>) -> tensor<1x4x4x2xf32>
  %b = qnn.prelu %a, %slope : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %y = qnn.avg_pool %b kernel = [2, 2] strides = [2, 2] {layer = "Pool_0"} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x2x2x2xf32>, tensor<f32>) -> tensor<1x2x2x2xui2>
  func.return %q : tensor<1x2x2x2xui2>
}
