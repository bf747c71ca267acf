// RUN: qnn-opt --fold-bn --check-semantics --split-input-file %s 2> %t.err | filecheck %s

// A factor for each channel of a transposed image: before the transpose, channels are the last axis.
// CHECK:      %y = qnn.threshold %x, %thresholds : (tensor<1x1x2x3xui3>, tensor<3x3xui4>) -> tensor<1x1x2x3xui2>
// CHECK-NEXT: qnn.transpose %y order = [0, 3, 1, 2] : (tensor<1x1x2x3xui2>) -> tensor<1x3x1x2xui2>
func.func @main(%x: tensor<1x1x2x3xui3>) -> tensor<1x3x1x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %m = qnn.constant [[[1.0]], [[0.5]], [[0.25]]] : tensor<3x1x1xf32>
  %d = qnn.dequantize %x, %s : (tensor<1x1x2x3xui3>, tensor<f32>) -> tensor<1x1x2x3xf32>
  %t = qnn.transpose %d order = [0, 3, 1, 2] : (tensor<1x1x2x3xf32>) -> tensor<1x3x1x2xf32>
  %p = qnn.mul %t, %m : (tensor<1x3x1x2xf32>, tensor<3x1x1xf32>) -> tensor<1x3x1x2xf32>
  %y = qnn.quantize %p, %s : (tensor<1x3x1x2xf32>, tensor<f32>) -> tensor<1x3x1x2xui2>
  func.return %y : tensor<1x3x1x2xui2>
}

// -----

// A channel shuffle between a scale and a quantizer for each channel: the scales of the quantizer
// are shuffled back.
// CHECK:      %y = qnn.threshold %x, %thresholds : (tensor<1x2x4xui3>, tensor<4x3xui4>) -> tensor<1x2x4xui2>
// CHECK-NEXT: qnn.reshape %y
// CHECK-NEXT: qnn.transpose
// CHECK-NEXT: qnn.reshape
func.func @main(%x: tensor<1x2x4xui3>) -> tensor<1x2x4xui2> {
  %s = qnn.constant [0.5, 0.25, 0.75, 1.0] : tensor<4xf32>
  %d = qnn.dequantize %x, %s : (tensor<1x2x4xui3>, tensor<4xf32>) -> tensor<1x2x4xf32>
  %a = qnn.reshape %d : (tensor<1x2x4xf32>) -> tensor<1x2x2x2xf32>
  %b = qnn.transpose %a order = [0, 1, 3, 2] : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %c = qnn.reshape %b : (tensor<1x2x2x2xf32>) -> tensor<1x2x4xf32>
  %r = qnn.relu %c : (tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %y = qnn.quantize %r, %s : (tensor<1x2x4xf32>, tensor<4xf32>) -> tensor<1x2x4xui2>
  func.return %y : tensor<1x2x4xui2>
}

// -----

// A quantizer with a scale for each channel of a transposed image.
// CHECK:      %y = qnn.threshold %x, %thresholds : (tensor<1x1x2x3xui3>, tensor<3x3xui3>) -> tensor<1x1x2x3xui2>
// CHECK-NEXT: qnn.transpose %y order = [0, 3, 1, 2]
func.func @main(%x: tensor<1x1x2x3xui3>) -> tensor<1x3x1x2xui2> {
  %s = qnn.constant [0.5, 0.25, 0.75] : tensor<3xf32>
  %q = qnn.constant [0.25, 0.5, 1.0] : tensor<3xf32>
  %d = qnn.dequantize %x, %s : (tensor<1x1x2x3xui3>, tensor<3xf32>) -> tensor<1x1x2x3xf32>
  %t = qnn.transpose %d order = [0, 3, 1, 2] : (tensor<1x1x2x3xf32>) -> tensor<1x3x1x2xf32>
  %y = qnn.quantize %t, %q axis = 1 : (tensor<1x3x1x2xf32>, tensor<3xf32>) -> tensor<1x3x1x2xui2>
  func.return %y : tensor<1x3x1x2xui2>
}
