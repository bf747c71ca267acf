// RUN: qnn-opt --stream-lower --check-semantics --split-input-file %s 2> %t.err | filecheck %s

// A channel shuffle between two layers: the first one's thresholds have another order, and the
// second one's weights absorb it.
// CHECK-NOT:  stream.reorder
// CHECK:      stream.matvec %x weights(@w) thresholds(@t)
// CHECK-NEXT: stream.matvec %e weights(@weights)
// CHECK:      qnn.data @t {{\[}}[1, 1], [3, 3], [2, 2], [4, 4]]
// CHECK:      qnn.data @weights {{\[\[\[\[}}1, 3, 2, 4]]]]
func.func @main(%x: tensor<1x2x2x4xui2>) -> tensor<1x2x2x1xsi8> {
  %w = qnn.constant [[[[1, 0, 0, 0]]], [[[0, 1, 0, 0]]], [[[0, 0, 1, 0]]], [[[0, 0, 0, 1]]]] : tensor<4x1x1x4xui1>
  %a = qnn.conv2d %x, %w : (tensor<1x2x2x4xui2>, tensor<4x1x1x4xui1>) -> tensor<1x2x2x4xui3>
  %b = qnn.reshape %a : (tensor<1x2x2x4xui3>) -> tensor<1x2x2x2x2xui3>
  %c = qnn.transpose %b order = [0, 1, 2, 4, 3] : (tensor<1x2x2x2x2xui3>) -> tensor<1x2x2x2x2xui3>
  %d = qnn.reshape %c : (tensor<1x2x2x2x2xui3>) -> tensor<1x2x2x4xui3>
  %t = qnn.constant [[1, 1], [2, 2], [3, 3], [4, 4]] : tensor<4x2xui3>
  %e = qnn.threshold %d, %t : (tensor<1x2x2x4xui3>, tensor<4x2xui3>) -> tensor<1x2x2x4xui2>
  %v = qnn.constant [[[[1, 2, 3, 4]]]] : tensor<1x1x1x4xui3>
  %y = qnn.conv2d %e, %v : (tensor<1x2x2x4xui2>, tensor<1x1x1x4xui3>) -> tensor<1x2x2x1xsi8>
  func.return %y : tensor<1x2x2x1xsi8>
}

// -----

// Channels become pixels between two layers: each line waits in a reorder process.
// CHECK:      %d = stream.reorder %a shape = [2, 2, 2, 2] order = [0, 2, 1, 3] : (!stream.channel<2x2x4xui4, lanes = 1>) -> !stream.channel<4x4x1xui4, lanes = 1>
// CHECK-NEXT: stream.window %d kernel = [2, 2]
func.func @main(%x: tensor<1x2x2x4xui2>) -> tensor<1x3x3x1xsi8> {
  %t = qnn.constant [[1, 2, 3]] : tensor<1x3xui2>
  %a = qnn.threshold %x, %t offset = 5 : (tensor<1x2x2x4xui2>, tensor<1x3xui2>) -> tensor<1x2x2x4xui4>
  %b = qnn.reshape %a : (tensor<1x2x2x4xui4>) -> tensor<1x2x2x2x2x1xui4>
  %c = qnn.transpose %b order = [0, 1, 3, 2, 4, 5] : (tensor<1x2x2x2x2x1xui4>) -> tensor<1x2x2x2x2x1xui4>
  %d = qnn.reshape %c : (tensor<1x2x2x2x2x1xui4>) -> tensor<1x4x4x1xui4>
  %v = qnn.constant [[[[1], [2]], [[-1], [1]]]] : tensor<1x2x2x1xsi3>
  %y = qnn.conv2d %d, %v : (tensor<1x4x4x1xui4>, tensor<1x2x2x1xsi3>) -> tensor<1x3x3x1xsi8>
  func.return %y : tensor<1x3x3x1xsi8>
}

// -----

// A split cuts through permuted channels: the layer before it permutes its rows.
// CHECK-NOT: stream.reorder
// CHECK:     stream.matvec %x weights(@weights) bias(@bias_1)
// CHECK:     qnn.data @weights {{\[\[\[\[}}1, 0, 0, 0]]], {{\[\[\[}}0, 0, 1, 0]]], {{\[\[\[}}0, 1, 0, 0]]], {{\[\[\[}}0, 0, 0, 1]]]]
// CHECK:     qnn.data @bias_1 [1, 3, 2, 4]
func.func @main(%x: tensor<1x2x2x4xui2>) -> (tensor<1x2x2x2xui4>, tensor<1x2x2x2xui4>) {
  %w = qnn.constant [[[[1, 0, 0, 0]]], [[[0, 1, 0, 0]]], [[[0, 0, 1, 0]]], [[[0, 0, 0, 1]]]] : tensor<4x1x1x4xui1>
  %bias = qnn.constant [1, 2, 3, 4] : tensor<4xui3>
  %a = qnn.conv2d %x, %w bias %bias : (tensor<1x2x2x4xui2>, tensor<4x1x1x4xui1>, tensor<4xui3>) -> tensor<1x2x2x4xui4>
  %b = qnn.reshape %a : (tensor<1x2x2x4xui4>) -> tensor<1x2x2x2x2xui4>
  %c = qnn.transpose %b order = [0, 1, 2, 4, 3] : (tensor<1x2x2x2x2xui4>) -> tensor<1x2x2x2x2xui4>
  %d = qnn.reshape %c : (tensor<1x2x2x2x2xui4>) -> tensor<1x2x2x4xui4>
  %y, %z = qnn.split %d sizes = [2, 2] axis = -1 : (tensor<1x2x2x4xui4>) -> (tensor<1x2x2x2xui4>, tensor<1x2x2x2xui4>)
  %r = qnn.relu %y : (tensor<1x2x2x2xui4>) -> tensor<1x2x2x2xui4>
  %s = qnn.relu %z : (tensor<1x2x2x2xui4>) -> tensor<1x2x2x2xui4>
  func.return %r, %s : tensor<1x2x2x2xui4>, tensor<1x2x2x2xui4>
}

// -----

// A result that leaves the design in the order of its layer: the host transposes it.
// CHECK:      %y = stream.run @design %x : (tensor<1x2x2x4xui2>) -> tensor<1x2x2x4xui4>
// CHECK-NEXT: %0 = qnn.reshape %y : (tensor<1x2x2x4xui4>) -> tensor<1x4x4xui4>
// CHECK-NEXT: %1 = qnn.transpose %0 order = [0, 2, 1] : (tensor<1x4x4xui4>) -> tensor<1x4x4xui4>
// CHECK-NEXT: %2 = qnn.reshape %1 : (tensor<1x4x4xui4>) -> tensor<1x4x2x2xui4>
// CHECK-NEXT: func.return
// CHECK-NOT:  stream.reorder
func.func @main(%x: tensor<1x2x2x4xui2>) -> tensor<1x4x2x2xui4> {
  %a = qnn.relu %x : (tensor<1x2x2x4xui2>) -> tensor<1x2x2x4xui2>
  %b = qnn.transpose %a order = [0, 3, 1, 2] : (tensor<1x2x2x4xui2>) -> tensor<1x4x2x2xui2>
  %t = qnn.constant [[1, 2, 3]] : tensor<1x3xui2>
  %y = qnn.threshold %b, %t offset = 5 : (tensor<1x4x2x2xui2>, tensor<1x3xui2>) -> tensor<1x4x2x2xui4>
  func.return %y : tensor<1x4x2x2xui4>
}
