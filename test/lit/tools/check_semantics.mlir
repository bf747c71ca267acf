// --check-semantics reports what it compared; its inputs are random, or come from files.

// RUN: qnn-opt --fold-bn --canonicalize --check-semantics=3 %s -o %t.out 2> %t.err
// RUN: filecheck %s --match-full-lines --input-file %t.err
// CHECK:      check-semantics: fold-bn keeps all results and 1 activations, on 9 inputs
// CHECK-NEXT: check-semantics: canonicalize keeps all results and 1 activations, on 9 inputs

// RUN: %{python} -c "import numpy, sys; numpy.save(sys.argv[1], numpy.zeros((70, 4)))" %t.npy
// RUN: qnn-opt --fold-bn --check-inputs %t.npy %s -o %t.out 2> %t.err
// RUN: filecheck %s --match-full-lines --check-prefix GIVEN --input-file %t.err
// GIVEN: check-semantics: fold-bn keeps all results and 1 activations, on 70 inputs

// RUN: %{python} -c "import numpy, sys; numpy.save(sys.argv[1], numpy.full((1, 4), 300))" %t.npy
// RUN: %{status} 1 qnn-opt --fold-bn --check-inputs %t.npy %s 2> %t.err
// RUN: filecheck %s --match-full-lines --check-prefix WRONG --input-file %t.err
// WRONG: qnn-opt: the module fails before the pass: input "x": value 300 does not fit in si8 (-128 to 127)

func.func @main(%x: tensor<1x4xsi8>) -> tensor<1x4xui2> {
  %s = qnn.constant 0.1 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x4xsi8>, tensor<f32>) -> tensor<1x4xf32>
  %q = qnn.quantize %a, %s {layer = "Quant_0"} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xui2>
  func.return %q : tensor<1x4xui2>
}
