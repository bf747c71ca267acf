// RUN: %{pretty}
// RUN: %{generic}

%x, %w, %b = "test.op"() : () -> (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>)

// Defaults are not printed.
%conv0 = qnn.conv2d %x, %w : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>
// CHECK: %conv0 = qnn.conv2d %x, %w : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>
// GENERIC: %conv0 = "qnn.conv2d"(%x, %w) <{pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>
%conv1 = qnn.conv2d %x, %w strides = [1, 1] pads = [0, 0, 0, 0] pad_value = 0 dilations = [1, 1] groups = 1
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>
// CHECK: %conv1 = qnn.conv2d %x, %w : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>
// GENERIC: %conv1 = "qnn.conv2d"(%x, %w) <{strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, pad_value = 0 : i64, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x6x6x6xsi18>

// Every operand and property, in pairs and alone.
%conv2 = qnn.conv2d %x, %w bias %b strides = [2, 3] pads = [1, 2, 3, 4] pad_value = 255 dilations = [2, 1] {layer = "Conv_0"}
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x4x4x6xsi18>
// CHECK: %conv2 = qnn.conv2d %x, %w bias %b strides = [2, 3] pads = [1, 2, 3, 4] pad_value = 255 dilations = [2, 1] {layer = "Conv_0"} : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x4x4x6xsi18>
// GENERIC: %conv2 = "qnn.conv2d"(%x, %w, %b) <{strides = array<i64: 2, 3>, pads = array<i64: 1, 2, 3, 4>, pad_value = 255 : i64, dilations = array<i64: 2, 1>, layer = "Conv_0", groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x4x4x6xsi18>
%conv3 = qnn.conv2d %x, %w bias %b
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x6x6x6xsi18>
// CHECK: %conv3 = qnn.conv2d %x, %w bias %b : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x6x6x6xsi18>
// GENERIC: %conv3 = "qnn.conv2d"(%x, %w, %b) <{pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>, tensor<6xsi12>) -> tensor<1x6x6x6xsi18>
%conv4 = qnn.conv2d %x, %w pads = [0, 0, 1, 1]
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
// CHECK: %conv4 = qnn.conv2d %x, %w pads = [0, 0, 1, 1] : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
// GENERIC: %conv4 = "qnn.conv2d"(%x, %w) <{pads = array<i64: 0, 0, 1, 1>, pad_value = 0 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
%conv5 = qnn.conv2d %x, %w pads = [0, 0, 1, 1] pad_value = 7
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
// CHECK: %conv5 = qnn.conv2d %x, %w pads = [0, 0, 1, 1] pad_value = 7 : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
// GENERIC: %conv5 = "qnn.conv2d"(%x, %w) <{pads = array<i64: 0, 0, 1, 1>, pad_value = 7 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x7x7x6xsi18>
%conv6 = qnn.conv2d %x, %w dilations = [3, 3]
    : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x2x2x6xsi18>
// CHECK: %conv6 = qnn.conv2d %x, %w dilations = [3, 3] : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x2x2x6xsi18>
// GENERIC: %conv6 = "qnn.conv2d"(%x, %w) <{dilations = array<i64: 3, 3>, pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<6x3x3x4xsi4>) -> tensor<1x2x2x6xsi18>

// A depthwise convolution, a convolution of bipolar numbers, and one of floats.
%dx, %dw = "test.op"() : () -> (tensor<1x5x5x2xui4>, tensor<2x1x5x1xsi2>)
%conv7 = qnn.conv2d %dx, %dw groups = 2
    : (tensor<1x5x5x2xui4>, tensor<2x1x5x1xsi2>) -> tensor<1x5x1x2xsi9>
