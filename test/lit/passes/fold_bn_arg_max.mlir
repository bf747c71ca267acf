// RUN: qnn-opt --fold-bn --stream-lower --check-semantics --split-input-file %s 2> %t.err | filecheck %s

// The largest integer is the largest score, if all scores have one scale.

// CHECK:      func.func @main
// CHECK-NOT:  qnn.arg_max
// CHECK:      stream.label_select
func.func @main(%x: tensor<1x5xsi8>) -> tensor<1xui3> {
  %s = qnn.constant 0.3 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x5xsi8>, tensor<f32>) -> tensor<1x5xf32>
  %y = qnn.arg_max %a axis = 1 : (tensor<1x5xf32>) -> tensor<1xui3>
  func.return %y : tensor<1xui3>
}

// -----

// With 24 bits, two integers may be rounded to the same float; the host compares the scores.

// CHECK:      func.func @main
// CHECK:      qnn.arg_max
func.func @main(%x: tensor<1x2xsi12>) -> tensor<1xui1> {
  %s = qnn.constant 0.3 : tensor<f32>
  %w = qnn.constant [[-2048, 2047], [2047, -2048]] : tensor<2x2xsi12>
  %v = qnn.linear %x, %w : (tensor<1x2xsi12>, tensor<2x2xsi12>) -> tensor<1x2xsi24>
  %a = qnn.dequantize %v, %s : (tensor<1x2xsi24>, tensor<f32>) -> tensor<1x2xf32>
  %y = qnn.arg_max %a axis = -1 : (tensor<1x2xf32>) -> tensor<1xui1>
  func.return %y : tensor<1xui1>
}
