// RUN: %{diagnostics}

// qnn.quantize

%x, %s = "test.op"() : () -> (tensor<4x3xsi8>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the input must be float, it is si8
%y = qnn.quantize %x, %s : (tensor<4x3xsi8>, tensor<f32>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the result must be an integer type
%y = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the result has shape 4x3, but its type has shape 3x4
%y = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<3x4xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<si8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the scale must be float, it is si8
%y = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<si8>) -> tensor<4x3xsi4>

// -----

%x = "test.op"() : () -> tensor<4x3xf32>
%s = qnn.constant [0.5, 0.0, 0.5] : tensor<3xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the scale must not be zero
%y = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<4xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the scale must hold one number, or 3 along axis -1; it is 4
%y = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<1x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the scale must hold one number, or 4 along axis 0; it is 1x3
%y = qnn.quantize %x, %s axis = 0 : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: axis 2 does not exist in a tensor of rank 2
%y = qnn.quantize %x, %s axis = 2 : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: axis -3 does not exist in a tensor of rank 2
%y = qnn.quantize %x, %s axis = -3 : (tensor<4x3xf32>, tensor<3xf32>) -> tensor<4x3xsi4>

// -----

%x, %s, %z = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the zero point must be an integer
%y = qnn.quantize %x, %s zero_point %z : (tensor<4x3xf32>, tensor<f32>, tensor<f32>) -> tensor<4x3xsi4>

// -----

%x, %s, %z = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>, tensor<4xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: the zero point must hold one number, or 3 along axis -1; it is 4
%y = qnn.quantize %x, %s zero_point %z : (tensor<4x3xf32>, tensor<f32>, tensor<4xsi4>) -> tensor<4x3xsi4>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: narrow leaves only one value of ui1
%y = qnn.quantize %x, %s {narrow} : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xui1>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:37: Expected `half_even`, `half_up`, `half_down`, `up`, `down`, `ceil`, or `floor`.
%y = qnn.quantize %x, %s rounding = nearest : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xui1>

// -----

// qnn.dequantize

%x, %s = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the input must be an integer type
%y = qnn.dequantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xsi4>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the result must be f32
%y = qnn.dequantize %x, %s : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xsi8>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xsi4>, tensor<si8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the scale must be float, it is si8
%y = qnn.dequantize %x, %s : (tensor<4x3xsi4>, tensor<si8>) -> tensor<4x3xf32>

// -----

%x = "test.op"() : () -> tensor<4x3xsi4>
%s = qnn.constant 0.0 : tensor<f32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize "Dequant_0": the scale must not be zero
%y = qnn.dequantize %x, %s {layer = "Dequant_0"} : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<4x3xsi4>, tensor<2xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the scale must hold one number, or 4 along axis 0; it is 2
%y = qnn.dequantize %x, %s axis = 0 : (tensor<4x3xsi4>, tensor<2xf32>) -> tensor<4x3xf32>

// -----

%x, %s, %z = "test.op"() : () -> (tensor<4x3xsi4>, tensor<f32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the zero point must be an integer
%y = qnn.dequantize %x, %s zero_point %z : (tensor<4x3xsi4>, tensor<f32>, tensor<f32>) -> tensor<4x3xf32>

// -----

%x, %s, %z = "test.op"() : () -> (tensor<4x3xsi4>, tensor<f32>, tensor<2xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.dequantize: the zero point must hold one number, or 3 along axis -1; it is 2
%y = qnn.dequantize %x, %s zero_point %z : (tensor<4x3xsi4>, tensor<f32>, tensor<2xsi4>) -> tensor<4x3xf32>

// -----

// qnn.requantize

%x, %m = "test.op"() : () -> (tensor<1x8xf32>, tensor<ui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the input must be an integer type
%y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xf32>, tensor<ui16>) -> tensor<1x8xsi8>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi20>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the multiplier must be an integer type
%y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xsi20>, tensor<f32>) -> tensor<1x8xsi8>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi20>, tensor<ui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the result must be an integer type
%y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xf32>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi20>, tensor<7xui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the multiplier must hold one number, or 8 along axis -1; it is 7
%y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xsi20>, tensor<7xui16>) -> tensor<1x8xsi8>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi20>, tensor<ui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the shift is 63: it must be 0 to 62
%y = qnn.requantize %x, %m shift = 63 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi20>, tensor<ui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: the shift is -1: it must be 0 to 62
%y = qnn.requantize %x, %m shift = -1 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>

// -----

// qnn.trunc

%x = "test.op"() : () -> tensor<1x8xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.trunc: the input must be an integer type
%y = qnn.trunc %x shift = 3 : (tensor<1x8xf32>) -> tensor<1x8xsi8>

// -----

%x = "test.op"() : () -> tensor<1x8xsi20>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.trunc: the result must be an integer type
%y = qnn.trunc %x shift = 3 : (tensor<1x8xsi20>) -> tensor<1x8xf32>

// -----

%x = "test.op"() : () -> tensor<1x8xsi20>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.trunc: the shift is 63: it must be 0 to 62
%y = qnn.trunc %x shift = 63 : (tensor<1x8xsi20>) -> tensor<1x8xsi8>

// -----

%x = "test.op"() : () -> tensor<1x8xsi20>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.trunc: the shift is -1: it must be 0 to 62
%y = qnn.trunc %x shift = -1 : (tensor<1x8xsi20>) -> tensor<1x8xsi8>

// -----

// qnn.threshold

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x3xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the result must be an integer type
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xf32>

// -----

%x, %t = "test.op"() : () -> (tensor<si20>, tensor<1x3xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the input needs an axis of channels
%y = qnn.threshold %x, %t : (tensor<si20>, tensor<1x3xsi20>) -> tensor<ui2>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<3xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the thresholds must be 1xN or 8xN, they are 3
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<3xsi20>) -> tensor<1x8xui2>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<4x3xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the thresholds must be 1xN or 8xN, they are 4x3
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<4x3xsi20>) -> tensor<1x8xui2>

