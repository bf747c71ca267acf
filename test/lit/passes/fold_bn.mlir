// RUN: qnn-opt --fold-bn --check-semantics --split-input-file %s | filecheck %s

// A batch norm and a ReLU between a convolution and a quantizer become thresholds. A channel with a
// negative gamma is descending. The data of the weights stay as they are.

// CHECK-LABEL: @conv
// CHECK-NEXT:    %w_int = qnn.constant @weights : tensor<4x3x3x2xsi4>
// CHECK-NEXT:    %conv = qnn.conv2d %image, %w_int {layer = "Conv_0"} : (tensor<1x6x6x2xui8>, tensor<4x3x3x2xsi4>) -> tensor<1x4x4x4xsi15>
// CHECK-NEXT:    %thresholds = qnn.constant [[535, 1240, 1945], [-677, -50, 576], [3612, 4591, 4591], [-1236, -590, 56]] : tensor<4x3xsi14>
// CHECK-NEXT:    %descending = qnn.constant [0, 1, 0, 0] : tensor<4xui1>
// CHECK-NEXT:    %q = qnn.threshold %conv, %thresholds descending %descending {layer = "Quant_0"} : (tensor<1x4x4x4xsi15>, tensor<4x3xsi14>, tensor<4xui1>) -> tensor<1x4x4x4xui2>
// CHECK-NEXT:    func.return %q
func.func @conv(%image: tensor<1x6x6x2xui8>) -> tensor<1x4x4x4xui2> {
  %pixel = qnn.constant 0.003921569 : tensor<f32>
  %x = qnn.dequantize %image, %pixel : (tensor<1x6x6x2xui8>, tensor<f32>) -> tensor<1x6x6x2xf32>
  %w_int = qnn.constant @weights : tensor<4x3x3x2xsi4>
  %w_scale = qnn.constant [0.11, 0.07, 0.09, 0.13] : tensor<4xf32>
  %w = qnn.dequantize %w_int, %w_scale axis = 0 : (tensor<4x3x3x2xsi4>, tensor<4xf32>) -> tensor<4x3x3x2xf32>
  %conv = qnn.conv2d %x, %w {layer = "Conv_0"} : (tensor<1x6x6x2xf32>, tensor<4x3x3x2xf32>) -> tensor<1x4x4x4xf32>
  %gamma = qnn.constant [0.9, -1.3, 0.4, 1.1] : tensor<4xf32>
  %beta = qnn.constant [0.1, 0.5, -0.2, 0.3] : tensor<4xf32>
  %mean = qnn.constant [0.2, -0.1, 0.7, -0.4] : tensor<4xf32>
  %variance = qnn.constant [1.2, 0.8, 0.5, 2.1] : tensor<4xf32>
  %bn = qnn.batch_norm %conv, %gamma, %beta, %mean, %variance : (tensor<1x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %relu = qnn.relu %bn : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %step = qnn.constant 0.25 : tensor<f32>
  %q = qnn.quantize %relu, %step {layer = "Quant_0"} : (tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x4x4x4xui2>
  func.return %q : tensor<1x4x4x4xui2>
}
qnn.data @weights "0x1f2e3d4c5b6a79880796a5b4c3d2e1f0123456789abcdef0fedcba9876543210f0e1d2c3" : tensor<4x3x3x2xsi4>

// -----

// The zero point of an input becomes a bias and the padding value. The zero point of the weights is
// subtracted from them.

// CHECK-LABEL: @zero_points
// CHECK:         %w_int = qnn.constant {{.*}} : tensor<1x1x3x1xsi7>
// CHECK-NEXT:    %zero = qnn.constant [-1024] : tensor<1xsi11>
// CHECK-NEXT:    %y = qnn.conv2d %q, %w_int bias %zero pads = [0, 1, 0, 1] pad_value = 128 : (tensor<1x1x4x1xui8>, tensor<1x1x3x1xsi7>, tensor<1xsi11>) -> tensor<1x1x4x1xsi15>
// CHECK-NEXT:    %scale = qnn.constant 0.125 : tensor<f64>
// CHECK-NEXT:    qnn.dequantize %y, %scale : (tensor<1x1x4x1xsi15>, tensor<f64>) -> tensor<1x1x4x1xf32>
func.func @zero_points(%q: tensor<1x1x4x1xui8>) -> tensor<1x1x4x1xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %z = qnn.constant 128 : tensor<ui8>
  %x = qnn.dequantize %q, %s zero_point %z : (tensor<1x1x4x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x4x1xf32>
  %w_int = qnn.constant [[[[100], [3], [25]]]] : tensor<1x1x3x1xui8>
  %t = qnn.constant 0.25 : tensor<f32>
  %zw = qnn.constant 40 : tensor<ui8>
  %w = qnn.dequantize %w_int, %t zero_point %zw : (tensor<1x1x3x1xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x1x3x1xf32>
  %y = qnn.conv2d %x, %w pads = [0, 1, 0, 1] : (tensor<1x1x4x1xf32>, tensor<1x1x3x1xf32>) -> tensor<1x1x4x1xf32>
  func.return %y : tensor<1x1x4x1xf32>
}

// -----

// Scales move past pools and reshapes. Channels with equal thresholds share one row.

// CHECK-LABEL: @moves
// CHECK-NEXT:    %p = qnn.max_pool %q kernel = [2, 2] strides = [2, 2] : (tensor<1x2x2x3xsi4>) -> tensor<1x1x1x3xsi4>
// CHECK-NEXT:    %f = qnn.reshape %p : (tensor<1x1x1x3xsi4>) -> tensor<1x3xsi4>
// CHECK-NEXT:    %thresholds = qnn.constant {{\[\[}}0]] : tensor<1x1xui1>
// CHECK-NEXT:    qnn.threshold %f, %thresholds : (tensor<1x3xsi4>, tensor<1x1xui1>) -> tensor<1x3x!qnn.bipolar>
func.func @moves(%q: tensor<1x2x2x3xsi4>) -> tensor<1x3x!qnn.bipolar> {
  %s = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %q, %s : (tensor<1x2x2x3xsi4>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %p = qnn.max_pool %x kernel = [2, 2] strides = [2, 2] : (tensor<1x2x2x3xf32>) -> tensor<1x1x1x3xf32>
  %f = qnn.reshape %p : (tensor<1x1x1x3xf32>) -> tensor<1x3xf32>
  %y = qnn.quantize %f, %s : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3x!qnn.bipolar>
  func.return %y : tensor<1x3x!qnn.bipolar>
}

// -----

// A function that is not monotone becomes a table.

// CHECK-LABEL: @bent
// CHECK-NEXT:    %table = qnn.constant [4, 4, 3, 2, 2, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7] : tensor<16xsi4>
// CHECK-NEXT:    qnn.lookup %q, %table first = -8 : (tensor<1x3xsi4>, tensor<16xsi4>) -> tensor<1x3xsi4>
func.func @bent(%q: tensor<1x3xsi4>) -> tensor<1x3xsi4> {
  %s = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %q, %s : (tensor<1x3xsi4>, tensor<f32>) -> tensor<1x3xf32>
  %a = qnn.leaky_relu %x {alpha = -0.5 : f32} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = qnn.quantize %a, %s : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xsi4>
  func.return %y : tensor<1x3xsi4>
}

// -----

// Two tensors of different scales are added as integers. The thresholds are exact for every pair.

// CHECK-LABEL: @residual
// CHECK-NEXT:    %multiplier = qnn.constant 2 : tensor<ui2>
// CHECK-NEXT:    %q = qnn.mul %a, %multiplier : (tensor<1x3xsi4>, tensor<ui2>) -> tensor<1x3xsi5>
// CHECK-NEXT:    %q_1 = qnn.add %q, %b : (tensor<1x3xsi5>, tensor<1x3xsi4>) -> tensor<1x3xsi6>
// CHECK-NEXT:    %thresholds = qnn.constant {{\[\[}}2, 5, 8]] : tensor<1x3xui4>
// CHECK-NEXT:    %q_2 = qnn.threshold %q_1, %thresholds {layer = "Quant_0"} : (tensor<1x3xsi6>, tensor<1x3xui4>) -> tensor<1x3xui2>
func.func @residual(%a: tensor<1x3xsi4>, %b: tensor<1x3xsi4>) -> tensor<1x3xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.25 : tensor<f32>
  %x = qnn.dequantize %a, %s : (tensor<1x3xsi4>, tensor<f32>) -> tensor<1x3xf32>
  %y = qnn.dequantize %b, %t : (tensor<1x3xsi4>, tensor<f32>) -> tensor<1x3xf32>
  %sum = qnn.add %x, %y : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %relu = qnn.relu %sum : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %one = qnn.constant 0.7 : tensor<f32>
  %q = qnn.quantize %relu, %one {layer = "Quant_0"} : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xui2>
  func.return %q : tensor<1x3xui2>
}

// -----

// A quantizer moves above a pool to the sum that it quantizes. The pool's result is its activation.

// CHECK-LABEL: @hoisted
// CHECK:         %q = qnn.threshold %y, %thresholds {layer = "Quant_0"} : (tensor<1x2x2x1xsi9>, tensor<1x1xui5>) -> tensor<1x2x2x1xui1>
// CHECK-NEXT:    qnn.max_pool %q kernel = [2, 2] {activation = "Quant_0"} : (tensor<1x2x2x1xui1>) -> tensor<1x1x1x1xui1>
func.func @hoisted(%a: tensor<1x2x2x1xsi8>) -> tensor<1x1x1x1xui1> {
  %s = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %a, %s : (tensor<1x2x2x1xsi8>, tensor<f32>) -> tensor<1x2x2x1xf32>
  %w_int = qnn.constant [[[[-1]]]] : tensor<1x1x1x1xsi2>
  %w = qnn.dequantize %w_int, %s : (tensor<1x1x1x1xsi2>, tensor<f32>) -> tensor<1x1x1x1xf32>
  %y = qnn.conv2d %x, %w : (tensor<1x2x2x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x2x1xf32>
  %bias = qnn.constant [0.3] : tensor<1xf32>
  %sum = qnn.add %y, %bias : (tensor<1x2x2x1xf32>, tensor<1xf32>) -> tensor<1x2x2x1xf32>
  %p = qnn.max_pool %sum kernel = [2, 2] : (tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
  %t = qnn.constant 9.0 : tensor<f32>
  %q = qnn.quantize %p, %t {layer = "Quant_0"} : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xui1>
  func.return %q : tensor<1x1x1x1xui1>
}

// -----

// With a negative scale, the maximum of the floats is the minimum of the integers. The weights are
// negated, so that the pool can use the maximum. Their type is widened if necessary.

// CHECK-LABEL: @pooled_first
// CHECK:         %w_int = qnn.constant {{\[\[\[\[}}2]]], {{\[\[\[}}1]]]] : tensor<2x1x1x1xsi3>
// CHECK-NEXT:    %y = qnn.conv2d %a, %w_int : {{.*}} -> tensor<1x2x2x2xsi9>
// CHECK-NEXT:    %p = qnn.max_pool %y kernel = [2, 2] : (tensor<1x2x2x2xsi9>) -> tensor<1x1x1x2xsi9>
// CHECK-NEXT:    %thresholds = qnn.constant {{\[\[}}17], [35]] : tensor<2x1xui6>
// CHECK-NEXT:    %q = qnn.threshold %p, %thresholds {layer = "Quant_0"} : (tensor<1x1x1x2xsi9>, tensor<2x1xui6>) -> tensor<1x1x1x2xui1>
func.func @pooled_first(%a: tensor<1x2x2x1xsi8>) -> tensor<1x1x1x2xui1> {
  %s = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %a, %s : (tensor<1x2x2x1xsi8>, tensor<f32>) -> tensor<1x2x2x1xf32>
  %w_int = qnn.constant [[[[-2]]], [[[1]]]] : tensor<2x1x1x1xsi2>
  %rows = qnn.constant [-0.5, 0.5] : tensor<2xf32>
  %w = qnn.dequantize %w_int, %rows axis = 0 : (tensor<2x1x1x1xsi2>, tensor<2xf32>) -> tensor<2x1x1x1xf32>
  %y = qnn.conv2d %x, %w : (tensor<1x2x2x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x2x2xf32>
  %p = qnn.max_pool %y kernel = [2, 2] : (tensor<1x2x2x2xf32>) -> tensor<1x1x1x2xf32>
  %bias = qnn.constant [0.3, -4.0] : tensor<2xf32>
  %sum = qnn.add %p, %bias : (tensor<1x1x1x2xf32>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
  %t = qnn.constant 9.0 : tensor<f32>
  %q = qnn.quantize %sum, %t {layer = "Quant_0"} : (tensor<1x1x1x2xf32>, tensor<f32>) -> tensor<1x1x1x2xui1>
  func.return %q : tensor<1x1x1x2xui1>
}

// -----

// A quantizer and the ops before it move above a flatten, if they treat all elements alike.

// CHECK-LABEL: @flattened_first
// CHECK:         %q = qnn.threshold %x, %thresholds {layer = "Quant_0"} : (tensor<1x2x1x2xsi8>, tensor<2x3xui5>) -> tensor<1x2x1x2xui2>
// CHECK-NEXT:    qnn.reshape %q {activation = "Quant_0"} : (tensor<1x2x1x2xui2>) -> tensor<1x4xui2>
func.func @flattened_first(%x: tensor<1x2x1x2xsi8>) -> tensor<1x4xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %rows = qnn.constant [0.25, 0.5] : tensor<2xf32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x1x2xsi8>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %b = qnn.mul %a, %rows : (tensor<1x2x1x2xf32>, tensor<2xf32>) -> tensor<1x2x1x2xf32>
  %flat = qnn.reshape %b : (tensor<1x2x1x2xf32>) -> tensor<1x4xf32>
  %relu = qnn.relu %flat : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %c = qnn.mul %relu, %s : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %q = qnn.quantize %c, %s {layer = "Quant_0"} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui2>
  func.return %q : tensor<1x4xui2>
}

// -----

// A one-bit tensor is padded with -1 instead of 0, and a constant corrects the border.

// CHECK-LABEL: @padded
// CHECK:         qnn.conv2d %a, {{.*}} pads = [0, 1, 0, 0] pad_value = -1 : (tensor<1x1x2x1x!qnn.bipolar>, tensor<1x1x2x1x!qnn.ternary>) -> tensor<1x1x2x1xsi3>
// CHECK-NEXT:    %border = qnn.constant {{\[\[\[}}1], [0]]] : tensor<1x2x1xsi2>
// CHECK-NEXT:    qnn.add %{{.*}}, %border : (tensor<1x1x2x1xsi3>, tensor<1x2x1xsi2>) -> tensor<1x1x2x1xsi4>
func.func @padded(%a: tensor<1x1x2x1x!qnn.bipolar>) -> tensor<1x1x2x1xf32> {
  %s = qnn.constant 1.0 : tensor<f32>
  %x = qnn.dequantize %a, %s : (tensor<1x1x2x1x!qnn.bipolar>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %w_int = qnn.constant [[[[1], [-1]]]] : tensor<1x1x2x1x!qnn.ternary>
  %w = qnn.dequantize %w_int, %s : (tensor<1x1x2x1x!qnn.ternary>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %y = qnn.conv2d %x, %w pads = [0, 1, 0, 0] : (tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>) -> tensor<1x1x2x1xf32>
  func.return %y : tensor<1x1x2x1xf32>
}
