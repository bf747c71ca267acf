// The page with the module after each pass.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn-opt --fold-bn --canonicalize %s --page %t/page.html -o %t/out.mlir
// RUN: qnn-opt --fold-bn --canonicalize %s | diff - %t/out.mlir
// RUN: filecheck %s --input-file %t/page.html
// CHECK: <title>qnn-opt fold-bn,canonicalize {{.*}}qnn_opt_page.mlir</title>
// CHECK: {"name":"input","seconds":0.0,"lines":[["=","builtin.module {"],
// CHECK-SAME: {"name":"fold-bn","seconds":
// CHECK-SAME: ["-","    %y = qnn.relu %x
// CHECK-SAME: {"name":"canonicalize","seconds":

// RUN: %{status} 1 qnn-opt --fold-bn %s --page %t/nowhere/page.html -o %t/none.mlir 2> %t/errors
// RUN: filecheck %s --check-prefix ERRORS --input-file %t/errors
// ERRORS: qnn-opt: {{.*}}page.html: no such file or directory

func.func @main(%i: tensor<1x2xsi4>) -> tensor<1x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %x = qnn.dequantize %i, %s : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
  %y = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %y, %s : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}