// -----

%x, %t, %d = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<1xui1>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: descending must be a tensor<8xui1>, not tensor<1xui1>
%y = qnn.threshold %x, %t descending %d : (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<1xui1>) -> tensor<1x8xui2>

// -----

%x, %t, %d = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<8xsi1>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: descending must be a tensor<8xui1>, not tensor<8xsi1>
%y = qnn.threshold %x, %t descending %d : (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<8xsi1>) -> tensor<1x8xui2>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x2xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: a bipolar result has one threshold, not 2
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<8x2xsi20>) -> tensor<1x8x!qnn.bipolar>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x1xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: a bipolar result must have offset 0, not {{.*}}
%y = qnn.threshold %x, %t offset = -1 : (tensor<1x8xsi20>, tensor<8x1xsi20>) -> tensor<1x8x!qnn.bipolar>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x4xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the result can be 0 to 4, but ui2 holds only 0 to 3
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<8x4xsi20>) -> tensor<1x8xui2>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x3xsi20>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the result can be -1 to 2, but ui2 holds only 0 to 3
%y = qnn.threshold %x, %t offset = -1 : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui2>

// -----

%x, %t = "test.op"() : () -> (tensor<1x8xsi20>, tensor<8x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: thresholds of f32 cannot be compared with an input of si20
%y = qnn.threshold %x, %t : (tensor<1x8xsi20>, tensor<8x3xf32>) -> tensor<1x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x2xsi4>
%t = qnn.constant [[-3, 0, 0], [3, 4, 2]] : tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: the thresholds must be ascending
%y = qnn.threshold %x, %t : (tensor<1x2xsi4>, tensor<2x3xsi4>) -> tensor<1x2xui2>

// -----

%x = "test.op"() : () -> tensor<1x2xsi4>
%t = qnn.constant [[-9, 0, 8]] : tensor<1x3xsi5>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: thresholds from -9 to 8 exceed the range of si4: use -8 (always reached) to 8 (never reached)
%y = qnn.threshold %x, %t : (tensor<1x2xsi4>, tensor<1x3xsi5>) -> tensor<1x2xui2>

// -----

%x = "test.op"() : () -> tensor<1x2xsi4>
%t = qnn.constant [[-8, 0, 9]] : tensor<1x3xsi5>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.threshold: thresholds from -8 to 9 exceed the range of si4: use -8 (always reached) to 8 (never reached)
%y = qnn.threshold %x, %t : (tensor<1x2xsi4>, tensor<1x3xsi5>) -> tensor<1x2xui2>

// -----

// qnn.lookup

%x, %t = "test.op"() : () -> (tensor<8x4xf32>, tensor<4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: the index must be an integer type
%y = qnn.lookup %x, %t : (tensor<8x4xf32>, tensor<4xsi8>) -> tensor<8x4xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: a table of si8 cannot produce si9
%y = qnn.lookup %x, %t : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi9>

// -----

%t = "test.op"() : () -> tensor<3xsi8>
%x = qnn.constant [0, 3] : tensor<2xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: index 0 to 3 is outside the table, which has the indices 0 to 2
%y = qnn.lookup %x, %t : (tensor<2xui2>, tensor<3xsi8>) -> tensor<2xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<si8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: the table must have rank 1 or 2, it is scalar
%y = qnn.lookup %x, %t : (tensor<8x4xui2>, tensor<si8>) -> tensor<8x4xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<4x2x2xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: the table must have rank 1 or 2, it is 4x2x2
%y = qnn.lookup %x, %t : (tensor<8x4xui2>, tensor<4x2x2xsi8>) -> tensor<8x4x2x2xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<4x5xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: the result has shape 8x4x5, but its type has shape 8x4
%y = qnn.lookup %x, %t : (tensor<8x4xui2>, tensor<4x5xsi8>) -> tensor<8x4xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<5x4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: with per_channel the table must be 4xN, it is 5x4
%y = qnn.lookup %x, %t {per_channel} : (tensor<8x4xui2>, tensor<5x4xsi8>) -> tensor<8x4xsi8>

// -----

%x, %t = "test.op"() : () -> (tensor<8x4xui2>, tensor<4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: with per_channel the table must be 4xN, it is 4
%y = qnn.lookup %x, %t {per_channel} : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi8>

// -----

// A scalar has no channels.

%x, %t = "test.op"() : () -> (tensor<ui2>, tensor<1x4xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.lookup: {{.*}}channel{{.*}}
%y = qnn.lookup %x, %t {per_channel} : (tensor<ui2>, tensor<1x4xsi8>) -> tensor<si8>

// -----

// A bipolar type cannot represent 0.

%x = "test.op"() : () -> tensor<1x8xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.trunc: {{.*}}bipolar{{.*}}
%y = qnn.trunc %x shift = 1 : (tensor<1x8xsi4>) -> tensor<1x8x!qnn.bipolar>

// -----

%x, %m = "test.op"() : () -> (tensor<1x8xsi4>, tensor<ui16>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.requantize: {{.*}}bipolar{{.*}}
%y = qnn.requantize %x, %m shift = 16 : (tensor<1x8xsi4>, tensor<ui16>) -> tensor<1x8x!qnn.bipolar>

// -----

%x, %s = "test.op"() : () -> (tensor<1x8xf32>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.quantize: narrow applies only to siN and uiN
%y = qnn.quantize %x, %s {narrow} : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8x!qnn.ternary>
