// RUN: %{pretty}
// RUN: %{generic}

%x, %i = "test.op"() : () -> (tensor<1x10xf32>, tensor<2x9xsi9>)

%softmax0 = qnn.softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
// CHECK: %softmax0 = qnn.softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
// GENERIC: %softmax0 = "qnn.softmax"(%x) <{axis = -1 : i64}> : (tensor<1x10xf32>) -> tensor<1x10xf32>
%softmax1 = qnn.softmax %x axis = 0 {layer = "Softmax_0"} : (tensor<1x10xf32>) -> tensor<1x10xf32>
// CHECK: %softmax1 = qnn.softmax %x axis = 0 {layer = "Softmax_0"} : (tensor<1x10xf32>) -> tensor<1x10xf32>
// GENERIC: %softmax1 = "qnn.softmax"(%x) <{axis = 0 : i64, layer = "Softmax_0"}> : (tensor<1x10xf32>) -> tensor<1x10xf32>

%log_softmax0 = qnn.log_softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
// CHECK: %log_softmax0 = qnn.log_softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
// GENERIC: %log_softmax0 = "qnn.log_softmax"(%x) <{axis = -1 : i64}> : (tensor<1x10xf32>) -> tensor<1x10xf32>
%log_softmax1 = qnn.log_softmax %x axis = 0 {layer = "LogSoftmax_0"} : (tensor<1x10xf32>) -> tensor<1x10xf32>
// CHECK: %log_softmax1 = qnn.log_softmax %x axis = 0 {layer = "LogSoftmax_0"} : (tensor<1x10xf32>) -> tensor<1x10xf32>
// GENERIC: %log_softmax1 = "qnn.log_softmax"(%x) <{axis = 0 : i64, layer = "LogSoftmax_0"}> : (tensor<1x10xf32>) -> tensor<1x10xf32>

%arg_max0 = qnn.arg_max %x axis = -1 : (tensor<1x10xf32>) -> tensor<1xui4>
// CHECK: %arg_max0 = qnn.arg_max %x axis = -1 : (tensor<1x10xf32>) -> tensor<1xui4>
// GENERIC: %arg_max0 = "qnn.arg_max"(%x) <{axis = -1 : i64}> : (tensor<1x10xf32>) -> tensor<1xui4>
%arg_max1 = qnn.arg_max %i axis = 0 {layer = "ArgMax_0"} : (tensor<2x9xsi9>) -> tensor<9xui1>
// CHECK: %arg_max1 = qnn.arg_max %i axis = 0 {layer = "ArgMax_0"} : (tensor<2x9xsi9>) -> tensor<9xui1>
// GENERIC: %arg_max1 = "qnn.arg_max"(%i) <{axis = 0 : i64, layer = "ArgMax_0"}> : (tensor<2x9xsi9>) -> tensor<9xui1>
%arg_max2 = qnn.arg_max %i axis = 0 {last, layer = "ArgMax_0"} : (tensor<2x9xsi9>) -> tensor<9xui1>
// CHECK: %arg_max2 = qnn.arg_max %i axis = 0 {last, layer = "ArgMax_0"} : (tensor<2x9xsi9>) -> tensor<9xui1>
// GENERIC: %arg_max2 = "qnn.arg_max"(%i) <{axis = 0 : i64, last, layer = "ArgMax_0"}> : (tensor<2x9xsi9>) -> tensor<9xui1>

%values0, %indices0 = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x5xui4>)
// CHECK: %values0, %indices0 = qnn.top_k %x k = 5 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x5xui4>)
// GENERIC: %values0, %indices0 = "qnn.top_k"(%x) <{k = 5 : i64, axis = -1 : i64}> : (tensor<1x10xf32>) -> (tensor<1x5xf32>, tensor<1x5xui4>)
%values1, %indices1 = qnn.top_k %i k = 2 axis = 0 {layer = "TopK_0"} : (tensor<2x9xsi9>) -> (tensor<2x9xsi9>, tensor<2x9xsi64>)
// CHECK: %values1, %indices1 = qnn.top_k %i k = 2 axis = 0 {layer = "TopK_0"} : (tensor<2x9xsi9>) -> (tensor<2x9xsi9>, tensor<2x9xsi64>)
// GENERIC: %values1, %indices1 = "qnn.top_k"(%i) <{k = 2 : i64, axis = 0 : i64, layer = "TopK_0"}> : (tensor<2x9xsi9>) -> (tensor<2x9xsi9>, tensor<2x9xsi64>)
