// RUN: qnn-opt --canonicalize --check-semantics %s | filecheck %s

// Constants are computed, but a dequantized constant stays integers and a scale. Ops that change
// nothing are removed.

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

// Consecutive reshapes become one, and so do transposes. A transpose that moves only an axis of size 1
// becomes a reshape.

// CHECK-LABEL: @moves
// CHECK-NEXT:    %a = qnn.reshape %x {layer = "Flatten_1"} : (tensor<1x6x4xsi4>) -> tensor<1x2x12xsi4>
// CHECK-NEXT:    %b = qnn.reshape %x : (tensor<1x6x4xsi4>) -> tensor<1x3x8xsi4>
// CHECK-NEXT:    func.return %a, %b, %x
func.func @moves(%x: tensor<1x6x4xsi4>)
    -> (tensor<1x2x12xsi4>, tensor<1x3x8xsi4>, tensor<1x6x4xsi4>) {
  %0 = qnn.reshape %x : (tensor<1x6x4xsi4>) -> tensor<1x24xsi4>
  %a = qnn.reshape %0 {layer = "Flatten_1"} : (tensor<1x24xsi4>) -> tensor<1x2x12xsi4>
  %1 = qnn.reshape %x : (tensor<1x6x4xsi4>) -> tensor<1x6x1x4xsi4>
  %2 = qnn.transpose %1 order = [0, 2, 1, 3] : (tensor<1x6x1x4xsi4>) -> tensor<1x1x6x4xsi4>
  %b = qnn.reshape %2 : (tensor<1x1x6x4xsi4>) -> tensor<1x3x8xsi4>
  %4 = qnn.transpose %x order = [0, 2, 1] : (tensor<1x6x4xsi4>) -> tensor<1x4x6xsi4>
  %5 = qnn.transpose %4 order = [0, 2, 1] : (tensor<1x4x6xsi4>) -> tensor<1x6x4xsi4>
  func.return %a, %b, %5 : tensor<1x2x12xsi4>, tensor<1x3x8xsi4>, tensor<1x6x4xsi4>
}

// A scalar has no axes to slice.

// CHECK-LABEL: @number
// CHECK-NEXT:    %y = qnn.constant -3 : tensor<si32>
// CHECK-NEXT:    func.return %y
func.func @number() -> tensor<si32> {
  %x = qnn.constant -3 : tensor<si32>
  %y = qnn.slice %x starts = [] ends = [] steps = [] : (tensor<si32>) -> tensor<si32>
  func.return %y : tensor<si32>
}
