// RUN: qnn-opt --pack-bits --check-semantics %s 2> /dev/null | filecheck %s
// RUN: qnn-opt --pack-bits --pack-bits %s | filecheck %s

// Two layers read the same weights in words of different sizes, and share the thresholds.
// CHECK:      %a = stream.matvec %x weights(@w) thresholds(@t) accumulator = si5
// CHECK-NEXT: %b = stream.matvec %a weights(@w_1) thresholds(@t) accumulator = si5
stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui1, lanes = 2>
  %a = stream.matvec %x weights(@w) thresholds(@t) accumulator = si5 : (!stream.channel<4xui1, lanes = 2>) -> !stream.channel<4xui1, lanes = 2>
  %b = stream.matvec %a weights(@w) thresholds(@t) accumulator = si5 : (!stream.channel<4xui1, lanes = 2>) -> !stream.channel<4xui1>
  stream.sink "b" %b : !stream.channel<4xui1>
}
// CHECK-NOT:  qnn.data
// CHECK:      stream.memory @w parallelism = [2, 2] "0x000307010c0c0e04" : tensor<4x4xsi2>
// CHECK-NEXT: stream.memory @t parallelism = [1, 1] "0x01" : tensor<1x1xui1>
// CHECK-NEXT: stream.memory @w_1 parallelism = [1, 2] "0x00070301
qnn.data @w [[0, 0, -1, 1], [-1, 0, 1, 0], [0, -1, -2, -1], [0, -1, 0, 1]] : tensor<4x4xsi2>
qnn.data @t [[1]] : tensor<1x1xui1>
