// Errors of files: one line on standard error, and exit status 1.

// RUN: rm -rf %t && mkdir -p %t/folder %t/out
// RUN: %{status} 1 qnn-opt %t/missing 2>> %t/errors
// CHECK:      qnn-opt: {{.*}}missing: no such file or directory
// RUN: %{status} 1 qnn-opt %t/folder 2>> %t/errors
// CHECK-NEXT: qnn-opt: {{.*}}folder: is a directory
// RUN: echo " " > %t/empty
// RUN: %{status} 1 qnn-opt %t/empty 2>> %t/errors
// CHECK-NEXT: qnn-opt: {{.*}}empty is empty
// RUN: %{status} 1 qnn-opt < %t/empty 2>> %t/errors
// CHECK-NEXT: qnn-opt: standard input is empty
// RUN: %{python} -c "open(r'%t/latin', 'wb').write('// caf\xe9'.encode('latin-1'))"
// RUN: %{status} 1 qnn-opt %t/latin 2>> %t/errors
// CHECK-NEXT: qnn-opt: {{.*}}latin is not UTF-8 text (byte 6)
// RUN: %{status} 1 qnn-opt < %t/latin 2>> %t/errors
// CHECK-NEXT: qnn-opt: standard input is not UTF-8 text (byte 6): only MLIR can be piped; qnn import -o writes it
// RUN: %{status} 1 qnn-opt %s -o %t/none/out.mlir 2>> %t/errors
// CHECK-NEXT: qnn-opt: {{.*}}none{{.*}}: no such file or directory
// RUN: %{status} 1 qnn-opt %s -o %t/folder 2>> %t/errors
// CHECK-NEXT: qnn-opt: {{.*}}folder: is a directory
// CHECK-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --input-file %t/errors

// A file is written as a whole or not at all; the output may be the input file.
// RUN: cp %s %t/out/good.mlir
// RUN: qnn-opt %t/out/good.mlir -o %t/out/good.mlir > %t/printed
// RUN: diff %t/printed /dev/null
// RUN: filecheck %s --check-prefix GOOD --input-file %t/out/good.mlir
// GOOD:      builtin.module {
// GOOD-NEXT:   %x = qnn.constant 1 : tensor<ui1>
// GOOD-NEXT: }
// RUN: cp %t/out/good.mlir %t/good
// RUN: echo "%y = qnn.relu %x" > %t/bad
// RUN: %{status} 1 qnn-opt %t/bad -o %t/out/good.mlir
// RUN: %{status} 1 qnn-opt %t/bad -o %t/out/new.mlir
// RUN: diff %t/good %t/out/good.mlir
// RUN: ls -A %t/out | filecheck %s --match-full-lines --check-prefix LIST
// LIST: good.mlir
// LIST-NOT: {{.+}}

%x = qnn.constant 1 : tensor<ui1>
