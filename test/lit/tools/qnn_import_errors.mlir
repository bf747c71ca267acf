// Import errors: one line on standard error, and exit status 1.

// RUN: rm -rf %t && mkdir -p %t/folder %t/out
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: %{status} 1 qnn import %t/none.onnx 2>> %t/errors
// CHECK:      qnn: {{.*}}none.onnx: no such file or directory
// RUN: %{status} 1 qnn import %t/folder 2>> %t/errors
// CHECK-NEXT: qnn: {{.*}}folder is not a file
// RUN: %{python} -c "d = open(r'%t/net.onnx', 'rb').read(); open(r'%t/cut.onnx', 'wb').write(d[:100])"
// RUN: %{status} 1 qnn import %t/cut.onnx 2>> %t/errors
// CHECK-NEXT: qnn: {{.*}}cut.onnx is not an ONNX model: it can't be decoded (networks are .onnx files, or .pt2 files of torch.export.save)
// RUN: %{python} %S/Inputs/network.py strange %t/strange.onnx
// RUN: %{status} 1 qnn import %t/strange.onnx -o %t/out/net.mlir 2>> %t/errors
// CHECK-NEXT: qnn: node "Zoom_7" (Zoom): this operator is not supported: replace it or remove it before export

// --input uses the input names of the model.
// RUN: %{status} 1 qnn import %t/net.onnx --input picture=ui8 2>> %t/errors
// CHECK-NEXT: qnn: the model has no input "picture": its inputs are image
// RUN: %{status} 1 qnn import %t/net.onnx --input image=ui8 --input image=si8 2>> %t/errors
// CHECK-NEXT: qnn: --input sets the type of the input "image" twice: leave one out

// External data is read only from the folder of the model or below.
// RUN: %{python} %S/Inputs/network.py missing-data %t/folder/missing.onnx
// RUN: %{status} 1 qnn import %t/folder/missing.onnx 2>> %t/errors
// CHECK-NEXT: qnn: constant "c": 4 bytes of data can't be read from weights.bin
// RUN: %{python} -c "open(r'%t/weights.bin', 'wb').write(bytes(4))"
// RUN: %{python} %S/Inputs/network.py data-outside %t/folder/outside.onnx
// RUN: %{status} 1 qnn import %t/folder/outside.onnx 2>> %t/errors
// CHECK-NEXT: qnn: constant "c" has its data outside the model's folder, in ../weights.bin: move it there

// RUN: %{status} 1 qnn import %t/net.onnx -o %t/none/net.mlir 2>> %t/errors
// CHECK-NEXT: qnn: {{.*}}none/net.mlir: no such file or directory

// An error in the command line ends with exit status 2.
// RUN: %{status} 2 qnn import %t/net.onnx --input image 2>> %t/errors
// CHECK-NEXT: qnn: argument --input: 'image' is not NAME=TYPE*SCALE, as in image=ui8*0.00390625
// RUN: %{status} 2 qnn import %t/net.onnx --input "image=ui8*much" 2>> %t/errors
// CHECK-NEXT: qnn: argument --input: the scale 'much' is not a number
// RUN: %{status} 2 qnn import %t/net.onnx --input "image=ui8*1e60" 2>> %t/errors
// CHECK-NEXT: qnn: argument --input: the scale 1e+60 must be a positive float32 number
// RUN: %{status} 2 qnn import 2>> %t/errors
// CHECK-NEXT: qnn: the following arguments are required: model (qnn import --help has an example)
// RUN: %{status} 2 qnn exprot %t/net.onnx 2>> %t/errors
// CHECK-NEXT: qnn: unknown command 'exprot'; did you mean explore?
// CHECK-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --input-file %t/errors

// No temporary file is left.
// RUN: ls -A %t/out | diff /dev/null -
// RUN: ls -A %t | filecheck %s --match-full-lines --check-prefix LIST
// LIST:      cut.onnx
// LIST-NEXT: errors
// LIST-NEXT: folder
// LIST-NEXT: net.onnx
// LIST-NEXT: out
// LIST-NEXT: strange.onnx
// LIST-NEXT: weights.bin
// LIST-NOT:  {{.+}}
