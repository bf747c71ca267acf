// RUN: qnn-opt --canonicalize --check-semantics %s | filecheck %s

// Constants are computed, but what was dequantized stays integers and a scale; ops that change
// nothing go away.

// CHECK-LABEL: @main
// CHECK-NEXT:    %scale = qnn.constant 0.5 : tensor<f32>
// CHECK-NEXT:    %w = qnn.constant {{\[\[}}1, -2]] : tensor<1x2xsi3>
// CHECK-NEXT:    %d = qnn.dequantize %w, %scale : (tensor<1x2xsi3>, tensor<f32>) -> tensor<1x2xf32>
// CHECK-NEXT:    %y = qnn.linear %x, %d : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
// CHECK-NEXT:    func.return %y
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %scale = qnn.constant 0.5 : tensor<f32>
  %float = qnn.constant [[0.4, -0.9]] : tensor<1x2xf32>
  %w = qnn.quantize %float, %scale : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xsi3>
  %d = qnn.dequantize %w, %scale : (tensor<1x2xsi3>, tensor<f32>) -> tensor<1x2xf32>
  %a = qnn.reshape %x : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %b = qnn.transpose %a order = [0, 1] : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = qnn.pad %b low = [0, 0] high = [0, 0] : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %e = qnn.resize %c scales = [1, 1] : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %f = qnn.slice %e starts = [0, 0] ends = [1, 2] steps = [1, 1] : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %g = qnn.concat %f axis = 1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = qnn.linear %g, %d : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}
