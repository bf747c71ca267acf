// qnn compile and qnn estimate accept a sum of two scales that no integers reproduce exactly.

// RUN: rm -rf %t && mkdir -p %t
// RUN: %{status} 1 qnn compile %s --target hls --device z7020 -o %t/build 2> %t/errors
// RUN: %{status} 2 qnn compile %s --target hls --device z7020 --max-error one -o %t/build 2>> %t/errors
// RUN: qnn compile %s --target hls --device z7020 --max-error 1 -o %t/build 2> %t/steps > %t/table
// RUN: qnn estimate %s --device z7020 --max-error 1 2> %t/steps > %t/same
// RUN: diff %t/table %t/same
// RUN: %{status} 1 qnn estimate %t/build/design.mlir --device z7020 --max-error 1 2>> %t/errors

// RUN: filecheck %s --check-prefix ERR --input-file %t/errors
// ERR:      qnn: fold-bn cannot make these ops integer:
// ERR-NEXT:   qnn.quantize "Quant_0": it combines tensors of 4096 and 4096 values: {{.*}}, or allow an error: --max-error 1, in qnn-opt --fold-bn="max-error=1"
// ERR:      --max-error: 'one' is not a whole number from 0 to 999
// ERR:      qnn: the network is a design already: --max-error can only be used on a network that fold-bn has not lowered yet

// RUN: filecheck %s --check-prefix STEPS --input-file %t/steps
// STEPS: fold-bn: qnn.quantize "Quant_0": levels may be off by up to 1

func.func @main(%x: tensor<1x2xsi12>, %y: tensor<1x2xsi12>) -> tensor<1x2xui2> {
  %s = qnn.constant 0.003 : tensor<f32>
  %t = qnn.constant 0.00471 : tensor<f32>
  %u = qnn.constant 1.0 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xsi12>, tensor<f32>) -> tensor<1x2xf32>
  %b = qnn.dequantize %y, %t : (tensor<1x2xsi12>, tensor<f32>) -> tensor<1x2xf32>
  %c = qnn.add %a, %b {layer = "Add_0"} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = qnn.quantize %c, %u {layer = "Quant_0"} : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xui2>
  func.return %q : tensor<1x2xui2>
}
