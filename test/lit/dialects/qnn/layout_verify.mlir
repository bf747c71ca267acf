// RUN: %{diagnostics}

// qnn.reshape

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.reshape: cannot reshape 1x2x3 to 1x7: the numbers of elements differ
%y = qnn.reshape %x : (tensor<1x2x3xui2>) -> tensor<1x7xui2>

// -----

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.reshape: all element types must be equal, they are ui2, ui3
%y = qnn.reshape %x : (tensor<1x2x3xui2>) -> tensor<1x6xui3>

// -----

%x = "test.op"() : () -> tensor<2xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.reshape "Reshape_0": cannot reshape 2 to scalar: the numbers of elements differ
%y = qnn.reshape %x {layer = "Reshape_0"} : (tensor<2xui2>) -> tensor<ui2>

// -----

// qnn.transpose

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.transpose: order [0, 2] is not a permutation of the 3 axes
%y = qnn.transpose %x order = [0, 2] : (tensor<1x2x3xui2>) -> tensor<1x3xui2>

// -----

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.transpose: order [0, 2, 2] is not a permutation of the 3 axes
%y = qnn.transpose %x order = [0, 2, 2] : (tensor<1x2x3xui2>) -> tensor<1x3x3xui2>

// -----

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.transpose: order [0, 2, -2] is not a permutation of the 3 axes
%y = qnn.transpose %x order = [0, 2, -2] : (tensor<1x2x3xui2>) -> tensor<1x3x2xui2>

// -----

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.transpose: the result has shape 1x3x2, but its type has shape 1x2x3
%y = qnn.transpose %x order = [0, 2, 1] : (tensor<1x2x3xui2>) -> tensor<1x2x3xui2>

// -----

%x = "test.op"() : () -> tensor<1x2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.transpose: all element types must be equal, they are ui2, si2
%y = qnn.transpose %x order = [0, 2, 1] : (tensor<1x2x3xui2>) -> tensor<1x3x2xsi2>

// -----

// qnn.concat

// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: it needs at least one input
%y = "qnn.concat"() <{axis = 0 : i64}> : () -> tensor<1x2xui2>

// -----

%a = "test.op"() : () -> tensor<2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: axis 2 does not exist in a tensor of rank 2
%y = qnn.concat %a, %a axis = 2 : (tensor<2x3xui2>, tensor<2x3xui2>) -> tensor<2x6xui2>

// -----

%a = "test.op"() : () -> tensor<2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: axis -3 does not exist in a tensor of rank 2
%y = qnn.concat %a, %a axis = -3 : (tensor<2x3xui2>, tensor<2x3xui2>) -> tensor<2x6xui2>

// -----

%a, %b = "test.op"() : () -> (tensor<2x3xui2>, tensor<1x3xui2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: cannot join 1x3 to 2x3 along axis 1: all other axes must be equal
%y = qnn.concat %a, %b axis = -1 : (tensor<2x3xui2>, tensor<1x3xui2>) -> tensor<2x6xui2>

// -----

%a, %b = "test.op"() : () -> (tensor<2x3xui2>, tensor<2x3x1xui2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: cannot join 2x3x1 to 2x3 along axis 0: all other axes must be equal
%y = qnn.concat %a, %b axis = 0 : (tensor<2x3xui2>, tensor<2x3x1xui2>) -> tensor<4x3xui2>

// -----

%a, %b = "test.op"() : () -> (tensor<2x3xui2>, tensor<2x2xui2>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: cannot join 2x2 to 2x3 along axis 0: all other axes must be equal
%y = qnn.concat %a, %b axis = 0 : (tensor<2x3xui2>, tensor<2x2xui2>) -> tensor<4x3xui2>

// -----

%a = "test.op"() : () -> tensor<2x3xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat: the result has shape 4x3, but its type has shape 2x6
%y = qnn.concat %a, %a axis = 0 : (tensor<2x3xui2>, tensor<2x3xui2>) -> tensor<2x6xui2>

// -----

%a, %b = "test.op"() : () -> (tensor<2x3xui2>, tensor<2x3xui3>)
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.concat "Concat_0": all element types must be equal, they are ui2, ui3, ui3
%y = qnn.concat %a, %b axis = 0 {layer = "Concat_0"} : (tensor<2x3xui2>, tensor<2x3xui3>) -> tensor<4x3xui3>

// -----

// qnn.split

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: axis 2 does not exist in a tensor of rank 2
%a, %b = qnn.split %x sizes = [5, 3] axis = 2 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: sizes needs 2 numbers, 1 are given
%a, %b = qnn.split %x sizes = [8] axis = 1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: sizes must be at least 1, they are [8, 0]
%a, %b = qnn.split %x sizes = [8, 0] axis = 1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xui2>)

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: sizes [5, 4] don't add up to 8, the size of axis 1
%a, %b = qnn.split %x sizes = [5, 4] axis = -1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x4xui2>)

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: the result has shape 1x3, but its type has shape 1x4
%a, %b = qnn.split %x sizes = [5, 3] axis = -1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x4xui2>)

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.split: all element types must be equal, they are ui2, ui2, si2
%a, %b = qnn.split %x sizes = [5, 3] axis = -1 : (tensor<1x8xui2>) -> (tensor<1x5xui2>, tensor<1x3xsi2>)

