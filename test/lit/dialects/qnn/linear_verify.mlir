// RUN: %{diagnostics}

// qnn.conv2d

%x, %w = "test.op"() : () -> (tensor<8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the input must be NHWC, it is 8x8x3
%y = qnn.conv2d %x, %w : (tensor<8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x27xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the weights must be OHWI, they are 4x27
%y = qnn.conv2d %x, %w : (tensor<1x8x8x3xui8>, tensor<4x27xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: strides needs 2 numbers, 1 are given
%y = qnn.conv2d %x, %w strides = [1] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: strides must be at least 1, they are [1, 0]
%y = qnn.conv2d %x, %w strides = [1, 0] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: pads needs 4 numbers, 2 are given
%y = qnn.conv2d %x, %w pads = [1, 1] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: pads must be at least 0, they are [1, 1, 1, -1]
%y = qnn.conv2d %x, %w pads = [1, 1, 1, -1] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: dilations needs 2 numbers, 3 are given
%y = qnn.conv2d %x, %w dilations = [1, 1, 1] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: dilations must be at least 1, they are [0, 1]
%y = qnn.conv2d %x, %w dilations = [0, 1] : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: 3 input and 4 output channels are not divisible into 0 groups
%y = qnn.conv2d %x, %w groups = 0 : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: 3 input and 4 output channels are not divisible into 2 groups
%y = qnn.conv2d %x, %w groups = 2 : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x1xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: 3 input and 4 output channels are not divisible into 3 groups
%y = qnn.conv2d %x, %w groups = 3 : (tensor<1x8x8x3xui8>, tensor<4x3x3x1xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x4xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: weights for 3 channels in 2 groups do not fit an input of 4 channels
%y = qnn.conv2d %x, %w groups = 2 : (tensor<1x8x8x4xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x2x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: a window 3 high does not fit into 2 (with padding)
%y = qnn.conv2d %x, %w : (tensor<1x2x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x1x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x4x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: a window 7 wide does not fit into 6 (with padding)
%y = qnn.conv2d %x, %w pads = [0, 1, 0, 1] dilations = [1, 3] : (tensor<1x8x4x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x1x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the result has shape 1x6x6x4, but its type has shape 1x8x8x4
%y = qnn.conv2d %x, %w : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x8x8x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: operands and result must all be integers or all be floats, they are ui8, f32, f32
%y = qnn.conv2d %x, %w : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xf32>) -> tensor<1x6x6x4xf32>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: operands and result must all be integers or all be floats, they are f32, f32, si17
%y = qnn.conv2d %x, %w : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf64>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: all element types must be equal, they are f32, f64, f32
%y = qnn.conv2d %x, %w : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf64>) -> tensor<1x6x6x4xf32>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: operands and result must all be integers or all be floats, they are f32, f32, si8, f32
%y = qnn.conv2d %x, %w bias %b : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xsi8>) -> tensor<1x6x6x4xf32>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<3xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the bias must hold 4 numbers, it is 3
%y = qnn.conv2d %x, %w bias %b : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<3xsi8>) -> tensor<1x6x6x4xsi17>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<si8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the bias must hold 4 numbers, it is scalar
%y = qnn.conv2d %x, %w bias %b : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<si8>) -> tensor<1x6x6x4xsi17>

// -----

// An accumulator too narrow for the types, with a bias, for the actual weights, and with their bias.

%x, %w = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d "Conv_0": the sum can be -55080 to 48195, but si16 holds only -32768 to 32767
%y = qnn.conv2d %x, %w {layer = "Conv_0"} : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x6x6x4xsi16>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<4xsi15>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the sum can be -71464 to 64578, but si17 holds only -65536 to 65535
%y = qnn.conv2d %x, %w bias %b : (tensor<1x8x8x3xui8>, tensor<4x3x3x3xsi4>, tensor<4xsi15>) -> tensor<1x6x6x4xsi17>

// -----

%x = "test.op"() : () -> tensor<1x1x1x2xui4>
%w = qnn.constant [[[[3, -1]]], [[[1, 1]]]] : tensor<2x1x1x2xsi8>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the sum can be -15 to 45, but si6 holds only -32 to 31
%y = qnn.conv2d %x, %w : (tensor<1x1x1x2xui4>, tensor<2x1x1x2xsi8>) -> tensor<1x1x1x2xsi6>

// -----

%x = "test.op"() : () -> tensor<1x1x1x2xui4>
%w = qnn.constant [[[[3, -1]]], [[[1, 1]]]] : tensor<2x1x1x2xsi8>
%b = qnn.constant [10, -1] : tensor<2xsi8>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the sum can be -5 to 55, but si6 holds only -32 to 31
%y = qnn.conv2d %x, %w bias %b : (tensor<1x1x1x2xui4>, tensor<2x1x1x2xsi8>, tensor<2xsi8>) -> tensor<1x1x1x2xsi6>

// -----

// Padding values that the input type cannot represent.

%x, %w = "test.op"() : () -> (tensor<1x4x4x3xui8>, tensor<4x3x3x3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: the pad value -1 cannot be represented in ui8: use 0 to 255
%y = qnn.conv2d %x, %w pads = [1, 1, 1, 1] pad_value = -1 : (tensor<1x4x4x3xui8>, tensor<4x3x3x3xsi4>) -> tensor<1x4x4x4xsi17>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x3x!qnn.bipolar>, tensor<4x3x3x3x!qnn.ternary>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv2d: a bipolar tensor can't be padded with 0: pad with -1 or 1, and correct the thresholds at the border
%y = qnn.conv2d %x, %w pads = [1, 1, 1, 1] : (tensor<1x4x4x3x!qnn.bipolar>, tensor<4x3x3x3x!qnn.ternary>) -> tensor<1x4x4x4xsi8>

// -----

// qnn.conv_transpose2d

%x, %w = "test.op"() : () -> (tensor<4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the input must be NHWC, it is 4x4x8
%y = qnn.conv_transpose2d %x, %w : (tensor<4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x4x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the weights must be OHWI, they are 3x4x8
%y = qnn.conv_transpose2d %x, %w : (tensor<1x4x4x8xsi4>, tensor<3x4x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: strides needs 2 numbers, 1 are given
%y = qnn.conv_transpose2d %x, %w strides = [2] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: pads must be at least 0, they are [0, 0, 0, -2]
%y = qnn.conv_transpose2d %x, %w pads = [0, 0, 0, -2] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: dilations must be at least 1, they are [0, 0]
%y = qnn.conv_transpose2d %x, %w dilations = [0, 0] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x4xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: 8 input and 3 output channels are not divisible into 2 groups
%y = qnn.conv_transpose2d %x, %w groups = 2 : (tensor<1x4x4x8xsi4>, tensor<3x2x2x4xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x4xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: weights for 4 channels in 1 groups do not fit an input of 8 channels
%y = qnn.conv_transpose2d %x, %w : (tensor<1x4x4x8xsi4>, tensor<3x2x2x4xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: output_pads needs 2 numbers, 1 are given
%y = qnn.conv_transpose2d %x, %w output_pads = [1] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: output_pads must be at least 0, they are [0, -1]
%y = qnn.conv_transpose2d %x, %w output_pads = [0, -1] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the pads [3, 0, 2, 0] leave a result of 0x5: reduce them
%y = qnn.conv_transpose2d %x, %w pads = [3, 0, 2, 0] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x1x5x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the result has shape 1x8x8x3, but its type has shape 1x4x4x3
%y = qnn.conv_transpose2d %x, %w strides = [2, 2] : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x4x4x3xsi13>

// -----

%x, %w = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the sum can be -1792 to 2048, but si11 holds only -1024 to 1023
%y = qnn.conv_transpose2d %x, %w : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>) -> tensor<1x5x5x3xsi11>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>, tensor<1xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.conv_transpose2d: the bias must hold 3 numbers, it is 1
%y = qnn.conv_transpose2d %x, %w bias %b : (tensor<1x4x4x8xsi4>, tensor<3x2x2x8xsi4>, tensor<1xsi4>) -> tensor<1x5x5x3xsi13>

// -----

// qnn.linear

%x, %w = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x8x8xsi2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: the weights must be OxI, they are 10x8x8
%y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x8x8xsi2>) -> tensor<1x10xsi9>

// -----

%x, %w = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x32xsi2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: weights for 32 inputs don't fit an input of 1x64
%y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x32xsi2>) -> tensor<1x10xsi9>

// -----

%x, %w = "test.op"() : () -> (tensor<ui2>, tensor<10x1xsi2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: weights for 1 inputs don't fit an input of scalar
%y = qnn.linear %x, %w : (tensor<ui2>, tensor<10x1xsi2>) -> tensor<10xsi9>

// -----

%x, %w = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x64xsi2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: the result has shape 1x10, but its type has shape 10x1
%y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64xsi2>) -> tensor<10x1xsi9>

// -----

%x, %w = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x64xsi2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: operands and result must all be integers or all be floats, they are ui2, si2, f32
%y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64xsi2>) -> tensor<1x10xf32>

// -----

%x, %w, %b = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x64xsi2>, tensor<10x1xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: the bias must hold 10 numbers, it is 10x1
%y = qnn.linear %x, %w bias %b : (tensor<1x64xui2>, tensor<10x64xsi2>, tensor<10x1xsi4>) -> tensor<1x10xsi10>

// -----

%x, %w = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: the sum can be -192 to 192, but si8 holds only -128 to 127
%y = qnn.linear %x, %w : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi8>

// -----

// qnn.batch_norm

%x, %p = "test.op"() : () -> (tensor<f32>, tensor<1xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: the input needs an axis of channels
%y = qnn.batch_norm %x, %p, %p, %p, %p : (tensor<f32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<f32>

// -----

%x, %p, %q = "test.op"() : () -> (tensor<2x3xf32>, tensor<3xf32>, tensor<2xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: gamma must hold 3 numbers, it is 2
%y = qnn.batch_norm %x, %q, %p, %p, %p : (tensor<2x3xf32>, tensor<2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>

// -----

%x, %p, %q = "test.op"() : () -> (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: beta must hold 3 numbers, it is scalar
%y = qnn.batch_norm %x, %p, %q, %p, %p : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>

// -----

%x, %p, %q = "test.op"() : () -> (tensor<2x3xf32>, tensor<3xf32>, tensor<1xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: mean must hold 3 numbers, it is 1
%y = qnn.batch_norm %x, %p, %p, %q, %p : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<1xf32>, tensor<3xf32>) -> tensor<2x3xf32>

// -----

%x, %p, %q = "test.op"() : () -> (tensor<2x3xf32>, tensor<3xf32>, tensor<1x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: variance must hold 3 numbers, it is 1x3
%y = qnn.batch_norm %x, %p, %p, %p, %q : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>

// -----

%x, %p = "test.op"() : () -> (tensor<2x3xsi8>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: the input must be float, it is si8
%y = qnn.batch_norm %x, %p, %p, %p, %p : (tensor<2x3xsi8>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>

// -----

%x, %p, %q = "test.op"() : () -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf64>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: all element types must be equal, they are f32, f32, f32, f32, f64, f32
%y = qnn.batch_norm %x, %p, %p, %p, %q : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf64>) -> tensor<2x3xf32>

// -----

%x, %p = "test.op"() : () -> (tensor<2x2xf32>, tensor<2xf32>)
%v = qnn.constant [1.0, -0.5] : tensor<2xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.batch_norm: variance + epsilon must be positive in every channel
%y = qnn.batch_norm %x, %p, %p, %p, %v {epsilon = 0.25 : f32} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>

// -----

// A bipolar type cannot represent 0.

%x, %w = "test.op"() : () -> (tensor<1x1x!qnn.ternary>, tensor<2x1x!qnn.bipolar>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.linear: {{.*}}bipolar{{.*}}
%y = qnn.linear %x, %w : (tensor<1x1x!qnn.ternary>, tensor<2x1x!qnn.bipolar>) -> tensor<1x2x!qnn.bipolar>
