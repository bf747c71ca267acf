// RUN: %{pretty}
// RUN: %{generic}

%x, %s, %z = "test.op"() : () -> (tensor<4x3xf32>, tensor<f32>, tensor<ui4>)
%cs, %cz, %rz = "test.op"() : () -> (tensor<3xf32>, tensor<3xsi4>, tensor<4xsi4>)

%q0 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q0 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q0 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q1 = qnn.quantize %x, %s rounding = half_even axis = -1
    : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q1 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q1 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q2 = qnn.quantize %x, %s zero_point %z rounding = floor axis = 0 {layer = "Quant_0", narrow, zero_point_first}
    : (tensor<4x3xf32>, tensor<f32>, tensor<ui4>) -> tensor<4x3xui4>
// CHECK: %q2 = qnn.quantize %x, %s zero_point %z rounding = floor axis = 0 {layer = "Quant_0", narrow, zero_point_first} : (tensor<4x3xf32>, tensor<f32>, tensor<ui4>) -> tensor<4x3xui4>
// GENERIC: %q2 = "qnn.quantize"(%x, %s, %z) <{rounding = #qnn<rounding floor>, axis = 0 : i64, layer = "Quant_0", narrow, zero_point_first}> : (tensor<4x3xf32>, tensor<f32>, tensor<ui4>) -> tensor<4x3xui4>

// Parameters for each channel, of the last axis and of the first.
%q3 = qnn.quantize %x, %cs zero_point %cz
    : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xsi4>) -> tensor<4x3xsi4>
// CHECK: %q3 = qnn.quantize %x, %cs zero_point %cz : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xsi4>) -> tensor<4x3xsi4>
// GENERIC: %q3 = "qnn.quantize"(%x, %cs, %cz) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xsi4>) -> tensor<4x3xsi4>
%q4 = qnn.quantize %x, %s zero_point %rz axis = 0
    : (tensor<4x3xf32>, tensor<f32>, tensor<4xsi4>) -> tensor<4x3xsi4>
// CHECK: %q4 = qnn.quantize %x, %s zero_point %rz axis = 0 : (tensor<4x3xf32>, tensor<f32>, tensor<4xsi4>) -> tensor<4x3xsi4>
// GENERIC: %q4 = "qnn.quantize"(%x, %s, %rz) <{axis = 0 : i64, rounding = #qnn<rounding half_even>}> : (tensor<4x3xf32>, tensor<f32>, tensor<4xsi4>) -> tensor<4x3xsi4>

// Every rounding mode; to one bit and from doubles.
%q5 = qnn.quantize %x, %s rounding = half_up {narrow} : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q5 = qnn.quantize %x, %s rounding = half_up {narrow} : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q5 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_up>, narrow, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q6 = qnn.quantize %x, %s rounding = half_down {zero_point_first} : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q6 = qnn.quantize %x, %s rounding = half_down {zero_point_first} : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q6 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_down>, zero_point_first, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q7 = qnn.quantize %x, %s rounding = up : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q7 = qnn.quantize %x, %s rounding = up : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q7 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding up>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q8 = qnn.quantize %x, %s rounding = down : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q8 = qnn.quantize %x, %s rounding = down : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q8 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding down>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q9 = qnn.quantize %x, %s rounding = ceil : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// CHECK: %q9 = qnn.quantize %x, %s rounding = ceil : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
// GENERIC: %q9 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding ceil>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xsi4>
%q10 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.bipolar>
// CHECK: %q10 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.bipolar>
// GENERIC: %q10 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.bipolar>
%q11 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.ternary>
// CHECK: %q11 = qnn.quantize %x, %s : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.ternary>
// GENERIC: %q11 = "qnn.quantize"(%x, %s) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3x!qnn.ternary>
%dx, %ds = "test.op"() : () -> (tensor<4x3xf64>, tensor<1xf64>)
%q12 = qnn.quantize %dx, %ds : (tensor<4x3xf64>, tensor<1xf64>) -> tensor<4x3xsi64>
// CHECK: %q12 = qnn.quantize %dx, %ds : (tensor<4x3xf64>, tensor<1xf64>) -> tensor<4x3xsi64>
// GENERIC: %q12 = "qnn.quantize"(%dx, %ds) <{rounding = #qnn<rounding half_even>, axis = -1 : i64}> : (tensor<4x3xf64>, tensor<1xf64>) -> tensor<4x3xsi64>