// -----

// qnn.slice

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: starts needs 2 numbers, 1 are given
%y = qnn.slice %x starts = [0] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: starts must be at least 0, they are [0, -4]
%y = qnn.slice %x starts = [0, -4] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: ends needs 2 numbers, 3 are given
%y = qnn.slice %x starts = [0, 1] ends = [1, 8, 1] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: ends must be at least 1, they are [1, 0]
%y = qnn.slice %x starts = [0, 0] ends = [1, 0] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: steps needs 2 numbers, 1 are given
%y = qnn.slice %x starts = [0, 1] ends = [1, 8] steps = [2] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: steps must be at least 1, they are [1, 0]
%y = qnn.slice %x starts = [0, 1] ends = [1, 8] steps = [1, 0] : (tensor<1x8xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: the range 3 to 3 is empty or exceeds axis 1 of size 8
%y = qnn.slice %x starts = [0, 3] ends = [1, 3] steps = [1, 1] : (tensor<1x8xui2>) -> tensor<1x1xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: the range 3 to 9 is empty or exceeds axis 1 of size 8
%y = qnn.slice %x starts = [0, 3] ends = [1, 9] steps = [1, 1] : (tensor<1x8xui2>) -> tensor<1x6xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: the result has shape 1x4, but its type has shape 1x3
%y = qnn.slice %x starts = [0, 1] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x3xui2>

// -----

%x = "test.op"() : () -> tensor<1x8xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.slice: all element types must be equal, they are ui2, ui1
%y = qnn.slice %x starts = [0, 1] ends = [1, 8] steps = [1, 2] : (tensor<1x8xui2>) -> tensor<1x4xui1>

// -----

// qnn.pad

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: low needs 2 numbers, 1 are given
%y = qnn.pad %x low = [1] high = [0, 1] : (tensor<1x4xui2>) -> tensor<1x6xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: low must be at least 0, they are [0, -1]
%y = qnn.pad %x low = [0, -1] high = [0, 1] : (tensor<1x4xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: high needs 2 numbers, 3 are given
%y = qnn.pad %x low = [0, 1] high = [0, 1, 1] : (tensor<1x4xui2>) -> tensor<1x6xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: high must be at least 0, they are [-1, 1]
%y = qnn.pad %x low = [0, 1] high = [-1, 1] : (tensor<1x4xui2>) -> tensor<1x6xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: the result has shape 1x6, but its type has shape 1x5
%y = qnn.pad %x low = [0, 1] high = [0, 1] : (tensor<1x4xui2>) -> tensor<1x5xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: all element types must be equal, they are ui2, ui3
%y = qnn.pad %x low = [0, 1] high = [0, 1] : (tensor<1x4xui2>) -> tensor<1x6xui3>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad: the pad value 4 cannot be represented in ui2: use 0 to 3
%y = qnn.pad %x low = [0, 1] high = [0, 1] value = 4 : (tensor<1x4xui2>) -> tensor<1x6xui2>

// -----

%x = "test.op"() : () -> tensor<1x4x!qnn.bipolar>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.pad "Pad_0": a bipolar tensor can't be padded with 0: pad with -1 or 1, and correct the thresholds at the border
%y = qnn.pad %x low = [0, 1] high = [0, 1] {layer = "Pad_0"} : (tensor<1x4x!qnn.bipolar>) -> tensor<1x6x!qnn.bipolar>

// -----

// qnn.resize

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.resize: scales needs 2 numbers, 1 are given
%y = qnn.resize %x scales = [2] : (tensor<1x4xui2>) -> tensor<1x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.resize: scales must be at least 1, they are [0, 2]
%y = qnn.resize %x scales = [0, 2] : (tensor<1x4xui2>) -> tensor<1x8xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.resize: the result has shape 1x8, but its type has shape 1x4
%y = qnn.resize %x scales = [1, 2] : (tensor<1x4xui2>) -> tensor<1x4xui2>

// -----

%x = "test.op"() : () -> tensor<1x4xui2>
// CHECK: {{.*}}:[[# @LINE + 1]]:1: qnn.resize: all element types must be equal, they are ui2, ui4
%y = qnn.resize %x scales = [1, 2] : (tensor<1x4xui2>) -> tensor<1x8xui4>
