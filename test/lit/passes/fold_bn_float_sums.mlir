// RUN: qnn-opt --fold-bn --check-semantics --split-input-file %s 2> %t.err | filecheck %s
// RUN: qnn-opt --fold-bn --stream-lower --check-semantics --split-input-file %s 2> %t.err | filecheck %s --check-prefix STREAM

// The activation of a sum of two scales is averaged: a table of all pairs, in multiples of 1/8.

// CHECK-LABEL: @main
// CHECK:       [[FOUR:%.*]] = qnn.constant 4 : tensor<ui3>
// CHECK-NEXT:  [[MULTIPLE:%.*]] = qnn.mul %x, [[FOUR]]
// CHECK-NEXT:  [[PAIR:%.*]] = qnn.add [[MULTIPLE]], %y
// CHECK-NEXT:  %table = qnn.constant [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5] : tensor<16xsi4>
// CHECK-NEXT:  [[ROW:%.*]] = qnn.lookup [[PAIR]], %table first = -10
// CHECK-NEXT:  qnn.sum_pool [[ROW]] kernel = [2, 2]
// CHECK:       qnn.threshold
// STREAM-LABEL: @main
// STREAM:      stream.lookup
func.func @main(%x: tensor<1x2x2x2xsi2>, %y: tensor<1x2x2x2xsi2>) -> tensor<1x1x1x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.125 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x2x2xsi2>, tensor<f32>) -> tensor<1x2x2x2xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x2x2x2xsi2>, tensor<f32>) -> tensor<1x2x2x2xf32>
  %c = qnn.add %a, %b : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %r = qnn.relu %c : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %p = qnn.avg_pool %r kernel = [2, 2] {layer = "Pool_0"} : (tensor<1x2x2x2xf32>) -> tensor<1x1x1x2xf32>
  %q = qnn.quantize %p, %t {layer = "Quant_0"} : (tensor<1x1x1x2xf32>, tensor<f32>) -> tensor<1x1x1x2xui2>
  func.return %q : tensor<1x1x1x2xui2>
}

// -----

// A minimum is a negated maximum of two scales; the sums are negative multiples of 1/8.

// CHECK-LABEL: @main
// CHECK-DAG:   qnn.constant [8, 4, 0, -4] : tensor<4xsi5>
// CHECK-DAG:   qnn.constant [2, 1, 0, -1] : tensor<4xsi5>
// CHECK:       qnn.concat
// CHECK-NEXT:  qnn.max_pool
// CHECK-NEXT:  qnn.sum_pool
// CHECK:       qnn.threshold {{.*}} descending
// STREAM-LABEL: @main
// STREAM:      stream.pool
func.func @main(%x: tensor<1x2x1x2xsi2>, %y: tensor<1x2x1x2xsi2>) -> tensor<1x1x1x2xsi2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.125 : tensor<f32>
  %minus = qnn.constant -1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x1x2xsi2>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x2x1x2xsi2>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %c = qnn.mul %a, %minus : (tensor<1x2x1x2xf32>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %d = qnn.mul %b, %minus : (tensor<1x2x1x2xf32>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %e = qnn.concat %c, %d axis = 2 : (tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>) -> tensor<1x2x2x2xf32>
  %m = qnn.max_pool %e kernel = [1, 2] : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x2xf32>
  %n = qnn.mul %m, %minus : (tensor<1x2x1x2xf32>, tensor<f32>) -> tensor<1x2x1x2xf32>
  %p = qnn.avg_pool %n kernel = [2, 1] {layer = "Pool_0"} : (tensor<1x2x1x2xf32>) -> tensor<1x1x1x2xf32>
  %q = qnn.quantize %p, %t {layer = "Quant_0"} : (tensor<1x1x1x2xf32>, tensor<f32>) -> tensor<1x1x1x2xsi2>
  func.return %q : tensor<1x1x1x2xsi2>
}

// -----

// Level 1 sums the integers behind the product, whose floats are rounded: no table of floats.

// CHECK-LABEL: @main
// CHECK-NOT:   qnn.lookup
// CHECK:       qnn.max_pool %x
// CHECK:       qnn.sum_pool
// STREAM-LABEL: @main
// STREAM:      stream.pool
func.func @main(%x: tensor<1x4x2x1xui8>) -> tensor<1x1x1x1xui8> {
  %s = qnn.constant 0.1 : tensor<f32>
  %f = qnn.constant 0.3 : tensor<f32>
  %u = qnn.constant 0.015 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x4x2x1xui8>, tensor<f32>) -> tensor<1x4x2x1xf32>
  %b = qnn.mul %a, %f : (tensor<1x4x2x1xf32>, tensor<f32>) -> tensor<1x4x2x1xf32>
  %m = qnn.max_pool %b kernel = [2, 1] strides = [2, 1] : (tensor<1x4x2x1xf32>) -> tensor<1x2x2x1xf32>
  %p = qnn.avg_pool %m kernel = [2, 2] {layer = "Pool_0"} : (tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
  %q = qnn.quantize %p, %u {layer = "Quant_0"} : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xui8>
  func.return %q : tensor<1x1x1x1xui8>
}
