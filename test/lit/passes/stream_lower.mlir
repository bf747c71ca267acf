// RUN: qnn-opt --stream-lower --check-semantics %s 2> %t.err | filecheck %s

// A convolution over an image padded with -1, a residual, a pool and a fully connected layer. The host
// transposes the image, runs the design, and scales the scores.

// CHECK:       func.func @main(%image: tensor<1x2x4x4x!qnn.bipolar>) -> tensor<1x3xf32> {
// CHECK-NEXT:    %x = qnn.transpose %image order = [0, 2, 3, 1]
// CHECK-NEXT:    %s = qnn.constant 0.5 : tensor<f32>
// CHECK-NEXT:    %scores = stream.run @design %x : (tensor<1x4x4x2x!qnn.bipolar>) -> tensor<1x3xsi7>
// CHECK-NEXT:    %y = qnn.dequantize %scores, %s : (tensor<1x3xsi7>, tensor<f32>) -> tensor<1x3xf32>
// CHECK-NEXT:    func.return %y : tensor<1x3xf32>

// CHECK:       stream.design @design {
// CHECK-NEXT:    %x = stream.source "x" : !stream.channel<4x4x2x!qnn.bipolar, lanes = 1>
// CHECK-NEXT:    %0 = stream.pad %x pads = [1, 1, 1, 1] value = -1 {layer = "Conv_0"}
// CHECK-NEXT:    %1 = stream.window %0 kernel = [3, 3] {layer = "Conv_0"}
// CHECK-NEXT:    %q = stream.matvec %1 weights(@w) thresholds(@t) accumulator = si6 {activation = "Quant_0", layer = "Conv_0"}
// CHECK-NEXT:    %q_1, %q_2 = stream.fork %q
// CHECK-NEXT:    %b = stream.add %q_2, %q_1 multipliers = [1, 3]
// CHECK-NEXT:    %2 = stream.window %b kernel = [2, 2] strides = [2, 2] {by_channel, layer = "Pool_0"}
// CHECK-NEXT:    %p = stream.pool %2 {layer = "Pool_0"}
// CHECK-NEXT:    %3 = stream.repack %p
// CHECK-NEXT:    %scores = stream.matvec %3 weights(@weights) accumulator = si7 {layer = "Gemm_0"}
// CHECK-NEXT:    stream.sink "scores" %scores : !stream.channel<3xsi7, lanes = 1>
// CHECK-NEXT:  }
func.func @main(%image: tensor<1x2x4x4x!qnn.bipolar>) -> tensor<1x3xf32> {
  %x = qnn.transpose %image order = [0, 2, 3, 1] : (tensor<1x2x4x4x!qnn.bipolar>) -> tensor<1x4x4x2x!qnn.bipolar>
  %w = qnn.constant @w : tensor<2x3x3x2x!qnn.bipolar>
  %a = qnn.conv2d %x, %w pads = [1, 1, 1, 1] pad_value = -1 {layer = "Conv_0"} : (tensor<1x4x4x2x!qnn.bipolar>, tensor<2x3x3x2x!qnn.bipolar>) -> tensor<1x4x4x2xsi6>
  %t = qnn.constant [[-3], [2]] : tensor<2x1xsi3>
  %q = qnn.threshold %a, %t {layer = "Quant_0"} : (tensor<1x4x4x2xsi6>, tensor<2x1xsi3>) -> tensor<1x4x4x2xui1>
  %three = qnn.constant 3 : tensor<ui2>
  %m = qnn.mul %q, %three : (tensor<1x4x4x2xui1>, tensor<ui2>) -> tensor<1x4x4x2xui2>
  %b = qnn.add %q, %m : (tensor<1x4x4x2xui1>, tensor<1x4x4x2xui2>) -> tensor<1x4x4x2xui3>
  %p = qnn.max_pool %b kernel = [2, 2] strides = [2, 2] {layer = "Pool_0"} : (tensor<1x4x4x2xui3>) -> tensor<1x2x2x2xui3>
  %c = qnn.transpose %p order = [0, 3, 1, 2] : (tensor<1x2x2x2xui3>) -> tensor<1x2x2x2xui3>
  %f = qnn.reshape %c : (tensor<1x2x2x2xui3>) -> tensor<1x8xui3>
  %v = qnn.constant @v : tensor<3x8x!qnn.bipolar>
  %scores = qnn.linear %f, %v {layer = "Gemm_0"} : (tensor<1x8xui3>, tensor<3x8x!qnn.bipolar>) -> tensor<1x3xsi7>
  %s = qnn.constant 0.5 : tensor<f32>
  %y = qnn.dequantize %scores, %s : (tensor<1x3xsi7>, tensor<f32>) -> tensor<1x3xf32>
  func.return %y : tensor<1x3xf32>
}

qnn.data @w "0xa53c96f01e" : tensor<2x3x3x2x!qnn.bipolar>
qnn.data @v "0xa53c96" : tensor<3x8x!qnn.bipolar>
