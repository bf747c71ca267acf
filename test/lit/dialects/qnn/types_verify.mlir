// RUN: %{diagnostics}

// Elements, shapes and properties: what every op checks.

%x = "test.op"() : () -> tensor<4xi8>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: i8 has no sign: write si8 for signed or ui8 for unsigned
%y = qnn.relu %x : (tensor<4xi8>) -> tensor<4xi8>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:35: integers must have 1 to 64 bits
%x = "test.op"() : () -> tensor<4xui0>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:35: integers must have 1 to 64 bits
%x = "test.op"() : () -> tensor<4xsi65>

// -----

%x = "test.op"() : () -> tensor<4xindex>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: index can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64
%y = qnn.relu %x : (tensor<4xindex>) -> tensor<4xindex>

// -----

%x = "test.op"() : () -> tensor<4xf16>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: f16 can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64
%y = qnn.relu %x : (tensor<4xf16>) -> tensor<4xf16>

// -----

%x = "test.op"() : () -> f32
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: expected a tensor, got f32
%y = qnn.relu %x : (f32) -> tensor<f32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: expected a tensor, got vector<4xf32>
%y = qnn.relu %x : (tensor<4xf32>) -> vector<4xf32>

// -----

%x = "test.op"() : () -> tensor<*xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: expected a tensor, got tensor<*xf32>
%y = qnn.relu %x : (tensor<*xf32>) -> tensor<*xf32>

// -----

%x = "test.op"() : () -> tensor<4x?xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: tensor<4x?xf32> has a dimension that is unknown or 0: every size must be at least 1
%y = qnn.relu %x : (tensor<4x?xf32>) -> tensor<4x?xf32>

// -----

%x = "test.op"() : () -> tensor<4x0xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: tensor<4x0xf32> has a dimension that is unknown or 0: every size must be at least 1
%y = qnn.relu %x : (tensor<4x0xf32>) -> tensor<4x0xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: the result has shape 4, but its type has shape 5
%y = qnn.relu %x : (tensor<4xf32>) -> tensor<5xf32>

// -----

%x = "test.op"() : () -> tensor<f32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: the result has shape scalar, but its type has shape 1
%y = qnn.relu %x : (tensor<f32>) -> tensor<1xf32>

// -----

// Errors contain the name of the layer in the source model.
%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu "Relu_0": the result has shape 4, but its type has shape 4x1
%y = qnn.relu %x {layer = "Relu_0"} : (tensor<4xf32>) -> tensor<4x1xf32>

// -----

// Operands and properties that xDSL checks.
%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected 1 operand, but got 2
%y = "qnn.relu"(%x, %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected 1 result, but got 0
"qnn.relu"(%x) : (tensor<4xf32>) -> ()

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: property 'high' expected in operation 'qnn.clip'
%y = qnn.clip %x {low = 0.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}: {{.*}}f32{{.*}}f64{{.*}}
%y = qnn.clip %x {low = 0.0 : f64, high = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>

// -----

%x = "test.op"() : () -> tensor<1x4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected attribute i64 but got i32
%y = "qnn.softmax"(%x) <{axis = 1 : i32}> : (tensor<1x4xf32>) -> tensor<1x4xf32>

// -----

%x = "test.op"() : () -> tensor<1x4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Expected attribute i64 but got i32
%y = "qnn.transpose"(%x) <{order = array<i32: 1, 0>}> : (tensor<1x4xf32>) -> tensor<4x1xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: 7 : i64 should be of base attribute string
%y = qnn.relu %x {layer = 7} : (tensor<4xf32>) -> tensor<4xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: property 'layr' is not defined by the operation 'qnn.relu'. Use the dictionary attribute to add arbitrary information to the operation.
%y = "qnn.relu"(%x) <{layr = "Relu_0"}> : (tensor<4xf32>) -> tensor<4xf32>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:6: Operation qnn.rellu is not registered; did you mean qnn.relu?
%y = qnn.rellu %x : (tensor<4xf32>) -> tensor<4xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:36: 'qnn.bipolr' is not registered
%x = "test.op"() : () -> tensor<4x!qnn.bipolr>

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:17: operand is used with type tensor<5xf32>, but has been previously used or defined with type tensor<4xf32>
%y = "qnn.relu"(%x) : (tensor<5xf32>) -> tensor<5xf32>
