// RUN: %{python} -c "import sys; open(sys.argv[1], 'w').write(sys.argv[2])" %t.json '{"Gemm_0": {"pe": 2, "simd": 4}}'
// RUN: qnn-opt --tile="folding=%t.json" --check-semantics %s 2> %t.err | filecheck %s

// CHECK:      %x = stream.source "x" : !stream.channel<8xui2, lanes = 4>
// CHECK-NEXT: %y = stream.matvec %x weights(@w) accumulator = si6 {layer = "Gemm_0"} : (!stream.channel<8xui2, lanes = 4>) -> !stream.channel<4xsi6, lanes = 2>
// CHECK-NEXT: stream.sink "y" %y : !stream.channel<4xsi6, lanes = 2>
stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui2>
  %y = stream.matvec %x weights(@w) accumulator = si6 {layer = "Gemm_0"} : (!stream.channel<8xui2>) -> !stream.channel<4xsi6>
  stream.sink "y" %y : !stream.channel<4xsi6>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
