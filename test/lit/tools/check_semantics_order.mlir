// --check-semantics compares an activation whose order a pass changes: fold-bn moves the quantizer
// above the transpose, and stream-lower absorbs the transpose in the weights.

// RUN: qnn-opt --fold-bn --minimize-accumulators --stream-lower --check-semantics %s -o %t.out 2> %t.err
// RUN: filecheck %s --match-full-lines --input-file %t.err
// CHECK:      check-semantics: fold-bn keeps all results and 1 activations, on 9 inputs
// CHECK-NEXT: check-semantics: minimize-accumulators keeps all results and 1 activations, on 9 inputs
// CHECK-NEXT: check-semantics: stream-lower keeps all results and 1 activations, on 9 inputs

func.func @main(%x: tensor<1x2x2x3xsi3>) -> tensor<1x2xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x2x3xsi3>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %w = qnn.constant [[[[2, 1, 0]]], [[[-2, -1, -3]]]] : tensor<2x1x1x3xsi3>
  %r = qnn.constant [0.1, 0.3] : tensor<2xf32>
  %wf = qnn.dequantize %w, %r axis = 0 : (tensor<2x1x1x3xsi3>, tensor<2xf32>) -> tensor<2x1x1x3xf32>
  %c = qnn.conv2d %a, %wf : (tensor<1x2x2x3xf32>, tensor<2x1x1x3xf32>) -> tensor<1x2x2x2xf32>
  %t = qnn.transpose %c order = [0, 3, 1, 2] : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %f = qnn.reshape %t : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
  %q = qnn.quantize %f, %s {layer = "Quant_0"} : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xsi3>
  %d = qnn.dequantize %q, %s : (tensor<1x8xsi3>, tensor<f32>) -> tensor<1x8xf32>
  %m = qnn.constant [[1, 0, 1, 0, 1, 1, 1, 0], [1, 1, 0, 1, -1, 0, 0, 1]] : tensor<2x8xsi2>
  %md = qnn.dequantize %m, %s : (tensor<2x8xsi2>, tensor<f32>) -> tensor<2x8xf32>
  %y = qnn.linear %d, %md {layer = "Gemm_0"} : (tensor<1x8xf32>, tensor<2x8xf32>) -> tensor<1x2xf32>
  func.return %y : tensor<1x2xf32>
}