%i, %iz, %is = "test.op"() : () -> (tensor<4x3xsi4>, tensor<si4>, tensor<4xf32>)
%d0 = qnn.dequantize %i, %s : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
// CHECK: %d0 = qnn.dequantize %i, %s : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
// GENERIC: %d0 = "qnn.dequantize"(%i, %s) <{axis = -1 : i64}> : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
%d1 = qnn.dequantize %i, %s axis = -1 : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
// CHECK: %d1 = qnn.dequantize %i, %s : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
// GENERIC: %d1 = "qnn.dequantize"(%i, %s) <{axis = -1 : i64}> : (tensor<4x3xsi4>, tensor<f32>) -> tensor<4x3xf32>
%d2 = qnn.dequantize %i, %is zero_point %iz axis = 0 {layer = "Dequant_0"}
    : (tensor<4x3xsi4>, tensor<4xf32>, tensor<si4>) -> tensor<4x3xf32>
// CHECK: %d2 = qnn.dequantize %i, %is zero_point %iz axis = 0 {layer = "Dequant_0"} : (tensor<4x3xsi4>, tensor<4xf32>, tensor<si4>) -> tensor<4x3xf32>
// GENERIC: %d2 = "qnn.dequantize"(%i, %is, %iz) <{axis = 0 : i64, layer = "Dequant_0"}> : (tensor<4x3xsi4>, tensor<4xf32>, tensor<si4>) -> tensor<4x3xf32>
%d3 = qnn.dequantize %i, %s zero_point %cz
    : (tensor<4x3xsi4>, tensor<f32>, tensor<3xsi4>) -> tensor<4x3xf32>
// CHECK: %d3 = qnn.dequantize %i, %s zero_point %cz : (tensor<4x3xsi4>, tensor<f32>, tensor<3xsi4>) -> tensor<4x3xf32>
// GENERIC: %d3 = "qnn.dequantize"(%i, %s, %cz) <{axis = -1 : i64}> : (tensor<4x3xsi4>, tensor<f32>, tensor<3xsi4>) -> tensor<4x3xf32>

%a, %m, %cm = "test.op"() : () -> (tensor<1x8xsi20>, tensor<ui16>, tensor<8xui16>)
%r0 = qnn.requantize %a, %m shift = 16 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
// CHECK: %r0 = qnn.requantize %a, %m shift = 16 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
// GENERIC: %r0 = "qnn.requantize"(%a, %m) <{shift = 16 : i64, offset = 0 : i64, rounding = #qnn<rounding half_even>}> : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
%r1 = qnn.requantize %a, %m shift = 0 offset = 0 rounding = half_even
    : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
// CHECK: %r1 = qnn.requantize %a, %m shift = 0 : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
// GENERIC: %r1 = "qnn.requantize"(%a, %m) <{shift = 0 : i64, offset = 0 : i64, rounding = #qnn<rounding half_even>}> : (tensor<1x8xsi20>, tensor<ui16>) -> tensor<1x8xsi8>
%r2 = qnn.requantize %a, %cm shift = 62 offset = -3 rounding = half_up {layer = "Rescale_0"}
    : (tensor<1x8xsi20>, tensor<8xui16>) -> tensor<1x8xsi8>
// CHECK: %r2 = qnn.requantize %a, %cm shift = 62 offset = -3 rounding = half_up {layer = "Rescale_0"} : (tensor<1x8xsi20>, tensor<8xui16>) -> tensor<1x8xsi8>
// GENERIC: %r2 = "qnn.requantize"(%a, %cm) <{shift = 62 : i64, offset = -3 : i64, rounding = #qnn<rounding half_up>, layer = "Rescale_0"}> : (tensor<1x8xsi20>, tensor<8xui16>) -> tensor<1x8xsi8>

