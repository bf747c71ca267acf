// RUN: %{pretty}
// RUN: %{generic}

%x, %f, %b = "test.op"()
    : () -> (tensor<1x4x6x8xui2>, tensor<1x4x6x8xf32>, tensor<1x4x4x8x!qnn.bipolar>)

%max0 = qnn.max_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>
// CHECK: %max0 = qnn.max_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>
// GENERIC: %max0 = "qnn.max_pool"(%x) <{kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xui2>
%max1 = qnn.max_pool %x kernel = [2, 3] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1]
    : (tensor<1x4x6x8xui2>) -> tensor<1x3x4x8xui2>
// CHECK: %max1 = qnn.max_pool %x kernel = [2, 3] : (tensor<1x4x6x8xui2>) -> tensor<1x3x4x8xui2>
// GENERIC: %max1 = "qnn.max_pool"(%x) <{kernel = array<i64: 2, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xui2>) -> tensor<1x3x4x8xui2>
%max2 = qnn.max_pool %x kernel = [2, 3] strides = [2, 1] pads = [1, 2, 0, 1] dilations = [1, 2] {layer = "MaxPool_0"}
    : (tensor<1x4x6x8xui2>) -> tensor<1x2x5x8xui2>
// CHECK: %max2 = qnn.max_pool %x kernel = [2, 3] strides = [2, 1] pads = [1, 2, 0, 1] dilations = [1, 2] {layer = "MaxPool_0"} : (tensor<1x4x6x8xui2>) -> tensor<1x2x5x8xui2>
// GENERIC: %max2 = "qnn.max_pool"(%x) <{kernel = array<i64: 2, 3>, strides = array<i64: 2, 1>, pads = array<i64: 1, 2, 0, 1>, dilations = array<i64: 1, 2>, layer = "MaxPool_0"}> : (tensor<1x4x6x8xui2>) -> tensor<1x2x5x8xui2>
%max3 = qnn.max_pool %f kernel = [1, 1] : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
// CHECK: %max3 = qnn.max_pool %f kernel = [1, 1] : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
// GENERIC: %max3 = "qnn.max_pool"(%f) <{kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
%max4 = qnn.max_pool %b kernel = [2, 2] pads = [1, 1, 1, 1]
    : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x5x5x8x!qnn.bipolar>
// CHECK: %max4 = qnn.max_pool %b kernel = [2, 2] pads = [1, 1, 1, 1] : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x5x5x8x!qnn.bipolar>
// GENERIC: %max4 = "qnn.max_pool"(%b) <{kernel = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>}> : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x5x5x8x!qnn.bipolar>

// A window over the whole image is a global pool.
%sum0 = qnn.sum_pool %x kernel = [4, 6] : (tensor<1x4x6x8xui2>) -> tensor<1x1x1x8xui7>
// CHECK: %sum0 = qnn.sum_pool %x kernel = [4, 6] : (tensor<1x4x6x8xui2>) -> tensor<1x1x1x8xui7>
// GENERIC: %sum0 = "qnn.sum_pool"(%x) <{kernel = array<i64: 4, 6>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xui2>) -> tensor<1x1x1x8xui7>
%sum1 = qnn.sum_pool %x kernel = [2, 2] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1]
    : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xsi5>
// CHECK: %sum1 = qnn.sum_pool %x kernel = [2, 2] : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xsi5>
// GENERIC: %sum1 = "qnn.sum_pool"(%x) <{kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xui2>) -> tensor<1x3x5x8xsi5>
%sum2 = qnn.sum_pool %b kernel = [2, 2] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [3, 3] {layer = "Pool_0"}
    : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x2x2x8xsi4>
// CHECK: %sum2 = qnn.sum_pool %b kernel = [2, 2] strides = [2, 2] pads = [1, 1, 1, 1] dilations = [3, 3] {layer = "Pool_0"} : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x2x2x8xsi4>
// GENERIC: %sum2 = "qnn.sum_pool"(%b) <{kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 3, 3>, layer = "Pool_0"}> : (tensor<1x4x4x8x!qnn.bipolar>) -> tensor<1x2x2x8xsi4>
%sum3 = qnn.sum_pool %f kernel = [2, 2] : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf32>
// CHECK: %sum3 = qnn.sum_pool %f kernel = [2, 2] : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf32>
// GENERIC: %sum3 = "qnn.sum_pool"(%f) <{kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xf32>) -> tensor<1x3x5x8xf32>

%avg0 = qnn.avg_pool %f kernel = [4, 6] : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
// CHECK: %avg0 = qnn.avg_pool %f kernel = [4, 6] : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
// GENERIC: %avg0 = "qnn.avg_pool"(%f) <{kernel = array<i64: 4, 6>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
%avg1 = qnn.avg_pool %f kernel = [4, 6] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1]
    : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
// CHECK: %avg1 = qnn.avg_pool %f kernel = [4, 6] : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
// GENERIC: %avg1 = "qnn.avg_pool"(%f) <{kernel = array<i64: 4, 6>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xf32>) -> tensor<1x1x1x8xf32>
%avg2 = qnn.avg_pool %f kernel = [2, 2] strides = [2, 3] pads = [0, 0, 1, 1] dilations = [2, 2] {count_padding, layer = "AvgPool_0"}
    : (tensor<1x4x6x8xf32>) -> tensor<1x2x2x8xf32>
// CHECK: %avg2 = qnn.avg_pool %f kernel = [2, 2] strides = [2, 3] pads = [0, 0, 1, 1] dilations = [2, 2] {count_padding, layer = "AvgPool_0"} : (tensor<1x4x6x8xf32>) -> tensor<1x2x2x8xf32>
// GENERIC: %avg2 = "qnn.avg_pool"(%f) <{kernel = array<i64: 2, 2>, strides = array<i64: 2, 3>, pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 2, 2>, count_padding, layer = "AvgPool_0"}> : (tensor<1x4x6x8xf32>) -> tensor<1x2x2x8xf32>
%avg3 = qnn.avg_pool %f kernel = [1, 1] {count_padding}
    : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
// CHECK: %avg3 = qnn.avg_pool %f kernel = [1, 1] {count_padding} : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
// GENERIC: %avg3 = "qnn.avg_pool"(%f) <{kernel = array<i64: 1, 1>, count_padding, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<1x4x6x8xf32>) -> tensor<1x4x6x8xf32>
