// RUN: qnn-opt %s --split-input-file --verify-diagnostics --parsing-diagnostics | filecheck %s

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: parallelism is [3, 3]: it must be two divisors of 4 rows and 6 columns
stream.memory @w parallelism = [3, 3] "0x00" : tensor<4x6xui2>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: parallelism is [2]: it must be two divisors of 4 rows and 6 columns
stream.memory @w parallelism = [2] "0x00" : tensor<4x6xui2>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: 4 addresses take 8 bytes, 1 are given
stream.memory @w parallelism = [2, 3] "0x00" : tensor<4x6xui2>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: a memory must hold rows of integers, not tensor<4x6xf32>
stream.memory @w parallelism = [2, 3] "0x00" : tensor<4x6xf32>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: value -2 does not fit in !qnn.ternary (-1 to 1)
stream.memory @w parallelism = [2, 3] "0x0200000000000000" : tensor<4x6x!qnn.ternary>

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{.*}}: constant data must be an even number of hex digits
stream.memory @w parallelism = [2, 3] "0x020" : tensor<4x6xui2>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<6xui4, lanes = 2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: @w is packed with 2x3 elements at an address, the process reads 2x2: run pack-bits after tile
  %y = stream.matvec %x weights(@w) accumulator = si9 : (!stream.channel<6xui4, lanes = 2>) -> !stream.channel<4xsi9, lanes = 2>
  stream.sink "y" %y : !stream.channel<4xsi9, lanes = 2>
}
stream.memory @w parallelism = [2, 3] "0x0001040310110013" : tensor<4x6x!qnn.ternary>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<6xui4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.matvec: there is no qnn.data @w
  %y = stream.matvec %x weights(@w) accumulator = si9 : (!stream.channel<6xui4>) -> !stream.channel<4xsi9>
  stream.sink "y" %y : !stream.channel<4xsi9>
}
