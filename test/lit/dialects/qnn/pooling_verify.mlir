// RUN: %{diagnostics}

// The window, which all pools check.

%x = "test.op"() : () -> tensor<4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: the input must be NHWC, it is 4x6x8
%y = qnn.max_pool %x kernel = [2, 2] : (tensor<4x6x8xui2>) -> tensor<3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: kernel needs 2 numbers, 1 are given
%y = qnn.max_pool %x kernel = [2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: kernel must be at least 1, they are [2, 0]
%y = qnn.max_pool %x kernel = [2, 0] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: strides needs 2 numbers, 4 are given
%y = qnn.max_pool %x kernel = [2, 2] strides = [1, 1, 1, 1] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: strides must be at least 1, they are [0, 1]
%y = qnn.max_pool %x kernel = [2, 2] strides = [0, 1] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: pads needs 4 numbers, 1 are given
%y = qnn.max_pool %x kernel = [2, 2] pads = [1] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: pads must be at least 0, they are [0, -1, 0, 0]
%y = qnn.max_pool %x kernel = [2, 2] pads = [0, -1, 0, 0] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: dilations needs 2 numbers, 0 are given
%y = qnn.max_pool %x kernel = [2, 2] dilations = [] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: dilations must be at least 1, they are [1, 0]
%y = qnn.max_pool %x kernel = [2, 2] dilations = [1, 0] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: with padding [0, 0, 2, 0] some windows contain only padding: reduce it
%y = qnn.max_pool %x kernel = [2, 2] pads = [0, 0, 2, 0] : (tensor<1x4x6x8xui2>) -> tensor<1x5x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: with padding [0, 2, 0, 0] some windows contain only padding: reduce it
%y = qnn.max_pool %x kernel = [2, 2] pads = [0, 2, 0, 0] : (tensor<1x4x6x8xui2>) -> tensor<1x3x7x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: a window 5 high does not fit into 4 (with padding)
%y = qnn.max_pool %x kernel = [5, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x1x5x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: a window 9 wide does not fit into 8 (with padding)
%y = qnn.max_pool %x kernel = [2, 3] pads = [0, 1, 0, 1] dilations = [1, 4] : (tensor<1x4x6x8xui2>) -> tensor<1x3x1x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool "MaxPool_0": the result has shape 1x2x3x8, but its type has shape 1x2x4x8
%y = qnn.max_pool %x kernel = [2, 2] strides = [2, 2] {layer = "MaxPool_0"} : (tensor<1x4x6x8xui2>) -> tensor<1x2x4x8xui2>

// -----

// qnn.max_pool

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: all element types must be equal, they are ui2, ui3
%y = qnn.max_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui3>

// -----

// qnn.sum_pool

%x = "test.op"() : () -> tensor<1x4x6x8xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: all element types must be equal, they are f32, f64
%y = qnn.sum_pool %x kernel = [2, 2] : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf64>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: the sum of integers must be an integer type, not f32
%y = qnn.sum_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xf32>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: the sum can be 0 to 18, but ui4 holds only 0 to 15
%y = qnn.sum_pool %x kernel = [2, 3] : (tensor<1x4x6x8xui2>) -> tensor<1x3x4x8xui4>

// -----

%x = "test.op"() : () -> tensor<1x4x4x8x!qnn.bipolar>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: the sum can be -4 to 4, but si3 holds only -4 to 3
%y = qnn.sum_pool %x kernel = [2, 2] pads = [1, 1, 1, 1] : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x5x5x8xsi3>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: kernel must be at least 1, they are [0, 2]
%y = qnn.sum_pool %x kernel = [0, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui4>

// -----

// qnn.avg_pool

%x = "test.op"() : () -> tensor<1x4x6x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.avg_pool: the input (integers have sum_pool) must be float, it is ui2
%y = qnn.avg_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xf32>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.avg_pool: all element types must be equal, they are f32, f64
%y = qnn.avg_pool %x kernel = [2, 2] : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf64>

// -----

%x = "test.op"() : () -> tensor<1x4x6x8xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.avg_pool: kernel needs 2 numbers, 4 are given
%y = qnn.avg_pool %x kernel = [2, 2, 2, 2] : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf32>

// -----

// The only window is entirely in the padding.

%x = "test.op"() : () -> tensor<1x2x2x8xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.avg_pool: with padding [1, 1, 1, 1] some windows contain only padding: reduce it
%y = qnn.avg_pool %x kernel = [2, 2] pads = [1, 1, 1, 1] dilations = [3, 3] : (tensor<1x2x2x8xf32>) -> tensor<1x1x1x8xf32>

// -----

// A bipolar type cannot represent 0.

%x = "test.op"() : () -> tensor<1x4x6x8x!qnn.ternary>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.sum_pool: {{.*}}bipolar{{.*}}
%y = qnn.sum_pool %x kernel = [1, 1] : (tensor<1x4x6x8x!qnn.ternary>) -> tensor<1x4x6x8x!qnn.bipolar>

// -----

%x = "test.op"() : () -> tensor<1x4x4x1xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: the strides [1, 9000000000] are too large: at most {{[0-9,]+}}
%y = qnn.max_pool %x kernel = [2, 2] strides = [1, 9000000000] : (tensor<1x4x4x1xui2>) -> tensor<1x3x1x1xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x4x1xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.max_pool: the padded image of 4x9000000004 is too large: at most {{[0-9,]+}} rows and columns are supported
%y = qnn.max_pool %x kernel = [2, 2] pads = [0, 0, 0, 9000000000] : (tensor<1x4x4x1xui2>) -> tensor<1x3x3x1xui2>

// -----

%x = "test.op"() : () -> tensor<1x32768x65536xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.relu: tensor<1x32768x65536xui2> is too large: a tensor has at most 1,073,741,824 elements
%y = qnn.relu %x : (tensor<1x32768x65536xui2>) -> tensor<1x32768x65536xui2>
