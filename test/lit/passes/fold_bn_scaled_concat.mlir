// RUN: qnn-opt --fold-bn="max-error=1" --split-input-file --verify-diagnostics %s 2> %t.err | filecheck %s
// RUN: cat %t.err | filecheck %s --check-prefix WARN
// RUN: qnn-opt --fold-bn --split-input-file --verify-diagnostics %s | filecheck %s --check-prefix EXACT

// A layer over a concat of the scales 0.5 and 0.125: the weights of the first part are multiplied
// by 4, and no error has to be allowed. Both parts are padded with their own zero points.

// CHECK:      [[A:%.*]] = qnn.pad %x {{.*}} : (tensor<1x3x3x2xsi8>)
// CHECK-NEXT: [[B:%.*]] = qnn.pad %y {{.*}} value = 3
// CHECK-NEXT: [[C:%.*]] = qnn.concat [[A]], [[B]] axis = -1
// CHECK-NEXT: [[W:%.*]] = qnn.constant {{\[\[\[\[}}4, -8, 3, 4]]], {{\[\[\[}}20, 24, -7, 8]]]] : tensor<2x1x1x4xsi6>
// CHECK-NEXT: [[Z:%.*]] = qnn.constant [-21, -3]
// CHECK-NEXT: [[S:%.*]] = qnn.conv2d [[C]], [[W]] bias [[Z]] {layer = "Conv_0"}
// CHECK:      qnn.threshold [[S]], {{.*}} {layer = "Quant_0"}
// EXACT:      qnn.conv2d {{.*}} {layer = "Conv_0"}
func.func @main(%x: tensor<1x3x3x2xsi8>, %y: tensor<1x3x3x2xsi8>) -> tensor<1x5x5x2xui4> {
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.125 : tensor<f32>
  %u = qnn.constant 4.0 : tensor<f32>
  %z = qnn.constant 3 : tensor<si8>
  %a = qnn.dequantize %x, %s : (tensor<1x3x3x2xsi8>, tensor<f32>) -> tensor<1x3x3x2xf32>
  %b = qnn.dequantize %y, %t zero_point %z : (tensor<1x3x3x2xsi8>, tensor<f32>, tensor<si8>) -> tensor<1x3x3x2xf32>
  %c = qnn.concat %a, %b axis = -1 : (tensor<1x3x3x2xf32>, tensor<1x3x3x2xf32>) -> tensor<1x3x3x4xf32>
  %i = qnn.constant [[[[1, -2, 3, 4]]], [[[5, 6, -7, 8]]]] : tensor<2x1x1x4xsi8>
  %k = qnn.constant 0.25 : tensor<f32>
  %w = qnn.dequantize %i, %k : (tensor<2x1x1x4xsi8>, tensor<f32>) -> tensor<2x1x1x4xf32>
  %d = qnn.conv2d %c, %w pads = [1, 1, 1, 1] {layer = "Conv_0"} : (tensor<1x3x3x4xf32>, tensor<2x1x1x4xf32>) -> tensor<1x5x5x2xf32>
  %q = qnn.quantize %d, %u {layer = "Quant_0"} : (tensor<1x5x5x2xf32>, tensor<f32>) -> tensor<1x5x5x2xui4>
  func.return %q : tensor<1x5x5x2xui4>
}

// -----

// Scales without a ratio of small integers are approximated; two layers read one concat.

// WARN:      qnn.quantize "Quant_0": levels may be off by up to 1, because qnn.linear "Gemm_0" reads a concat of tensors without a common scale
// WARN-NEXT: qnn.quantize "Quant_1": levels may be off by up to 1, because qnn.linear "Gemm_1" reads
// CHECK:      [[C:%.*]] = qnn.concat %x, %y axis = -1 : (tensor<1x1xsi8>, tensor<1x1xsi8>)
// CHECK-NOT:  qnn.concat
// CHECK:      [[D:%.*]] = qnn.linear [[C]], {{.*}} {layer = "Gemm_0"}
// CHECK:      qnn.threshold [[D]], {{.*}} {layer = "Quant_0"}
// CHECK-NOT:  qnn.concat
// CHECK:      [[E:%.*]] = qnn.linear [[C]], {{.*}} {layer = "Gemm_1"}
// CHECK:      qnn.threshold [[E]], {{.*}} {layer = "Quant_1"}
// EXACT:      fold-bn cannot make these ops integer:
// EXACT-NEXT: qnn.linear "Gemm_0": its input comes from qnn.concat "Concat_0", whose inputs have the scales 0.3, 0.0471, and its floats are rounded; quantize the result of the concat, or its inputs with one scale, or allow an error: --max-error 1, in qnn-opt --fold-bn="max-error=1"
// EXACT-NEXT: qnn.linear "Gemm_1": its input comes from qnn.concat "Concat_0"
func.func @main(%x: tensor<1x1xsi8>, %y: tensor<1x1xsi8>) -> (tensor<1x1xui4>, tensor<1x1xui4>) {
  %s = qnn.constant 0.3 : tensor<f32>
  %t = qnn.constant 0.0471 : tensor<f32>
  %u = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x1xsi8>, tensor<f32>) -> tensor<1x1xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x1xsi8>, tensor<f32>) -> tensor<1x1xf32>
  %c = qnn.concat %a, %b axis = -1 {layer = "Concat_0"} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %i = qnn.constant [[3, -5]] : tensor<1x2xsi4>
  %v = qnn.dequantize %i, %t : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %d = qnn.linear %c, %v {layer = "Gemm_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %q = qnn.quantize %d, %u {layer = "Quant_0"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xui4>
  %j = qnn.constant [[7, 6]] : tensor<1x2xsi4>
  %w = qnn.dequantize %j, %t : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %e = qnn.linear %c, %w {layer = "Gemm_1"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %r = qnn.quantize %e, %u {layer = "Quant_1"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xui4>
  func.return %q, %r : tensor<1x1xui4>, tensor<1x1xui4>
}

// -----

// A concat of two scales without a quantizer behind its layer stays float.

// CHECK: fold-bn cannot make these ops integer:
// CHECK-NEXT: qnn.linear "Gemm_0": its input is float: it is quantized, but then changed by qnn.concat "Concat_0"; put a quantizer directly before this layer
func.func @main(%x: tensor<1x1xsi8>, %y: tensor<1x1xsi8>) -> tensor<1x1xf32> {
  %s = qnn.constant 0.3 : tensor<f32>
  %t = qnn.constant 0.0471 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x1xsi8>, tensor<f32>) -> tensor<1x1xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x1xsi8>, tensor<f32>) -> tensor<1x1xf32>
  %c = qnn.concat %a, %b axis = -1 {layer = "Concat_0"} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %i = qnn.constant [[3, -5]] : tensor<1x2xsi4>
  %v = qnn.dequantize %i, %t : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %d = qnn.linear %c, %v {layer = "Gemm_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  func.return %d : tensor<1x1xf32>
}