// CHECK: %conv7 = qnn.conv2d %dx, %dw groups = 2 : (tensor<1x5x5x2xui4>, tensor<2x1x5x1xsi2>) -> tensor<1x5x1x2xsi9>
// GENERIC: %conv7 = "qnn.conv2d"(%dx, %dw) <{groups = 2 : i64, pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x5x5x2xui4>, tensor<2x1x5x1xsi2>) -> tensor<1x5x1x2xsi9>
%bx, %bw = "test.op"() : () -> (tensor<1x2x2x3x!qnn.bipolar>, tensor<1x3x3x3x!qnn.bipolar>)
%conv8 = qnn.conv2d %bx, %bw pads = [1, 1, 1, 1] pad_value = -1
    : (tensor<1x2x2x3x!qnn.bipolar>, tensor<1x3x3x3x!qnn.bipolar>) -> tensor<1x2x2x1xsi7>
// CHECK: %conv8 = qnn.conv2d %bx, %bw pads = [1, 1, 1, 1] pad_value = -1 : (tensor<1x2x2x3x!qnn.bipolar>, tensor<1x3x3x3x!qnn.bipolar>) -> tensor<1x2x2x1xsi7>
// GENERIC: %conv8 = "qnn.conv2d"(%bx, %bw) <{pads = array<i64: 1, 1, 1, 1>, pad_value = -1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x2x2x3x!qnn.bipolar>, tensor<1x3x3x3x!qnn.bipolar>) -> tensor<1x2x2x1xsi7>
%fx, %fw = "test.op"() : () -> (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>)
%conv9 = qnn.conv2d %fx, %fw
    : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>
// CHECK: %conv9 = qnn.conv2d %fx, %fw : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>
// GENERIC: %conv9 = "qnn.conv2d"(%fx, %fw) <{pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>

// The actual weights of a constant allow for a narrower sum than their type.
%ones = qnn.constant [[[[1, 1, -1, 0]]]] : tensor<1x1x1x4xsi8>
// CHECK{LITERAL}: %ones = qnn.constant [[[[1, 1, -1, 0]]]] : tensor<1x1x1x4xsi8>
// GENERIC{LITERAL}: %ones = "qnn.constant"() <{value = #qnn.data<[[[[1, 1, -1, 0]]]] : tensor<1x1x1x4xsi8>>}> : () -> tensor<1x1x1x4xsi8>
%conv10 = qnn.conv2d %x, %ones
    : (tensor<1x8x8x4xui8>, tensor<1x1x1x4xsi8>) -> tensor<1x8x8x1xsi10>
// CHECK: %conv10 = qnn.conv2d %x, %ones : (tensor<1x8x8x4xui8>, tensor<1x1x1x4xsi8>) -> tensor<1x8x8x1xsi10>
// GENERIC: %conv10 = "qnn.conv2d"(%x, %ones) <{pad_value = 0 : i64, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x8x8x4xui8>, tensor<1x1x1x4xsi8>) -> tensor<1x8x8x1xsi10>

%tx, %tw, %tb = "test.op"() : () -> (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>)
%up0 = qnn.conv_transpose2d %fx, %fw
    : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>
// CHECK: %up0 = qnn.conv_transpose2d %fx, %fw : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>
// GENERIC: %up0 = "qnn.conv_transpose2d"(%fx, %fw) <{output_pads = array<i64: 0, 0>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}> : (tensor<1x2x2x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x2x1xf32>
%up1 = qnn.conv_transpose2d %tx, %tw strides = [1, 1] pads = [0, 0, 0, 0] output_pads = [0, 0] dilations = [1, 1] groups = 2
    : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>) -> tensor<1x5x5x4xsi12>
// CHECK: %up1 = qnn.conv_transpose2d %tx, %tw groups = 2 : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>) -> tensor<1x5x5x4xsi12>
// GENERIC: %up1 = "qnn.conv_transpose2d"(%tx, %tw) <{strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, output_pads = array<i64: 0, 0>, dilations = array<i64: 1, 1>, groups = 2 : i64}> : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>) -> tensor<1x5x5x4xsi12>
%up2 = qnn.conv_transpose2d %tx, %tw bias %tb strides = [2, 3] pads = [1, 0, 2, 1] output_pads = [1, 2] dilations = [1, 2] groups = 2 {layer = "Up_0"}
    : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x6x13x4xsi12>