%t0 = qnn.trunc %a shift = 3 : (tensor<1x8xsi20>) -> tensor<1x8xsi17>
// CHECK: %t0 = qnn.trunc %a shift = 3 : (tensor<1x8xsi20>) -> tensor<1x8xsi17>
// GENERIC: %t0 = "qnn.trunc"(%a) <{shift = 3 : i64, rounding = #qnn<rounding half_even>}> : (tensor<1x8xsi20>) -> tensor<1x8xsi17>
%t1 = qnn.trunc %a shift = 0 rounding = half_even : (tensor<1x8xsi20>) -> tensor<1x8xsi20>
// CHECK: %t1 = qnn.trunc %a shift = 0 : (tensor<1x8xsi20>) -> tensor<1x8xsi20>
// GENERIC: %t1 = "qnn.trunc"(%a) <{shift = 0 : i64, rounding = #qnn<rounding half_even>}> : (tensor<1x8xsi20>) -> tensor<1x8xsi20>
%t2 = qnn.trunc %a shift = 62 rounding = floor {layer = "Trunc_0"} : (tensor<1x8xsi20>) -> tensor<1x8xsi1>
// CHECK: %t2 = qnn.trunc %a shift = 62 rounding = floor {layer = "Trunc_0"} : (tensor<1x8xsi20>) -> tensor<1x8xsi1>
// GENERIC: %t2 = "qnn.trunc"(%a) <{shift = 62 : i64, rounding = #qnn<rounding floor>, layer = "Trunc_0"}> : (tensor<1x8xsi20>) -> tensor<1x8xsi1>

%rows, %row, %flags = "test.op"() : () -> (tensor<8x3xsi20>, tensor<1x3xsi20>, tensor<8xui1>)
%h0 = qnn.threshold %a, %rows : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui2>
// CHECK: %h0 = qnn.threshold %a, %rows : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui2>
// GENERIC: %h0 = "qnn.threshold"(%a, %rows) <{offset = 0 : i64}> : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui2>
%h1 = qnn.threshold %a, %row offset = 0 : (tensor<1x8xsi20>, tensor<1x3xsi20>) -> tensor<1x8xui2>
// CHECK: %h1 = qnn.threshold %a, %row : (tensor<1x8xsi20>, tensor<1x3xsi20>) -> tensor<1x8xui2>
// GENERIC: %h1 = "qnn.threshold"(%a, %row) <{offset = 0 : i64}> : (tensor<1x8xsi20>, tensor<1x3xsi20>) -> tensor<1x8xui2>
%h2 = qnn.threshold %a, %rows descending %flags offset = -2 {layer = "Relu_0"}
    : (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<8xui1>) -> tensor<1x8xsi2>
// CHECK: %h2 = qnn.threshold %a, %rows descending %flags offset = -2 {layer = "Relu_0"} : (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<8xui1>) -> tensor<1x8xsi2>
// GENERIC: %h2 = "qnn.threshold"(%a, %rows, %flags) <{offset = -2 : i64, layer = "Relu_0"}> : (tensor<1x8xsi20>, tensor<8x3xsi20>, tensor<8xui1>) -> tensor<1x8xsi2>
%h3 = qnn.threshold %a, %rows offset = 252 : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui8>
// CHECK: %h3 = qnn.threshold %a, %rows offset = 252 : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui8>
// GENERIC: %h3 = "qnn.threshold"(%a, %rows) <{offset = 252 : i64}> : (tensor<1x8xsi20>, tensor<8x3xsi20>) -> tensor<1x8xui8>

