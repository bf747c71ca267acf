// Brackets that nest too deeply for the parser are an error of one line, in any place.

// RUN: %{python} -c "print('%c = qnn.constant ' + '[' * 10000 + ']' * 10000 + ' : tensor<ui1>')" > %t.deep
// RUN: %{status} 1 qnn-opt %t.deep 2>&1 | filecheck %s --check-prefix DEEP
// RUN: %{python} -c "print('builtin.module {' * 10000 + '}' * 10000)" > %t.deep
// RUN: %{status} 1 qnn-opt %t.deep 2>&1 | filecheck %s --check-prefix DEEP
// DEEP-NOT: Traceback
// DEEP: deep:{{[0-9]+:[0-9]+}}: {{.+}}
// DEEP-NOT: Traceback

// Brackets in comments and strings do not count.
// RUN: %{python} -c "print('// (((( <<<< ' * 500); print(open(r'%s').read())" > %t.comments
// RUN: qnn-opt %t.comments | filecheck %s
// CHECK: %x = qnn.constant attributes {test.note = "\22(((("} 1 : tensor<ui1>
%x = qnn.constant attributes {test.note = "\"(((("} 1 : tensor<ui1>
