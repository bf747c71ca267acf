// The input is a file, or standard input.

// RUN: qnn-opt %s > %t
// RUN: filecheck %s < %t
// CHECK: %x = qnn.constant 1 : tensor<ui1>
// RUN: qnn-opt < %s | diff %t -
// RUN: qnn-opt - < %s | diff %t -

// Plain xdsl-opt reads the dialect as well.
// RUN: xdsl-opt %s | filecheck %s

// RUN: qnn-opt --help | filecheck %s --check-prefix HELP
// HELP: usage: qnn-opt
// HELP: passes
// HELP: --canonicalize {{.+}}
// HELP: --fold-bn {{.+}}

%x = qnn.constant 1 : tensor<ui1>
