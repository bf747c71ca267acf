// RUN: %{pretty}
// RUN: %{generic}

// The process that writes elements in another order.

stream.design @reorders {
// CHECK: stream.design @reorders {
// GENERIC: "stream.design"() <{sym_name = "reorders"}> ({
  %x0 = stream.source "x0" : !stream.channel<2x3x4x!qnn.ternary, lanes = 2>
  %x1 = stream.source "x1" : !stream.channel<2x6x4xui8>

  // Words of two elements: both axes that become the last one are even.
  %y0 = stream.reorder %x0 shape = [3, 2, 4] order = [0, 2, 1]
      : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<24x!qnn.ternary, lanes = 2>
  // CHECK: %y0 = stream.reorder %x0 shape = [3, 2, 4] order = [0, 2, 1] : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<24x!qnn.ternary, lanes = 2>
  // GENERIC: %y0 = "stream.reorder"(%x0) <{shape = array<i64: 3, 2, 4>, order = array<i64: 0, 2, 1>}> : (!stream.channel<2x3x4x!qnn.ternary, lanes = 2>) -> !stream.channel<24x!qnn.ternary, lanes = 2>
  %y1 = stream.reorder %x1 shape = [12, 4] order = [1, 0] {layer = "Transpose_0"}
      : (!stream.channel<2x6x4xui8>) -> !stream.channel<4x2x6xui8, depth = 3>
  // CHECK: %y1 = stream.reorder %x1 shape = [12, 4] order = [1, 0] {layer = "Transpose_0"} : (!stream.channel<2x6x4xui8, lanes = 1>) -> !stream.channel<4x2x6xui8, lanes = 1, depth = 3>
  // GENERIC: %y1 = "stream.reorder"(%x1) <{shape = array<i64: 12, 4>, order = array<i64: 1, 0>, layer = "Transpose_0"}> : (!stream.channel<2x6x4xui8, lanes = 1>) -> !stream.channel<4x2x6xui8, lanes = 1, depth = 3>

  stream.sink "y0" %y0 : !stream.channel<24x!qnn.ternary, lanes = 2>
  stream.sink "y1" %y1 : !stream.channel<4x2x6xui8, depth = 3>
}
