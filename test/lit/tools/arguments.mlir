// Errors in the command line: one line on standard error, and exit status 2.

// RUN: rm -f %t
// RUN: %{status} 2 qnn-opt %s --canonicalise 2>> %t
// CHECK:      qnn-opt: unknown pass or option --canonicalise; did you mean --canonicalize?
// RUN: %{status} 2 qnn-opt %s -p canonicalise 2>> %t
// CHECK-NEXT: qnn-opt: there is no pass canonicalise; did you mean canonicalize?
// RUN: %{status} 2 qnn-opt %s --canonicalize="top-down=1" 2>> %t
// CHECK-NEXT: qnn-opt: canonicalize has no option top-down; {{.+}}
// RUN: %{status} 2 qnn-opt %s -p "canonicalize{" 2>> %t
// CHECK-NEXT: qnn-opt: can't read the pipeline 'canonicalize{': {{.+}}
// RUN: %{status} 2 qnn-opt %s -p 2>> %t
// CHECK-NEXT: qnn-opt: -p needs a pipeline, such as "fold-bn,canonicalize"
// RUN: %{status} 2 qnn-opt %s %s 2>> %t
// CHECK-NEXT: qnn-opt: unrecognized arguments: {{.*}}arguments.mlir
// RUN: %{status} 2 qnn-opt %s -o 2>> %t
// CHECK-NEXT: qnn-opt: argument -o/--output-file: expected one argument

// Options cannot be abbreviated. These errors come before a file is read.
// RUN: %{status} 2 qnn-opt %t.missing --time-pass 2>> %t
// CHECK-NEXT: qnn-opt: unknown pass or option --time-pass; did you mean --time-passes?

// CHECK-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --input-file %t

%x = qnn.constant 1 : tensor<ui1>