// Thresholds that are never reached and always reached; one threshold makes a bipolar result; floats compare too.
%ends = qnn.constant [[-524288, 524288]] : tensor<1x2xsi21>
// CHECK{LITERAL}: %ends = qnn.constant [[-524288, 524288]] : tensor<1x2xsi21>
// GENERIC{LITERAL}: %ends = "qnn.constant"() <{value = #qnn.data<[[-524288, 524288]] : tensor<1x2xsi21>>}> : () -> tensor<1x2xsi21>
%h4 = qnn.threshold %a, %ends : (tensor<1x8xsi20>, tensor<1x2xsi21>) -> tensor<1x8xui2>
// CHECK: %h4 = qnn.threshold %a, %ends : (tensor<1x8xsi20>, tensor<1x2xsi21>) -> tensor<1x8xui2>
// GENERIC: %h4 = "qnn.threshold"(%a, %ends) <{offset = 0 : i64}> : (tensor<1x8xsi20>, tensor<1x2xsi21>) -> tensor<1x8xui2>
%one, %fx, %ft = "test.op"() : () -> (tensor<8x1xsi20>, tensor<1x8xf32>, tensor<1x4xf32>)
%h5 = qnn.threshold %a, %one : (tensor<1x8xsi20>, tensor<8x1xsi20>) -> tensor<1x8x!qnn.bipolar>
// CHECK: %h5 = qnn.threshold %a, %one : (tensor<1x8xsi20>, tensor<8x1xsi20>) -> tensor<1x8x!qnn.bipolar>
// GENERIC: %h5 = "qnn.threshold"(%a, %one) <{offset = 0 : i64}> : (tensor<1x8xsi20>, tensor<8x1xsi20>) -> tensor<1x8x!qnn.bipolar>
%h6 = qnn.threshold %fx, %ft : (tensor<1x8xf32>, tensor<1x4xf32>) -> tensor<1x8xui3>
// CHECK: %h6 = qnn.threshold %fx, %ft : (tensor<1x8xf32>, tensor<1x4xf32>) -> tensor<1x8xui3>
// GENERIC: %h6 = "qnn.threshold"(%fx, %ft) <{offset = 0 : i64}> : (tensor<1x8xf32>, tensor<1x4xf32>) -> tensor<1x8xui3>

%ix, %book, %embed, %lines = "test.op"()
    : () -> (tensor<8x4xui2>, tensor<4xsi8>, tensor<4x5xf32>, tensor<4x9xsi8>)
%l0 = qnn.lookup %ix, %book : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi8>
// CHECK: %l0 = qnn.lookup %ix, %book : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi8>
// GENERIC: %l0 = "qnn.lookup"(%ix, %book) <{first = 0 : i64}> : (tensor<8x4xui2>, tensor<4xsi8>) -> tensor<8x4xsi8>
%l1 = qnn.lookup %ix, %embed first = 0 : (tensor<8x4xui2>, tensor<4x5xf32>) -> tensor<8x4x5xf32>
// CHECK: %l1 = qnn.lookup %ix, %embed : (tensor<8x4xui2>, tensor<4x5xf32>) -> tensor<8x4x5xf32>
// GENERIC: %l1 = "qnn.lookup"(%ix, %embed) <{first = 0 : i64}> : (tensor<8x4xui2>, tensor<4x5xf32>) -> tensor<8x4x5xf32>
%l2 = qnn.lookup %ix, %lines first = -4 {layer = "Sigmoid_0", per_channel}
    : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
// CHECK: %l2 = qnn.lookup %ix, %lines first = -4 {layer = "Sigmoid_0", per_channel} : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
// GENERIC: %l2 = "qnn.lookup"(%ix, %lines) <{first = -4 : i64, layer = "Sigmoid_0", per_channel}> : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
%l3 = qnn.lookup %ix, %lines {per_channel} : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
// CHECK: %l3 = qnn.lookup %ix, %lines {per_channel} : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
// GENERIC: %l3 = "qnn.lookup"(%ix, %lines) <{per_channel, first = 0 : i64}> : (tensor<8x4xui2>, tensor<4x9xsi8>) -> tensor<8x4xsi8>
