// RUN: qnn-opt --fold-bn --check-semantics %s 2> %t.err | filecheck %s
// RUN: qnn-opt --fold-bn --stream-lower --check-semantics %s 2> %t.err | filecheck %s --check-prefix STREAM

// A squeeze-and-excite block: one number for each channel is repeated for all pixels. Zero points
// become offsets of the product.

// CHECK:       func.func @main(%x: tensor<1x4x4x2xui8>, %gate: tensor<1x1x1x2xui8>) -> tensor<1x4x4x2xsi8> {
// CHECK-NEXT:    %y = qnn.resize %gate scales = [1, 4, 4, 1]
// CHECK-NEXT:    %zero = qnn.constant 100 : tensor<ui7>
// CHECK-NEXT:    %y_1 = qnn.sub %x, %zero : (tensor<1x4x4x2xui8>, tensor<ui7>) -> tensor<1x4x4x2xsi9>
// CHECK-NEXT:    %y_2 = qnn.mul %y_1, %y {layer = "Mul_0"} : (tensor<1x4x4x2xsi9>, tensor<1x4x4x2xui8>) -> tensor<1x4x4x2xsi17>
// CHECK-NEXT:    %thresholds = qnn.constant @thresholds
// CHECK-NEXT:    %q = qnn.threshold %y_2, %thresholds offset = -128

// STREAM:        %y_1 = stream.mul %x, %y offsets = [-100, 0] {layer = "Mul_0"}
// STREAM-NEXT:   %q = stream.threshold %y_1 thresholds(@thresholds) offset = -128
func.func @main(%x: tensor<1x4x4x2xui8>, %gate: tensor<1x1x1x2xui8>) -> tensor<1x4x4x2xsi8> {
  %s = qnn.constant 0.03 : tensor<f32>
  %z = qnn.constant 100 : tensor<ui8>
  %a = qnn.dequantize %x, %s zero_point %z : (tensor<1x4x4x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4x4x2xf32>
  %t = qnn.constant 0.004 : tensor<f32>
  %b = qnn.dequantize %gate, %t : (tensor<1x1x1x2xui8>, tensor<f32>) -> tensor<1x1x1x2xf32>
  %y = qnn.mul %a, %b {layer = "Mul_0"} : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x4x4x2xf32>
  %u = qnn.constant 0.02 : tensor<f32>
  %q = qnn.quantize %y, %u {layer = "Quant_0"} : (tensor<1x4x4x2xf32>, tensor<f32>) -> tensor<1x4x4x2xsi8>
  func.return %q : tensor<1x4x4x2xsi8>
}
