// RUN: qnn-opt --fold-bn --check-semantics --split-input-file --verify-diagnostics %s 2> %t.err | filecheck %s
// RUN: cat %t.err | filecheck %s --check-prefix ERR

// Float weights behind integers are multiples of a power of 2, here of 2^-3.

// ERR-NOT: MatMul_0

// CHECK:      %w = qnn.constant {{\[\[}}4, -11], [1, 0]] : tensor<2x2xsi5>
// CHECK:      qnn.linear %x, %w
// CHECK:      qnn.threshold
func.func @main(%x: tensor<1x2xsi4>) -> tensor<1x2xsi4> {
  %s = qnn.constant 0.3 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %w = qnn.constant [[0.5, -1.375], [0.125, 0.0]] : tensor<2x2xf32>
  %y = qnn.linear %a, %w {layer = "MatMul_0"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xsi4>
  func.return %q : tensor<1x2xsi4>
}

// -----

// Weights with all bits of a float are wide.

// ERR: fold-bn: qnn.linear "MatMul_1": its weights are float, and take 26 bits as integers; quantize them for a smaller design

// CHECK:      %w = qnn.constant {{\[\[}}5033165, -26843546]] : tensor<1x2xsi26>
// CHECK:      qnn.linear %x, %w
func.func @main(%x: tensor<1x2xsi4>) -> tensor<1x1xsi4> {
  %s = qnn.constant 0.3 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %w = qnn.constant [[0.3, -1.6]] : tensor<1x2xf32>
  %y = qnn.linear %a, %w {layer = "MatMul_1"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xsi4>
  func.return %q : tensor<1x1xsi4>
}

// -----

// CHECK: fold-bn cannot make these ops integer:
// CHECK-NEXT: qnn.linear "MatMul_0": its weights are float, and need more than 44 bits as integers; quantize them in training (Quant nodes, QDQ, or torch's quantizers)
func.func @main(%x: tensor<1x2xsi4>) -> tensor<1x1xsi4> {
  %s = qnn.constant 0.3 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %w = qnn.constant [[0.1, 1.0e-8]] : tensor<1x2xf32>
  %y = qnn.linear %a, %w {layer = "MatMul_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xsi4>
  func.return %q : tensor<1x1xsi4>
}
