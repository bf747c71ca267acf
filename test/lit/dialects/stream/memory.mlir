// RUN: qnn-opt %s | qnn-opt | filecheck %s
// RUN: qnn-opt --print-op-generic %s | qnn-opt | filecheck %s
// RUN: qnn-opt --print-op-generic %s | filecheck %s --check-prefix GENERIC

// CHECK:      stream.design @main {
// CHECK-NEXT:   %x = stream.source "x" : !stream.channel<6xui4, lanes = 3>
// CHECK-NEXT:   %y = stream.matvec %x weights(@w) bias(@b) accumulator = si9 : (!stream.channel<6xui4, lanes = 3>) -> !stream.channel<4xsi9, lanes = 2>
stream.design @main {
  %x = stream.source "x" : !stream.channel<6xui4, lanes = 3>
  %y = stream.matvec %x weights(@w) bias(@b) accumulator = si9 : (!stream.channel<6xui4, lanes = 3>) -> !stream.channel<4xsi9, lanes = 2>
  stream.sink "y" %y : !stream.channel<4xsi9, lanes = 2>
}
// Four addresses of two rows; a row's word holds three columns of two bits in one byte.
// CHECK: stream.memory @w parallelism = [2, 3] "0x0001040310110013" : tensor<4x6x!qnn.ternary>
// GENERIC: "stream.memory"() <{sym_name = "w", value = #stream.packed<parallelism = [2, 3] "0x0001040310110013" : tensor<4x6x!qnn.ternary>>}> : () -> ()
stream.memory @w parallelism = [2, 3] "0x0001040310110013" : tensor<4x6x!qnn.ternary>
// CHECK-NEXT: stream.memory @b parallelism = [2, 1] "0x0102feff" : tensor<4xsi8> {note = "bias"}
stream.memory @b parallelism = [2, 1] "0x0102feff" : tensor<4xsi8> {note = "bias"}
