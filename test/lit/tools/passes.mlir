// Passes run in the order of the command line, as flags or in a pipeline; timings go to standard
// error.

// RUN: qnn-opt %s --time-passes --canonicalize --fold-bn -p "canonicalize,fold-bn" --canonicalize 2> %t.err | filecheck %s
// RUN: filecheck %s --match-full-lines --check-prefix TIME --input-file %t.err
// TIME:      canonicalize {{ *[0-9.]+}} ms
// TIME-NEXT: fold-bn {{ *[0-9.]+}} ms
// TIME-NEXT: canonicalize {{ *[0-9.]+}} ms
// TIME-NEXT: fold-bn {{ *[0-9.]+}} ms
// TIME-NEXT: canonicalize {{ *[0-9.]+}} ms
// TIME-NOT: {{.+}}

// RUN: qnn-opt -p fold-bn --canonicalize="" --print-ir-after-all %s 2> %t.err | filecheck %s
// RUN: filecheck %s --check-prefix AFTER --input-file %t.err
// AFTER: // after fold-bn
// AFTER-NEXT: builtin.module {
// AFTER: // after canonicalize
// AFTER-NEXT: builtin.module {
// AFTER-NEXT: func.func @main
// AFTER-NEXT: func.return
// AFTER-NOT: // after

// CHECK:      builtin.module {
// CHECK-NEXT:   func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
// CHECK-NEXT:     func.return %x : tensor<4xf32>

// Without passes, the module is printed unchanged.
// RUN: qnn-opt %s | filecheck %s --check-prefix NONE
// NONE: %unused = qnn.relu %x

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %unused = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  func.return %x : tensor<4xf32>
}
