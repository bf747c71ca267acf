// RUN: qnn-opt --fold-bn --check-semantics %s 2> %t.err | filecheck %s

// A pad before a convolution becomes its padding. A one-bit input that is padded with zero stays one bit.

// CHECK:      %y = qnn.conv2d %x, %w pads = [1, 1, 0, 2] pad_value = -1 {layer = "Conv_0"}
// CHECK-NEXT: %border = qnn.constant
// CHECK-NEXT: qnn.add %{{.*}}, %border
// CHECK-NOT:  qnn.pad
func.func @main(%x: tensor<1x4x4x1x!qnn.bipolar>) -> tensor<1x4x6x1x!qnn.bipolar> {
  %s = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x4x4x1x!qnn.bipolar>, tensor<f32>) -> tensor<1x4x4x1xf32>
  %p = qnn.pad %a low = [0, 0, 1, 0] high = [0, 0, 2, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x4x7x1xf32>
  %w = qnn.constant [[[[1], [-1]], [[1], [1]]]] : tensor<1x2x2x1x!qnn.bipolar>
  %v = qnn.dequantize %w, %s : (tensor<1x2x2x1x!qnn.bipolar>, tensor<f32>) -> tensor<1x2x2x1xf32>
  %y = qnn.conv2d %p, %v pads = [1, 0, 0, 0] {layer = "Conv_0"} : (tensor<1x4x7x1xf32>, tensor<1x2x2x1xf32>) -> tensor<1x4x6x1xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x4x6x1xf32>, tensor<f32>) -> tensor<1x4x6x1x!qnn.bipolar>
  func.return %q : tensor<1x4x6x1x!qnn.bipolar>
}
