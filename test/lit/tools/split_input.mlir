// With --split-input-file, each part is a module; line numbers count from the top of the file.

// RUN: %{status} 0 qnn-opt --split-input-file --verify-diagnostics %s | filecheck %s --match-full-lines
// Without --verify-diagnostics, the first error ends the run, and nothing is printed.
// RUN: %{status} 1 qnn-opt --split-input-file %s 2> %t.err > %t.out
// RUN: diff %t.out /dev/null
// RUN: filecheck %s --match-full-lines --check-prefix FIRST --input-file %t.err

// CHECK:      builtin.module {
// CHECK-NEXT:   %x = qnn.constant 1 : tensor<ui1>
// CHECK-NEXT: }
%x = qnn.constant 1 : tensor<ui1>

// -----

// CHECK-NEXT: // {{-----}}
// CHECK-NEXT: {{.*}}split_input.mlir:[[# @LINE + 7]]:1: qnn.relu: %x is used before it is defined
// CHECK-NEXT: %y = qnn.relu %x : (tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT: {{\^}}
// FIRST: {{.*}}split_input.mlir:[[# @LINE + 4]]:1: qnn.relu: %x is used before it is defined
// FIRST-NEXT: %y = qnn.relu %x : (tensor<2xf32>) -> tensor<2xf32>
// FIRST-NEXT: {{\^}}
// FIRST-NOT: {{.+}}
%y = qnn.relu %x : (tensor<2xf32>) -> tensor<2xf32>
%x = "test.op"() : () -> tensor<2xf32>

// -----

// CHECK-NEXT: // {{-----}}
// CHECK-NEXT: builtin.module {
// CHECK-NEXT:   %x = qnn.constant 3 : tensor<ui2>
// CHECK-NEXT: }
// CHECK-NOT: {{.+}}
%x = qnn.constant 3 : tensor<ui2>
