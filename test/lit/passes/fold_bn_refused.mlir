// RUN: qnn-opt --fold-bn --split-input-file --verify-diagnostics %s | filecheck %s

// CHECK:      fold-bn cannot make these ops integer:
// CHECK-NEXT:   qnn.linear "MatMul_0": its weights are float; quantize them in training (Quant nodes, QDQ, or torch's quantizers)
func.func @float_weights(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = qnn.constant [[0.3, 0.4]] : tensor<1x2xf32>
  %y = qnn.linear %x, %w {layer = "MatMul_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}

// -----

// CHECK:      fold-bn cannot make these ops integer:
// CHECK-NEXT:   qnn.linear "MatMul_0": its input is float: it comes from an input of the network that is not quantized; declare the type and scale of that input, as in `qnn import --input x=ui8*0.00390625`
func.func @float_input(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %i = qnn.constant [[3, -4]] : tensor<1x2xsi4>
  %s = qnn.constant 0.5 : tensor<f32>
  %w = qnn.dequantize %i, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %y = qnn.linear %x, %w {layer = "MatMul_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}

// -----

// CHECK:      fold-bn cannot make these ops integer:
// CHECK-NEXT:   qnn.conv2d "Conv_0": its input has the offset 0.125, which is not a multiple of its scale 0.5, and it is padded with 0; put a quantizer after the offset, or do not pad
func.func @padded_offset(%x: tensor<1x1x2x1xui2>) -> tensor<1x1x2x1xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x1x2x1xui2>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %o = qnn.constant 0.125 : tensor<f32>
  %b = qnn.add %a, %o : (tensor<1x1x2x1xf32>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %i = qnn.constant [[[[1], [-1]]]] : tensor<1x1x2x1xsi2>
  %w = qnn.dequantize %i, %s : (tensor<1x1x2x1xsi2>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %y = qnn.conv2d %b, %w pads = [0, 1, 0, 0] {layer = "Conv_0"} : (tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>) -> tensor<1x1x2x1xf32>
  func.return %y : tensor<1x1x2x1xf32>
}

// -----

// The quantizer behind a refused layer is not reported: it is a consequence.

// CHECK:      fold-bn cannot make these ops integer:
// CHECK-NEXT:   qnn.linear "MatMul_0": its weights are float; quantize them in training (Quant nodes, QDQ, or torch's quantizers)
// CHECK-NOT:    Quant_0
func.func @quantizer_behind_float_weights(%x: tensor<1x2xsi4>) -> tensor<1x1xsi4> {
  %s = qnn.constant 0.5 : tensor<f32>
  %i = qnn.dequantize %x, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %a = qnn.tanh %i {layer = "Tanh_0"} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %w = qnn.constant [[0.3, 0.4]] : tensor<1x2xf32>
  %y = qnn.linear %a, %w {layer = "MatMul_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %r = qnn.relu %y {layer = "Relu_0"} : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %q = qnn.quantize %r, %s {layer = "Quant_0"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xsi4>
  func.return %q : tensor<1x1xsi4>
}
