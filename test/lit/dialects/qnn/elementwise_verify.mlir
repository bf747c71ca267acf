// RUN: %{diagnostics}

// Activations; all but qnn.relu take floats only.

%x = "test.op"() : () -> tensor<2x3xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: all element types must be equal, they are f32, f64
%y = qnn.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf64>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: the result of integers must be an integer type, not f32
%y = qnn.relu %x : (tensor<2x3xsi4>) -> tensor<2x3xf32>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: the result can be 0 to 7, but ui2 holds only 0 to 3
%y = qnn.relu %x : (tensor<2x3xsi4>) -> tensor<2x3xui2>

// -----

%x = "test.op"() : () -> tensor<2x3xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu "Relu_0": the result has shape 2x3, but its type has shape 3x2
%y = qnn.relu %x {layer = "Relu_0"} : (tensor<2x3xf32>) -> tensor<3x2xf32>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.leaky_relu: the input must be float, it is si4
%y = qnn.leaky_relu %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.clip: the input must be float, it is si4
%y = qnn.clip %x {low = 0.0 : f32, high = 1.0 : f32} : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.clip: low is 1.0 and high is 0.5: low must not exceed high
%y = qnn.clip %x {low = 1.0 : f32, high = 0.5 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.hard_sigmoid: the input must be float, it is si4
%y = qnn.hard_sigmoid %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sigmoid: the input must be float, it is si4
%y = qnn.sigmoid %x : (tensor<2x3xsi4>) -> tensor<2x3xf32>

// -----

%x = "test.op"() : () -> tensor<2x3xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sigmoid: all element types must be equal, they are f32, si4
%y = qnn.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.tanh: the input must be float, it is si4
%y = qnn.tanh %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.elu: the input must be float, it is si4
%y = qnn.elu %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3x!qnn.ternary>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sign: the input must be float, it is !qnn.ternary
%y = qnn.sign %x : (tensor<2x3x!qnn.ternary>) -> tensor<2x3x!qnn.ternary>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.floor: the input must be float, it is si4
%y = qnn.floor %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.ceil: the input must be float, it is si4
%y = qnn.ceil %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

%x = "test.op"() : () -> tensor<2x3xsi4>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.round: the input must be float, it is si4
%y = qnn.round %x : (tensor<2x3xsi4>) -> tensor<2x3xsi4>

// -----

// qnn.prelu

%x, %s = "test.op"() : () -> (tensor<2x3xf32>, tensor<2xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.prelu: shape 2 does not broadcast to 2x3
%y = qnn.prelu %x, %s : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<3xf32>, tensor<2x3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.prelu: a slope of shape {{.*}} does not broadcast to an input of {{.*}}
%y = qnn.prelu %x, %s : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<2x3xsi4>, tensor<f32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.prelu: the input must be float, it is si4
%y = qnn.prelu %x, %s : (tensor<2x3xsi4>, tensor<f32>) -> tensor<2x3xf32>

// -----

%x, %s = "test.op"() : () -> (tensor<2x3xf32>, tensor<si8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.prelu: all element types must be equal, they are f32, si8, f32
%y = qnn.prelu %x, %s : (tensor<2x3xf32>, tensor<si8>) -> tensor<2x3xf32>

// -----

// Arithmetic

%a, %b = "test.op"() : () -> (tensor<2x3xf32>, tensor<2xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: shape 2 does not broadcast to 2x3
%y = qnn.add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<2x1xf32>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: the result has shape 2x3, but its type has shape 2x1
%y = qnn.add %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x1xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<3xf32>, tensor<3xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add "Add_0": all element types must be equal, they are f32, si8, f32
%y = qnn.add %a, %b {layer = "Add_0"} : (tensor<3xf32>, tensor<3xsi8>) -> tensor<3xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi8>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sub: all element types must be equal, they are si8, f32, f32
%y = qnn.sub %a, %b : (tensor<3xsi8>, tensor<3xf32>) -> tensor<3xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<3xf32>, tensor<3xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.mul: all element types must be equal, they are f32, f32, f64
%y = qnn.mul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf64>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi4>, tensor<3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: the result of integers must be an integer type, not f32
%y = qnn.add %a, %b : (tensor<3xsi4>, tensor<3xsi4>) -> tensor<3xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi4>, tensor<3xui4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: the result can be -8 to 22, but si5 holds only -16 to 15
%y = qnn.add %a, %b : (tensor<3xsi4>, tensor<3xui4>) -> tensor<3xsi5>

// -----

%a, %b = "test.op"() : () -> (tensor<3xui4>, tensor<3xui4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sub: the result can be -15 to 15, but ui4 holds only 0 to 15
%y = qnn.sub %a, %b : (tensor<3xui4>, tensor<3xui4>) -> tensor<3xui4>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi4>, tensor<3xsi4>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.mul: the result can be -56 to 64, but si7 holds only -64 to 63
%y = qnn.mul %a, %b : (tensor<3xsi4>, tensor<3xsi4>) -> tensor<3xsi7>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi1>, tensor<3xui1>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.add: the result may be 0{{.*}}
%y = qnn.add %a, %b : (tensor<3xsi1>, tensor<3xui1>) -> tensor<3x!qnn.bipolar>

// -----

%a, %b = "test.op"() : () -> (tensor<3xsi8>, tensor<3xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.div: the dividend must be float, it is si8
%y = qnn.div %a, %b : (tensor<3xsi8>, tensor<3xsi8>) -> tensor<3xsi8>

// -----

%a, %b = "test.op"() : () -> (tensor<3xf32>, tensor<3xsi8>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.div: all element types must be equal, they are f32, si8, f32
%y = qnn.div %a, %b : (tensor<3xf32>, tensor<3xsi8>) -> tensor<3xf32>

// -----

%a, %b = "test.op"() : () -> (tensor<2x3xf32>, tensor<2xf32>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.div: shape 2 does not broadcast to 2x3
%y = qnn.div %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>

// -----

// A bipolar type cannot represent 0.

%a, %b = "test.op"() : () -> (tensor<3x!qnn.bipolar>, tensor<3x!qnn.ternary>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.mul: {{.*}}0{{.*}}
%y = qnn.mul %a, %b : (tensor<3x!qnn.bipolar>, tensor<3x!qnn.ternary>) -> tensor<3x!qnn.bipolar>

// -----

%x = "test.op"() : () -> tensor<3x!qnn.ternary>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: {{.*}}0{{.*}}
%y = qnn.relu %x : (tensor<3x!qnn.ternary>) -> tensor<3x!qnn.bipolar>
