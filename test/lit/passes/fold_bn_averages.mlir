// RUN: qnn-opt --fold-bn --check-semantics %s 2> %t.err | filecheck %s
// RUN: qnn-opt --fold-bn --stream-lower --check-semantics %s 2> %t.err | filecheck %s --check-prefix STREAM

// An average that does not count padding: windows with 4, 6 and 9 elements. Their sums are
// multiplied by 9, 6 and 4, so that all of them are 36 times the mean.

// CHECK:       %y = qnn.sum_pool %x kernel = [3, 3] pads = [1, 1, 1, 1]
// CHECK-NEXT:  %multiples = qnn.constant
// CHECK-NEXT:  %y_1 = qnn.mul %y, %multiples
// CHECK-NEXT:  %thresholds = qnn.constant
// CHECK-NEXT:  %q = qnn.threshold %y_1, %thresholds

// STREAM:      stream.factor %{{.*}} rows(@rows) kinds(@kinds)
func.func @main(%x: tensor<1x4x3x2xui8>) -> tensor<1x4x3x2xsi8> {
  %s = qnn.constant 0.03 : tensor<f32>
  %z = qnn.constant 100 : tensor<ui8>
  %a = qnn.dequantize %x, %s zero_point %z : (tensor<1x4x3x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x3x2xf32>
  %y = qnn.avg_pool %a kernel = [3, 3] pads = [1, 1, 1, 1] {layer = "Pool_0"} : (tensor<1x4x3x2xf32>) -> tensor<1x4x3x2xf32>
  %u = qnn.constant 0.02 : tensor<f32>
  %q = qnn.quantize %y, %u {layer = "Quant_0"} : (tensor<1x4x3x2xf32>, tensor<f32>) -> tensor<1x4x3x2xsi8>
  func.return %q : tensor<1x4x3x2xsi8>
}
