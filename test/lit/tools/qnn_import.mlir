// A trained network becomes level 1 MLIR; its layers are listed on standard output.

// RUN: rm -rf %t && mkdir -p %t
// RUN: %{python} %S/Inputs/network.py tiny %t/net.onnx
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" -o %t/net.mlir > %t/table
// RUN: filecheck %s --match-full-lines --check-prefix TABLE --input-file %t/table
// TABLE:      input "image": tensor<1x2x3x2xui4>
// TABLE-NEXT: output 0: tensor<1x2x3x2xf32>
// TABLE-NEXT: layer   kind    weight bits  activation bits  output  MACs  parameters
// TABLE-NEXT: Conv_0  conv2d            4                4   3x2x2    48           8
// TABLE-NEXT: 1 layer: 48 MACs, 8 parameters, 1.25 kBOPs
// TABLE-NEXT: fold-bn makes every layer integer; it absorbs 2 dequantize, 1 quantize, 1 relu
// TABLE-NEXT: the network reaches level 3: qnn compile can make a design of it
// TABLE-NOT:  {{.+}}

// RUN: filecheck %s --match-full-lines --input-file %t/net.mlir
// CHECK:        func.func @main(%image: tensor<1x2x3x2xui4>) -> tensor<1x2x3x2xf32> {
// CHECK:          %v = qnn.constant {{\[\[\[\[}}1, 3], [-2, -4]]], [{{\[\[}}0, 2], [1, -1]]]] : tensor<2x1x2x2xsi4>
// CHECK:          %sums = qnn.conv2d %1, %2 pads = [0, 0, 0, 1] {layer = "Conv_0"} : (tensor<1x3x2x2xf32>, tensor<2x1x2x2xf32>) -> tensor<1x3x2x2xf32>
// CHECK-NEXT:     %relu = qnn.relu %sums {layer = "Relu_0"} : (tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
// CHECK:          %3 = qnn.quantize %relu, %scale_2 {layer = "Quant_0"} : (tensor<1x3x2x2xf32>, tensor<f32>) -> tensor<1x3x2x2xsi4>

// The written text parses to the same module.
// RUN: qnn-opt %t/net.mlir | diff %t/net.mlir -

// RUN: qnn-opt --fold-bn --check-semantics %t/net.mlir -o %t/integer.mlir
// RUN: filecheck %s --match-full-lines --check-prefix FOLD --input-file %t/integer.mlir
// FOLD:          %sums = qnn.conv2d %0, %v pads = [0, 0, 0, 1] {layer = "Conv_0"} : (tensor<1x3x2x2xui4>, tensor<2x1x2x2xsi4>) -> tensor<1x3x2x2xsi8>
// FOLD-NEXT:     %thresholds = qnn.constant @thresholds : tensor<2x15xsi8>
// FOLD-NEXT:     %1 = qnn.threshold %sums, %thresholds offset = -8 {layer = "Quant_0"} : (tensor<1x3x2x2xsi8>, tensor<2x15xsi8>) -> tensor<1x3x2x2xsi4>
// FOLD-NOT:      qnn.relu

// An assumed scale is reported.
// RUN: qnn import %t/net.onnx --input image=ui4 -o %t/whole.mlir 2>&1 | filecheck %s --match-full-lines --check-prefix SCALE
// SCALE: qnn: input image=ui4 has the scale 1; image=ui4*SCALE sets another

// Without -o, nothing is written.
// RUN: qnn import %t/net.onnx --input "image=ui4*0.25" | diff %t/table -
