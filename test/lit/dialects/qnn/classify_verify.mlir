// RUN: %{diagnostics}

// qnn.softmax

%x = "test.op"() : () -> tensor<1x10xsi9>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.softmax: the input must be float, it is si9
%y = qnn.softmax %x axis = -1 : (tensor<1x10xsi9>) -> tensor<1x10xf32>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.softmax: all element types must be equal, they are f32, f64
%y = qnn.softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf64>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.softmax: axis 2 does not exist in a tensor of rank 2
%y = qnn.softmax %x axis = 2 : (tensor<1x10xf32>) -> tensor<1x10xf32>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.softmax "Softmax_0": the result has shape 1x10, but its type has shape 1x9
%y = qnn.softmax %x axis = -1 {layer = "Softmax_0"} : (tensor<1x10xf32>) -> tensor<1x9xf32>

// -----

// qnn.arg_max

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: axis -3 does not exist in a tensor of rank 2
%y = qnn.arg_max %x axis = -3 : (tensor<1x10xf32>) -> tensor<1xui4>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: the result has shape 1, but its type has shape 1x1
%y = qnn.arg_max %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x1xui4>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: the index must be an integer, it is f32
%y = qnn.arg_max %x axis = -1 : (tensor<1x10xf32>) -> tensor<1xf32>

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: the index can be 0 to 9, but si4 holds only -8 to 7
%y = qnn.arg_max %x axis = -1 : (tensor<1x10xf32>) -> tensor<1xsi4>

// -----

%x = "test.op"() : () -> tensor<f32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: axis 0 does not exist in a tensor of rank 0
%y = qnn.arg_max %x axis = 0 : (tensor<f32>) -> tensor<ui1>

// -----

// qnn.top_k

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: axis 2 does not exist in a tensor of rank 2
%v, %i = qnn.top_k %x k = 5 axis = 2 : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x5xui4>)

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: k is 0: it must be 1 to 10, the size of axis 1
%v, %i = qnn.top_k %x k = 0 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x5xui4>)

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: k is 11: it must be 1 to 10, the size of axis 1
%v, %i = qnn.top_k %x k = 11 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x11xf32>, tensor<1x11xui4>)

// -----

%x = "test.op"() : () -> tensor<1x10xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: the result has shape 1x5, but its type has shape 1x4
%v, %i = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x4xui4>)

// -----

%x = "test.op"() : () -> tensor<1x10xsi9>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: all element types must be equal, they are si9, si10
%v, %i = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xsi9>) -> (tensor<1x5xsi10>, tensor<1x5xui4>)

// -----

%x = "test.op"() : () -> tensor<1x10xsi9>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k: the index must be an integer, it is f32
%v, %i = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xsi9>) -> (tensor<1x5xsi9>, tensor<1x5xf32>)

// -----

%x = "test.op"() : () -> tensor<1x10xsi9>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.top_k "TopK_0": the index can be 0 to 9, but ui3 holds only 0 to 7
%v, %i = qnn.top_k %x k = 5 axis = -1 {layer = "TopK_0"} : (tensor<1x10xsi9>) -> (tensor<1x5xsi9>, tensor<1x5xui3>)

// -----

// A bipolar type cannot represent 0.

%x = "test.op"() : () -> tensor<1x2xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.arg_max: {{.*}}bipolar{{.*}}
%y = qnn.arg_max %x axis = -1 : (tensor<1x2xf32>) -> tensor<1x!qnn.bipolar>
