// RUN: %{diagnostics}

// Parse errors, with the line and column of the op or word.

// CHECK: {{.*}}reading.mlir:[[# @LINE + 1]]:1: qnn.relu: %x is used before it is defined
%y = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
%x = "test.op"() : () -> tensor<4xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: %y is used before it is defined
%y = qnn.relu %y : (tensor<4xf32>) -> tensor<4xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: operand 0 is used before it is defined
%0 = qnn.add %1, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
%1, %2 = "test.op"() : () -> (tensor<4xf32>, tensor<4xf32>)

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: qnn.relu: %z is used before it is defined
  %y = qnn.relu %z : (tensor<4xf32>) -> tensor<4xf32>
  %z = qnn.relu %y : (tensor<4xf32>) -> tensor<4xf32>
  func.return %y : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf64> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: {{.*}}tensor<4xf64>{{.*}}tensor<4xf32>{{.*}}
  func.return %x : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<1x4x4x1xsi8>, %w: tensor<1x3x3x1xsi8>) {
  // The place is where the op begins, on whatever line it ends.
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: qnn.conv2d: the result has shape 1x2x2x1, but its type has shape 1x4x4x1
  %y = qnn.conv2d %x, %w
      : (tensor<1x4x4x1xsi8>, tensor<1x3x3x1xsi8>)
      -> tensor<1x4x4x1xsi32>
  func.return
}

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: SSA value %x is already defined
%x = "test.op"() : () -> tensor<4xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:21: {{.*}}string literal.
"test.op"() {note = "not closed} : () -> ()

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:22: '}' expected
"test.op"() {note = 1x} : () -> ()

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: Operation other.op is not registered
other.op {note = 1}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: 'other.type' is not registered
"test.op"() : () -> (!other.type)

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: integers must have 1 to 64 bits
func.func private @f(%x: tensor<4xsi128>)

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: write qnn.constant with numbers or "0x..." instead of dense<...>
"test.op"() {data = dense<1> : tensor<4xsi8>} : () -> ()
