// RUN: %{pretty}
// RUN: %{generic}

%x, %b, %s = "test.op"() : () -> (tensor<1x2x3x4xui2>, tensor<1x2x2x4x!qnn.bipolar>, tensor<f32>)

%reshape0 = qnn.reshape %x : (tensor<1x2x3x4xui2>) -> tensor<1x24xui2>
// CHECK: %reshape0 = qnn.reshape %x : (tensor<1x2x3x4xui2>) -> tensor<1x24xui2>
// GENERIC: %reshape0 = "qnn.reshape"(%x) : (tensor<1x2x3x4xui2>) -> tensor<1x24xui2>
%reshape1 = qnn.reshape %s {layer = "Reshape_0"} : (tensor<f32>) -> tensor<1x1xf32>
// CHECK: %reshape1 = qnn.reshape %s {layer = "Reshape_0"} : (tensor<f32>) -> tensor<1x1xf32>
// GENERIC: %reshape1 = "qnn.reshape"(%s) <{layer = "Reshape_0"}> : (tensor<f32>) -> tensor<1x1xf32>

%transpose0 = qnn.transpose %x order = [0, 3, 1, 2] : (tensor<1x2x3x4xui2>) -> tensor<1x4x2x3xui2>
// CHECK: %transpose0 = qnn.transpose %x order = [0, 3, 1, 2] : (tensor<1x2x3x4xui2>) -> tensor<1x4x2x3xui2>
// GENERIC: %transpose0 = "qnn.transpose"(%x) <{order = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x3x4xui2>) -> tensor<1x4x2x3xui2>
%transpose1 = qnn.transpose %s order = [] {layer = "Transpose_0"} : (tensor<f32>) -> tensor<f32>
// CHECK: %transpose1 = qnn.transpose %s order = [] {layer = "Transpose_0"} : (tensor<f32>) -> tensor<f32>
// GENERIC: %transpose1 = "qnn.transpose"(%s) <{order = array<i64>, layer = "Transpose_0"}> : (tensor<f32>) -> tensor<f32>

%a, %c = "test.op"() : () -> (tensor<1x8xui2>, tensor<1x4xui2>)
%concat0 = qnn.concat %a, %c axis = -1 : (tensor<1x8xui2>, tensor<1x4xui2>) -> tensor<1x12xui2>
// CHECK: %concat0 = qnn.concat %a, %c axis = -1 : (tensor<1x8xui2>, tensor<1x4xui2>) -> tensor<1x12xui2>
// GENERIC: %concat0 = "qnn.concat"(%a, %c) <{axis = -1 : i64}> : (tensor<1x8xui2>, tensor<1x4xui2>) -> tensor<1x12xui2>
%concat1 = qnn.concat %a axis = 0 {layer = "Concat_0"} : (tensor<1x8xui2>) -> tensor<1x8xui2>
// CHECK: %concat1 = qnn.concat %a axis = 0 {layer = "Concat_0"} : (tensor<1x8xui2>) -> tensor<1x8xui2>
// GENERIC: %concat1 = "qnn.concat"(%a) <{axis = 0 : i64, layer = "Concat_0"}> : (tensor<1x8xui2>) -> tensor<1x8xui2>
%concat2 = qnn.concat %a, %a, %a axis = 0
    : (tensor<1x8xui2>, tensor<1x8xui2>, tensor<1x8xui2>) -> tensor<3x8xui2>
// CHECK: %concat2 = qnn.concat %a, %a, %a axis = 0 : (tensor<1x8xui2>, tensor<1x8xui2>, tensor<1x8xui2>) -> tensor<3x8xui2>
// GENERIC: %concat2 = "qnn.concat"(%a, %a, %a) <{axis = 0 : i64}> : (tensor<1x8xui2>, tensor<1x8xui2>, tensor<1x8xui2>) -> tensor<3x8xui2>

%split0, %split1 = qnn.split %a sizes = [5, 3] axis = -1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)
// CHECK: %split0, %split1 = qnn.split %a sizes = [5, 3] axis = -1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)
// GENERIC: %split0, %split1 = "qnn.split"(%a) <{sizes = array<i64: 5, 3>, axis = -1 : i64}> : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)
%split2 = qnn.split %a sizes = [8] axis = 1 {layer = "Split_0"} : (tensor<1x8xui2>) -> tensor<1x8xui2>
// CHECK: %split2 = qnn.split %a sizes = [8] axis = 1 {layer = "Split_0"} : (tensor<1x8xui2>) -> tensor<1x8xui2>
// GENERIC: %split2 = "qnn.split"(%a) <{sizes = array<i64: 8>, axis = 1 : i64, layer = "Split_0"}> : (tensor<1x8xui2>) -> tensor<1x8xui2>

