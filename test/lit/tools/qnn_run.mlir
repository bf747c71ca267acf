// A network gives equal results as ONNX, as imported MLIR, and as integers.

// RUN: rm -rf %t && mkdir -p %t/out
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir
// RUN: qnn-opt --fold-bn --minimize-accumulators %t/net.mlir -o %t/integer.mlir
// RUN: %{python} -c "import numpy, sys; x = numpy.arange(60).reshape(5, 2, 3, 2) * 7 %% 16; numpy.save(sys.argv[1], x); numpy.savez(sys.argv[2], x=x / 4, y=x)" %t/ints.npy %t/all.npz
// RUN: qnn run %t/net.onnx --input %t/all.npz:x -o %t/onnx.npy
// RUN: qnn run %t/net.mlir --input %t/ints.npy -o %t/net.npy
// RUN: qnn run %t/integer.mlir --input %t/all.npz:y -o %t/integer.npy
// RUN: diff %t/onnx.npy %t/net.npy
// RUN: diff %t/net.npy %t/integer.npy
// RUN: %{python} -c "import numpy, sys; y = numpy.load(sys.argv[1]); print(y.shape, y.dtype, y.min(), y.max())" %t/net.npy | filecheck %s --match-full-lines
// CHECK: (5, 2, 3, 2) float32 0.0 3.5

// Without -o the results are printed.
// RUN: qnn run %t/integer.mlir --input %t/ints.npy | filecheck %s --match-full-lines --check-prefix PRINTED
// PRINTED: {{\[\[\[\[[0-9. ]+\]}}

// Errors are one line on standard error, and exit status 1.
// RUN: %{status} 1 qnn run %t/none.mlir 2>> %t/errors
// ERRORS:      qnn: {{.*}}none.mlir: no such file or directory
// RUN: %{status} 1 qnn run %t/net.mlir 2>> %t/errors
// ERRORS-NEXT: qnn: @main takes image : tensor<1x2x3x2xui4>; 0 inputs are given
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/none.npy 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}none.npy: no such file or directory
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/all.npz 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}all.npz has several arrays; name one: {{.*}}all.npz:{x,y}
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/net.onnx 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}net.onnx is not a readable array: {{.+}}
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/all.npz:x 2>> %t/errors
// ERRORS-NEXT: qnn: input "image" from {{.*}}all.npz:x: ui4 holds whole numbers only: give the integers, which are the real numbers divided by the scale of the input
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/ints.npy -o %t/out/y.txt 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}y.txt: the name of a file for results must end in .npy or .npz
// RUN: %{status} 1 qnn run %t/net.mlir --input %t/ints.npy -o %t/none/y.npy 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}none/y.npy: no such file or directory
// RUN: %{status} 2 qnn run %t/net.mlir --input 2>> %t/errors
// ERRORS-NEXT: qnn: argument --input: expected one argument
// ERRORS-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors
// RUN: ls -A %t/out | diff /dev/null -
