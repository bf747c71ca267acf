// RUN: qnn-opt --fold-bn="max-error=1" --split-input-file --verify-diagnostics %s 2> %t.err | filecheck %s
// RUN: cat %t.err | filecheck %s --check-prefix ERR

// Two tensors with too many pairs of values, and a scale for each channel: multipliers and
// thresholds for each channel.

// ERR: fold-bn: qnn.quantize "Quant_0": levels may be off by up to 1, because its operands have no common scale

// CHECK:      [[FACTORS:%.*]] = qnn.constant [{{[0-9]+}}, {{[0-9]+}}] : tensor<2xui
// CHECK-NEXT: [[A:%.*]] = qnn.mul %x, [[FACTORS]]
// CHECK:      [[B:%.*]] = qnn.mul %y, {{%.*}}
// CHECK-NEXT: [[SUM:%.*]] = qnn.add [[A]], [[B]]
// CHECK:      qnn.threshold [[SUM]], {{%.*}} : ({{.*}}, tensor<2x3x{{.*}}>) -> tensor<1x2xui2>
func.func @main(%x: tensor<1x2xsi12>, %y: tensor<1x2xsi12>) -> tensor<1x2xui2> {
  %s = qnn.constant [0.003, 0.007] : tensor<2xf32>
  %t = qnn.constant [0.004, 0.004] : tensor<2xf32>
  %u = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi12>, tensor<2xf32>) -> tensor<1x2xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x2xsi12>, tensor<2xf32>) -> tensor<1x2xf32>
  %c = qnn.add %a, %b {layer = "Add_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %c, %u {layer = "Quant_0"} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}

// -----

// CHECK: fold-bn cannot make these ops integer:
// CHECK-NEXT: qnn.quantize "Quant_0": qnn.silu "Silu_0" is not linear before an addition, or not monotone after it; quantize both of its operands to at most 8 bits
func.func @main(%x: tensor<1x2xsi12>, %y: tensor<1x2xsi12>) -> tensor<1x2xui2> {
  %s = qnn.constant 0.003 : tensor<f32>
  %t = qnn.constant 0.004 : tensor<f32>
  %u = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi12>, tensor<f32>) -> tensor<1x2xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x2xsi12>, tensor<f32>) -> tensor<1x2xf32>
  %d = qnn.silu %b {layer = "Silu_0"} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = qnn.add %a, %d {layer = "Add_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %c, %u {layer = "Quant_0"} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}