%slice0 = qnn.slice %a starts = [0, 1] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>
// CHECK: %slice0 = qnn.slice %a starts = [0, 1] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>
// GENERIC: %slice0 = "qnn.slice"(%a) <{starts = array<i64: 0, 1>, ends = array<i64: 1, 8>, steps = array<i64: 1, 2>}> : (tensor<1x8xui2>) -> tensor<1x4xui2>
%slice1 = qnn.slice %s starts = [] ends = [] steps = [] {layer = "Slice_0"} : (tensor<f32>) -> tensor<f32>
// CHECK: %slice1 = qnn.slice %s starts = [] ends = [] steps = [] {layer = "Slice_0"} : (tensor<f32>) -> tensor<f32>
// GENERIC: %slice1 = "qnn.slice"(%s) <{starts = array<i64>, ends = array<i64>, steps = array<i64>, layer = "Slice_0"}> : (tensor<f32>) -> tensor<f32>

%pad0 = qnn.pad %x low = [0, 1, 2, 0] high = [0, 0, 1, 5] : (tensor<1x2x3x4xui2>) -> tensor<1x3x6x9xui2>
// CHECK: %pad0 = qnn.pad %x low = [0, 1, 2, 0] high = [0, 0, 1, 5] : (tensor<1x2x3x4xui2>) -> tensor<1x3x6x9xui2>
// GENERIC: %pad0 = "qnn.pad"(%x) <{low = array<i64: 0, 1, 2, 0>, high = array<i64: 0, 0, 1, 5>, value = 0 : i64}> : (tensor<1x2x3x4xui2>) -> tensor<1x3x6x9xui2>
%pad1 = qnn.pad %x low = [0, 0, 0, 0] high = [0, 0, 0, 0] value = 0
    : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
// CHECK: %pad1 = qnn.pad %x low = [0, 0, 0, 0] high = [0, 0, 0, 0] : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
// GENERIC: %pad1 = "qnn.pad"(%x) <{low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 0, 0>, value = 0 : i64}> : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
%pad2 = qnn.pad %b low = [0, 1, 1, 0] high = [0, 1, 1, 0] value = -1 {layer = "Pad_0"}
    : (tensor<1x2x2x4x!qnn.bipolar>) -> tensor<1x4x4x4x!qnn.bipolar>
// CHECK: %pad2 = qnn.pad %b low = [0, 1, 1, 0] high = [0, 1, 1, 0] value = -1 {layer = "Pad_0"} : (tensor<1x2x2x4x!qnn.bipolar>) -> tensor<1x4x4x4x!qnn.bipolar>
// GENERIC: %pad2 = "qnn.pad"(%b) <{low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, value = -1 : i64, layer = "Pad_0"}> : (tensor<1x2x2x4x!qnn.bipolar>) -> tensor<1x4x4x4x!qnn.bipolar>

%resize0 = qnn.resize %x scales = [1, 2, 2, 1] : (tensor<1x2x3x4xui2>) -> tensor<1x4x6x4xui2>
// CHECK: %resize0 = qnn.resize %x scales = [1, 2, 2, 1] : (tensor<1x2x3x4xui2>) -> tensor<1x4x6x4xui2>
// GENERIC: %resize0 = "qnn.resize"(%x) <{scales = array<i64: 1, 2, 2, 1>}> : (tensor<1x2x3x4xui2>) -> tensor<1x4x6x4xui2>
%resize1 = qnn.resize %x scales = [1, 1, 1, 1] {layer = "Upsample_0"} : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
// CHECK: %resize1 = qnn.resize %x scales = [1, 1, 1, 1] {layer = "Upsample_0"} : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
// GENERIC: %resize1 = "qnn.resize"(%x) <{scales = array<i64: 1, 1, 1, 1>, layer = "Upsample_0"}> : (tensor<1x2x3x4xui2>) -> tensor<1x2x3x4xui2>
