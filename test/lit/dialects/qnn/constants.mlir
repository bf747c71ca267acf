// RUN: %{pretty}
// RUN: %{generic}

// Every kind of element, from the smallest value to the largest; any rank.
%ui1 = qnn.constant [0, 1] : tensor<2xui1>
// CHECK: %ui1 = qnn.constant [0, 1] : tensor<2xui1>
// GENERIC: %ui1 = "qnn.constant"() <{value = #qnn.data<[0, 1] : tensor<2xui1>>}> : () -> tensor<2xui1>
%ui3 = qnn.constant [0, 7] : tensor<2xui3>
// CHECK: %ui3 = qnn.constant [0, 7] : tensor<2xui3>
// GENERIC: %ui3 = "qnn.constant"() <{value = #qnn.data<[0, 7] : tensor<2xui3>>}> : () -> tensor<2xui3>
%ui8 = qnn.constant [0, 255] : tensor<2xui8>
// CHECK: %ui8 = qnn.constant [0, 255] : tensor<2xui8>
// GENERIC: %ui8 = "qnn.constant"() <{value = #qnn.data<[0, 255] : tensor<2xui8>>}> : () -> tensor<2xui8>
%ui64 = qnn.constant [0, 18446744073709551615] : tensor<2xui64>
// CHECK: %ui64 = qnn.constant [0, 18446744073709551615] : tensor<2xui64>
// GENERIC: %ui64 = "qnn.constant"() <{value = #qnn.data<[0, 18446744073709551615] : tensor<2xui64>>}> : () -> tensor<2xui64>
%si1 = qnn.constant [-1, 0] : tensor<2xsi1>
// CHECK: %si1 = qnn.constant [-1, 0] : tensor<2xsi1>
// GENERIC: %si1 = "qnn.constant"() <{value = #qnn.data<[-1, 0] : tensor<2xsi1>>}> : () -> tensor<2xsi1>
%si4 = qnn.constant [-8, 7] : tensor<2xsi4>
// CHECK: %si4 = qnn.constant [-8, 7] : tensor<2xsi4>
// GENERIC: %si4 = "qnn.constant"() <{value = #qnn.data<[-8, 7] : tensor<2xsi4>>}> : () -> tensor<2xsi4>
%si9 = qnn.constant [-256, 255] : tensor<2xsi9>
// CHECK: %si9 = qnn.constant [-256, 255] : tensor<2xsi9>
// GENERIC: %si9 = "qnn.constant"() <{value = #qnn.data<[-256, 255] : tensor<2xsi9>>}> : () -> tensor<2xsi9>
%si64 = qnn.constant [-9223372036854775808, 9223372036854775807] : tensor<2xsi64>
// CHECK: %si64 = qnn.constant [-9223372036854775808, 9223372036854775807] : tensor<2xsi64>
// GENERIC: %si64 = "qnn.constant"() <{value = #qnn.data<[-9223372036854775808, 9223372036854775807] : tensor<2xsi64>>}> : () -> tensor<2xsi64>
%bipolar = qnn.constant [1, -1, 1] : tensor<3x!qnn.bipolar>
// CHECK: %bipolar = qnn.constant [1, -1, 1] : tensor<3x!qnn.bipolar>
// GENERIC: %bipolar = "qnn.constant"() <{value = #qnn.data<[1, -1, 1] : tensor<3x!qnn.bipolar>>}> : () -> tensor<3x!qnn.bipolar>
%ternary = qnn.constant [[1, -1], [0, 1]] : tensor<2x2x!qnn.ternary>
// CHECK{LITERAL}: %ternary = qnn.constant [[1, -1], [0, 1]] : tensor<2x2x!qnn.ternary>
// GENERIC{LITERAL}: %ternary = "qnn.constant"() <{value = #qnn.data<[[1, -1], [0, 1]] : tensor<2x2x!qnn.ternary>>}> : () -> tensor<2x2x!qnn.ternary>
%scalar = qnn.constant 3 : tensor<ui4>
// CHECK: %scalar = qnn.constant 3 : tensor<ui4>
// GENERIC: %scalar = "qnn.constant"() <{value = #qnn.data<3 : tensor<ui4>>}> : () -> tensor<ui4>
%deep = qnn.constant [[[[5]], [[6]]]] : tensor<1x2x1x1xui4>
// CHECK{LITERAL}: %deep = qnn.constant [[[[5]], [[6]]]] : tensor<1x2x1x1xui4>
// GENERIC{LITERAL}: %deep = "qnn.constant"() <{value = #qnn.data<[[[[5]], [[6]]]] : tensor<1x2x1x1xui4>>}> : () -> tensor<1x2x1x1xui4>

// The shortest text of each float, which reads back as the same float.
%f32 = qnn.constant [0.1, -0.0, 1.0e20, 1.0e-45, 3, 3.40282347e+38, -1.5e-7] : tensor<7xf32>
// CHECK: %f32 = qnn.constant [0.1, -0.0, 1.0e+20, 1.0e-45, 3.0, 3.4028235e+38, -1.5e-07] : tensor<7xf32>
// GENERIC: %f32 = "qnn.constant"() <{value = #qnn.data<[0.1, -0.0, 1.0e+20, 1.0e-45, 3.0, 3.4028235e+38, -1.5e-07] : tensor<7xf32>>}> : () -> tensor<7xf32>
%f64 = qnn.constant [0.1, 1.0e300, 5.0e-324] : tensor<3xf64>
// CHECK: %f64 = qnn.constant [0.1, 1.0e+300, 5.0e-324] : tensor<3xf64>
// GENERIC: %f64 = "qnn.constant"() <{value = #qnn.data<[0.1, 1.0e+300, 5.0e-324] : tensor<3xf64>>}> : () -> tensor<3xf64>