// CHECK: %up2 = qnn.conv_transpose2d %tx, %tw bias %tb strides = [2, 3] pads = [1, 0, 2, 1] output_pads = [1, 2] dilations = [1, 2] groups = 2 {layer = "Up_0"} : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x6x13x4xsi12>
// GENERIC: %up2 = "qnn.conv_transpose2d"(%tx, %tw, %tb) <{strides = array<i64: 2, 3>, pads = array<i64: 1, 0, 2, 1>, output_pads = array<i64: 1, 2>, dilations = array<i64: 1, 2>, groups = 2 : i64, layer = "Up_0"}> : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x6x13x4xsi12>
%up3 = qnn.conv_transpose2d %tx, %tw bias %tb groups = 2
    : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x5x5x4xsi12>
// CHECK: %up3 = qnn.conv_transpose2d %tx, %tw bias %tb groups = 2 : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x5x5x4xsi12>
// GENERIC: %up3 = "qnn.conv_transpose2d"(%tx, %tw, %tb) <{groups = 2 : i64, output_pads = array<i64: 0, 0>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x4x6xsi4>, tensor<4x2x2x3xsi4>, tensor<4xui2>) -> tensor<1x5x5x4xsi12>

%lx, %lw, %lb = "test.op"() : () -> (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>, tensor<10xsi4>)
%fc0 = qnn.linear %lx, %lw : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi9>
// CHECK: %fc0 = qnn.linear %lx, %lw : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi9>
// GENERIC: %fc0 = "qnn.linear"(%lx, %lw) : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>) -> tensor<1x10xsi9>
%fc1 = qnn.linear %lx, %lw bias %lb {layer = "Gemm_0"}
    : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>, tensor<10xsi4>) -> tensor<1x10xsi9>
// CHECK: %fc1 = qnn.linear %lx, %lw bias %lb {layer = "Gemm_0"} : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>, tensor<10xsi4>) -> tensor<1x10xsi9>
// GENERIC: %fc1 = "qnn.linear"(%lx, %lw, %lb) <{layer = "Gemm_0"}> : (tensor<1x64xui2>, tensor<10x64x!qnn.ternary>, tensor<10xsi4>) -> tensor<1x10xsi9>

// The rank is free: one vector, and a sequence of them.
%vx, %sx, %sw = "test.op"() : () -> (tensor<3xf32>, tensor<2x5x3xf32>, tensor<4x3xf32>)
%fc2 = qnn.linear %vx, %sw : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4xf32>
// CHECK: %fc2 = qnn.linear %vx, %sw : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4xf32>
// GENERIC: %fc2 = "qnn.linear"(%vx, %sw) : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4xf32>
%fc3 = qnn.linear %sx, %sw : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>
// CHECK: %fc3 = qnn.linear %sx, %sw : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>
// GENERIC: %fc3 = "qnn.linear"(%sx, %sw) : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>

%c = "test.op"() : () -> tensor<3xf32>
%bn0 = qnn.batch_norm %sx, %c, %c, %c, %c
    : (tensor<2x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x5x3xf32>
// CHECK: %bn0 = qnn.batch_norm %sx, %c, %c, %c, %c : (tensor<2x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x5x3xf32>
// GENERIC: %bn0 = "qnn.batch_norm"(%sx, %c, %c, %c, %c) <{epsilon = 1.000000e-05 : f32}> : (tensor<2x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x5x3xf32>
%bn1 = qnn.batch_norm %vx, %c, %c, %c, %c {epsilon = 0.001 : f32, layer = "Bn_0"}
    : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: %bn1 = qnn.batch_norm %vx, %c, %c, %c, %c {epsilon = 1.000000e-03 : f32, layer = "Bn_0"} : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// GENERIC: %bn1 = "qnn.batch_norm"(%vx, %c, %c, %c, %c) <{epsilon = 1.000000e-03 : f32, layer = "Bn_0"}> : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
%bn2 = qnn.batch_norm %vx, %c, %c, %c, %c {epsilon = 1.0e-5 : f32}
    : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// CHECK: %bn2 = qnn.batch_norm %vx, %c, %c, %c, %c : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
// GENERIC: %bn2 = "qnn.batch_norm"(%vx, %c, %c, %c, %c) <{epsilon = 1.000000e-05 : f32}> : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
