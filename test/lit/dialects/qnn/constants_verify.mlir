// RUN: %{diagnostics}

// Numbers that the type cannot represent.

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 16 does not fit in ui4 (0 to 15)
%c = qnn.constant [3, 16] : tensor<2xui4>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value -1 does not fit in ui4 (0 to 15)
%c = qnn.constant [3, -1] : tensor<2xui4>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 16 does not fit in si4 (-8 to 7)
%c = qnn.constant [8, 16] : tensor<2xsi4>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value -9 does not fit in si4 (-8 to 7)
%c = qnn.constant [-9, 16] : tensor<2xsi4>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 18446744073709551616 does not fit in ui64 (0 to 18446744073709551615)
%c = qnn.constant 18446744073709551616 : tensor<ui64>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value -9223372036854775809 does not fit in si64 (-9223372036854775808 to 9223372036854775807)
%c = qnn.constant -9223372036854775809 : tensor<si64>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 0 does not fit in !qnn.bipolar (-1 or +1)
%c = qnn.constant [1, 0] : tensor<2x!qnn.bipolar>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value -2 does not fit in !qnn.bipolar (-1 to 1)
%c = qnn.constant [1, -2] : tensor<2x!qnn.bipolar>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 2 does not fit in !qnn.ternary (-1 to 1)
%c = qnn.constant [0, 2] : tensor<2x!qnn.ternary>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: ui8 holds whole numbers only
%c = qnn.constant [1, 2.5] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: a NaN or an infinite value is among the elements
%c = qnn.constant [1.0, 1.0e39] : tensor<2xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: a NaN or an infinite value is among the elements
%c = qnn.constant [1.0, 1.0e309] : tensor<2xf64>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:20: integer or float literal expected
%c = qnn.constant [true, false] : tensor<2xui1>

// -----

// Nested lists whose shape is not that of the type.

// CHECK: {{.*}}:[[# @LINE + 1]]:19: rows of a constant differ in length
%c = qnn.constant [[1, 2], [3]] : tensor<2x2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: rows of a constant differ in length
%c = qnn.constant [1, [2]] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: rows of a constant differ in length
%c = qnn.constant [[1.0, 2.0], [3.0]] : tensor<2x2xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: the numbers form 3, which is not the shape of tensor<2xui8>
%c = qnn.constant [1, 2, 3] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: the numbers form 1x2, which is not the shape of tensor<2xui8>
%c = qnn.constant [[1, 2]] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: the numbers form a single number, which is not the shape of tensor<2xui8>
%c = qnn.constant 7 : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: the numbers form 1, which is not the shape of tensor<ui8>
%c = qnn.constant [7] : tensor<ui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: the numbers form 2x0, which is not the shape of tensor<2xui8>
%c = qnn.constant [[], []] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:25: Expected ','
%c = qnn.constant [1, 2 : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:25: Expected ':'
%c = qnn.constant [1, 2]] : tensor<2xui8>

// -----

// Hex strings.

// CHECK: {{.*}}:[[# @LINE + 1]]:19: constant data must be an even number of hex digits
%c = qnn.constant "0x123" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: constant data must be an even number of hex digits
%c = qnn.constant "0x12zz" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: constant data must be numbers, or hex that starts with "0x"
%c = qnn.constant "1234" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: tensor<2xui8> takes 2 bytes of data, 0 are given
%c = qnn.constant "0x" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: tensor<2xui8> takes 2 bytes of data, 1 are given
%c = qnn.constant "0x12" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: tensor<2xui8> takes 2 bytes of data, 3 are given
%c = qnn.constant "0x123456" : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: tensor<3xui3> takes 2 bytes of data, 1 are given
%c = qnn.constant "0x12" : tensor<3xui3>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: tensor<2xsi9> takes 4 bytes of data, 2 are given
%c = qnn.constant "0x0102" : tensor<2xsi9>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 15 does not fit in ui3 (0 to 7)
%c = qnn.constant "0x0f" : tensor<2xui3>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value 1023 does not fit in ui9 (0 to 511)
%c = qnn.constant "0xff03" : tensor<1xui9>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: value -2 does not fit in !qnn.ternary (-1 to 1)
%c = qnn.constant "0x02" : tensor<2x!qnn.ternary>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: a NaN or an infinite value is among the elements
%c = qnn.constant "0x0000c07f" : tensor<1xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: a NaN or an infinite value is among the elements
%c = qnn.constant "0x000000000000f0ff" : tensor<1xf64>

// -----

// Element types.

// CHECK: {{.*}}:[[# @LINE + 1]]:28: i8 has no sign: write si8 for signed or ui8 for unsigned
%c = qnn.constant [1, 2] : tensor<2xi8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:23: expected a tensor, got ui8
%c = qnn.constant 1 : ui8

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:26: tensor<0xui8> has a dimension that is unknown or 0: every size must be at least 1
%c = qnn.constant "0x" : tensor<0xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:28: tensor<?xui8> has a dimension that is unknown or 0: every size must be at least 1
%c = qnn.constant [1, 2] : tensor<?xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: a constant has at most 32 axes, not 33
%c = qnn.constant "0x01" : tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:28: f16 can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64
%c = qnn.constant [1, 2] : tensor<2xf16>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:19: integer or float literal expected
%c = qnn.constant dense<1> : tensor<2xui8>

// -----

%c = qnn.constant [1, 2]
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected ':'
qnn.data @w 1 : tensor<ui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: write qnn.constant with numbers or "0x..." instead of dense<...>
%c = "qnn.constant"() <{value = dense<1> : tensor<2xui8>}> : () -> tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.constant: the data is tensor<2xui8>, the result is tensor<2xui7>
%c = "qnn.constant"() <{value = #qnn.data<[1, 2] : tensor<2xui8>>}> : () -> tensor<2xui7>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: {{.*}}expected a tensor, got ui8
%c = "qnn.constant"() <{value = #qnn.data<[1, 2] : tensor<2xui8>>}> : () -> ui8

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:43: the numbers form 2, which is not the shape of tensor<3xui8>
%c = "qnn.constant"() <{value = #qnn.data<[1, 2] : tensor<3xui8>>}> : () -> tensor<3xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: Unexpected attribute 1 : ui8
%c = "qnn.constant"() <{value = 1 : ui8}> : () -> tensor<ui8>

// -----

// Data under a name.

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.constant: there is no qnn.data @w
%c = qnn.constant @w : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.constant: there is no qnn.data @f
%c = qnn.constant @f : tensor<2xui8>
func.func private @f()

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.constant: the data is tensor<2xui8>, the result is tensor<2xui7>
%c = qnn.constant @w : tensor<2xui7>
qnn.data @w [1, 2] : tensor<2xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:24: expected a tensor, got ui8
%c = qnn.constant @w : ui8
qnn.data @w 1 : tensor<ui8>

// -----

%c = qnn.constant @w
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected ':'
qnn.data @w 1 : tensor<ui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:13: value 256 does not fit in ui8 (0 to 255)
qnn.data @w [256] : tensor<1xui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:10: expect symbol name
qnn.data w 1 : tensor<ui8>

// -----

qnn.data @w 1 : tensor<ui8>
// CHECK: {{.*}}"w"
qnn.data @w 2 : tensor<ui8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: 1 : ui8 should be of base attribute qnn.data
"qnn.data"() <{sym_name = "w", value = 1 : ui8}> : () -> ()