// Up to 16 elements are shown as numbers, more of them as hex; both are read at any length.
%n16 = qnn.constant "0x1032547698badcfe" : tensor<16xui4>
// CHECK: %n16 = qnn.constant [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : tensor<16xui4>
// GENERIC: %n16 = "qnn.constant"() <{value = #qnn.data<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : tensor<16xui4>>}> : () -> tensor<16xui4>
%n17 = qnn.constant [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 9] : tensor<17xui4>
// CHECK: %n17 = qnn.constant "0x1032547698badcfe09" : tensor<17xui4>
// GENERIC: %n17 = "qnn.constant"() <{value = #qnn.data<"0x1032547698badcfe09" : tensor<17xui4>>}> : () -> tensor<17xui4>

// Hex: 1, 2 and 4 bits are packed from the lowest up, wider elements are little-endian.
%h1 = qnn.constant "0x0D" : tensor<4x!qnn.bipolar>
// CHECK: %h1 = qnn.constant [1, -1, 1, 1] : tensor<4x!qnn.bipolar>
// GENERIC: %h1 = "qnn.constant"() <{value = #qnn.data<[1, -1, 1, 1] : tensor<4x!qnn.bipolar>>}> : () -> tensor<4x!qnn.bipolar>
%h2 = qnn.constant "0x0D" : tensor<3x!qnn.ternary>
// CHECK: %h2 = qnn.constant [1, -1, 0] : tensor<3x!qnn.ternary>
// GENERIC: %h2 = "qnn.constant"() <{value = #qnn.data<[1, -1, 0] : tensor<3x!qnn.ternary>>}> : () -> tensor<3x!qnn.ternary>
%h3 = qnn.constant "0x3c" : tensor<2xsi3>
// CHECK: %h3 = qnn.constant [-4, 3] : tensor<2xsi3>
// GENERIC: %h3 = "qnn.constant"() <{value = #qnn.data<[-4, 3] : tensor<2xsi3>>}> : () -> tensor<2xsi3>
%h9 = qnn.constant "0x00ff0100" : tensor<2xsi9>
// CHECK: %h9 = qnn.constant [-256, 1] : tensor<2xsi9>
// GENERIC: %h9 = "qnn.constant"() <{value = #qnn.data<[-256, 1] : tensor<2xsi9>>}> : () -> tensor<2xsi9>
%hf = qnn.constant "0x0000803f000000c0" : tensor<2xf32>
// CHECK: %hf = qnn.constant [1.0, -2.0] : tensor<2xf32>
// GENERIC: %hf = "qnn.constant"() <{value = #qnn.data<[1.0, -2.0] : tensor<2xf32>>}> : () -> tensor<2xf32>
%hd = qnn.constant "0x000000000000f03f" : tensor<f64>
// CHECK: %hd = qnn.constant 1.0 : tensor<f64>
// GENERIC: %hd = "qnn.constant"() <{value = #qnn.data<1.0 : tensor<f64>>}> : () -> tensor<f64>

// Attributes, and data under a name, before or after its use.
%noted = qnn.constant attributes {test.note = "x"} 1 : tensor<ui1>
// CHECK: %noted = qnn.constant attributes {test.note = "x"} 1 : tensor<ui1>
// GENERIC: %noted = "qnn.constant"() <{value = #qnn.data<1 : tensor<ui1>>}> {test.note = "x"} : () -> tensor<ui1>
qnn.data @before [1, 2] : tensor<2xui2>
// CHECK: qnn.data @before [1, 2] : tensor<2xui2>
// GENERIC: "qnn.data"() <{sym_name = "before", value = #qnn.data<[1, 2] : tensor<2xui2>>}> : () -> ()
%b = qnn.constant @before : tensor<2xui2>
// CHECK: %b = qnn.constant @before : tensor<2xui2>
// GENERIC: %b = "qnn.constant"() <{value = @before}> : () -> tensor<2xui2>
%w = qnn.constant @w : tensor<17xui8>
// CHECK: %w = qnn.constant @w : tensor<17xui8>
// GENERIC: %w = "qnn.constant"() <{value = @w}> : () -> tensor<17xui8>
%s = qnn.constant attributes {test.note = "y"} @"a b" : tensor<3xui8>
// CHECK: %s = qnn.constant attributes {test.note = "y"} @"a b" : tensor<3xui8>
// GENERIC: %s = "qnn.constant"() <{value = @"a b"}> {test.note = "y"} : () -> tensor<3xui8>
qnn.data @w "0x0102030405060708090a0b0c0d0e0f1011" : tensor<17xui8>
// CHECK: qnn.data @w "0x0102030405060708090a0b0c0d0e0f1011" : tensor<17xui8>
// GENERIC: "qnn.data"() <{sym_name = "w", value = #qnn.data<"0x0102030405060708090a0b0c0d0e0f1011" : tensor<17xui8>>}> : () -> ()
qnn.data @"a b" [1, 2, 3] : tensor<3xui8> {test.note = "z"}
// CHECK: qnn.data @"a b" [1, 2, 3] : tensor<3xui8> {test.note = "z"}
// GENERIC: "qnn.data"() <{sym_name = "a b", value = #qnn.data<[1, 2, 3] : tensor<3xui8>>}> {test.note = "z"} : () -> ()
