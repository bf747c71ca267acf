// Every op of the qnn and the stream dialect at least once, with its optional parts, and every kind of
// attribute and type that a module may hold: what fuzz/kinds/text.py damages.

func.func @constants() {
  %whole = qnn.constant 3 : tensor<ui4>
  %rows = qnn.constant [[1, -1, 0], [-8, 7, 3]] : tensor<2x3xsi4>
  %signs = qnn.constant [-1, 1, 1, -1] : tensor<4x!qnn.bipolar>
  %three = qnn.constant "0x1c" : tensor<4x!qnn.ternary>
  %real = qnn.constant [0.5, -1.0e-05, 3.0e+38] : tensor<3xf32>
  %double = qnn.constant [[0.1], [-2.5]] : tensor<2x1xf64>
  %wide = qnn.constant [18446744073709551615, 0] : tensor<2xui64>
  %noted = qnn.constant attributes {note = "by hand"} -9223372036854775808 : tensor<si64>
  %far = qnn.constant @weights : tensor<4x3x3x2xsi4>
  func.return
}

func.func @quantization(%x: tensor<1x4xf32>, %acc: tensor<1x4xsi14>) {
  %scale = qnn.constant 0.25 : tensor<f32>
  %scales = qnn.constant [0.25, 0.5, 0.75, 1.0] : tensor<4xf32>
  %zero = qnn.constant 3 : tensor<ui4>
  %q = qnn.quantize %x, %scale : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xsi4>
  %r = qnn.quantize %x, %scales zero_point %zero rounding = floor axis = 1 {narrow, zero_point_first, layer = "Quant_0"} : (tensor<1x4xf32>, tensor<4xf32>, tensor<ui4>) -> tensor<1x4xui4>
  %d = qnn.dequantize %r, %scales zero_point %zero axis = 1 : (tensor<1x4xui4>, tensor<4xf32>, tensor<ui4>) -> tensor<1x4xf32>
  %m = qnn.constant [3, 5, 7, 9] : tensor<4xui16>
  %s = qnn.requantize %acc, %m shift = 16 offset = 2 rounding = half_up : (tensor<1x4xsi14>, tensor<4xui16>) -> tensor<1x4xsi8>
  %t = qnn.trunc %acc shift = 3 rounding = ceil : (tensor<1x4xsi14>) -> tensor<1x4xsi11>
  %steps = qnn.constant [[-5, 0, 5], [-6, 0, 6], [-7, 0, 7], [-8, 0, 8]] : tensor<4x3xsi14>
  %down = qnn.constant [0, 1, 0, 1] : tensor<4xui1>
  %y = qnn.threshold %acc, %steps descending %down offset = -2 {layer = "Relu_0"} : (tensor<1x4xsi14>, tensor<4x3xsi14>, tensor<4xui1>) -> tensor<1x4xsi2>
  %book = qnn.constant [-8, -1, 1, 7, 9, 10, 11, 12, -8, -1, 1, 7, 9, 10, 11, 12] : tensor<16xsi8>
  %v = qnn.lookup %q, %book first = -8 : (tensor<1x4xsi4>, tensor<16xsi8>) -> tensor<1x4xsi8>
  %books = qnn.constant "0x00010203040506070001020304050607" : tensor<4x4xsi8>
  %u = qnn.lookup %y, %books first = -2 {per_channel} : (tensor<1x4xsi2>, tensor<4x4xsi8>) -> tensor<1x4xsi8>
  func.return
}

func.func @linear(%x: tensor<1x6x6x2xui8>, %row: tensor<1x6xui2>, %f: tensor<1x6xf32>) {
  %w = qnn.constant @weights : tensor<4x3x3x2xsi4>
  %b = qnn.constant [1, 2, 3, 4] : tensor<4xsi8>
  %y = qnn.conv2d %x, %w : (tensor<1x6x6x2xui8>, tensor<4x3x3x2xsi4>) -> tensor<1x4x4x4xsi17>
  %z = qnn.conv2d %x, %w bias %b strides = [2, 1] pads = [1, 0, 1, 0] pad_value = 1 dilations = [1, 2] groups = 1 {layer = "Conv_0"} : (tensor<1x6x6x2xui8>, tensor<4x3x3x2xsi4>, tensor<4xsi8>) -> tensor<1x3x2x4xsi17>
  %up = qnn.constant "0x112233445566778899aabbccddeeff00" : tensor<4x2x2x2xsi4>
  %t = qnn.conv_transpose2d %x, %up bias %b strides = [2, 2] pads = [0, 0, 1, 1] output_pads = [1, 1] dilations = [1, 1] groups = 1 : (tensor<1x6x6x2xui8>, tensor<4x2x2x2xsi4>, tensor<4xsi8>) -> tensor<1x12x12x4xsi17>
  %m = qnn.constant "0x1111000c3c00" : tensor<4x6x!qnn.ternary>
  %l = qnn.linear %row, %m bias %b {layer = "Gemm_0"} : (tensor<1x6xui2>, tensor<4x6x!qnn.ternary>, tensor<4xsi8>) -> tensor<1x4xsi8>
  %one = qnn.constant [1.0, 1.0, 1.0, 1.0, 1.0, 1.0] : tensor<6xf32>
  %n = qnn.batch_norm %f, %one, %one, %one, %one {epsilon = 1.0e-03 : f32, layer = "BatchNorm_0"} : (tensor<1x6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<1x6xf32>
  func.return
}

func.func @pooling(%x: tensor<1x4x4x8xui2>, %f: tensor<1x4x4x8xf32>) {
  %a = qnn.max_pool %x kernel = [2, 2] strides = [2, 2] : (tensor<1x4x4x8xui2>) -> tensor<1x2x2x8xui2>
  %b = qnn.sum_pool %x kernel = [3, 3] strides = [1, 1] pads = [1, 1, 1, 1] dilations = [1, 1] : (tensor<1x4x4x8xui2>) -> tensor<1x4x4x8xui5>
  %c = qnn.avg_pool %f kernel = [4, 4] {count_padding} : (tensor<1x4x4x8xf32>) -> tensor<1x1x1x8xf32>
  func.return
}

func.func @elementwise(%x: tensor<1x4xf32>, %i: tensor<1x4xsi4>, %j: tensor<4xui2>) {
  %slope = qnn.constant [0.1, 0.2, 0.3, 0.4] : tensor<4xf32>
  %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = qnn.leaky_relu %0 {alpha = 0.125 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = qnn.clip %1 {low = -1.0 : f32, high = 1.0 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %3 = qnn.hard_sigmoid %2 {alpha = 0.2 : f32, beta = 0.5 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %4 = qnn.sigmoid %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_softplus = qnn.softplus %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_softsign = qnn.softsign %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_erf = qnn.erf %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_gelu = qnn.gelu %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_silu = qnn.silu %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_mish = qnn.mish %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %smooth_hard_swish = qnn.hard_swish %3 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %5 = qnn.tanh %4 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %6 = qnn.elu %5 {alpha = 1.5 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %7 = qnn.sign %6 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %8 = qnn.floor %7 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %9 = qnn.ceil %8 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %10 = qnn.round %9 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %11 = qnn.prelu %10, %slope : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %12 = qnn.div %11, %slope : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %sum = qnn.add %i, %j : (tensor<1x4xsi4>, tensor<4xui2>) -> tensor<1x4xsi5>
  %difference = qnn.sub %i, %j : (tensor<1x4xsi4>, tensor<4xui2>) -> tensor<1x4xsi5>
  %product = qnn.mul %i, %j {layer = "Mul_0"} : (tensor<1x4xsi4>, tensor<4xui2>) -> tensor<1x4xsi6>
  %rectified = qnn.relu %i : (tensor<1x4xsi4>) -> tensor<1x4xui3>
  func.return
}

func.func @layout(%x: tensor<1x4x4x8xui2>) {
  %0 = qnn.reshape %x : (tensor<1x4x4x8xui2>) -> tensor<1x128xui2>
  %1 = qnn.transpose %x order = [0, 3, 1, 2] : (tensor<1x4x4x8xui2>) -> tensor<1x8x4x4xui2>
  %2 = qnn.concat %x, %x axis = -1 : (tensor<1x4x4x8xui2>, tensor<1x4x4x8xui2>) -> tensor<1x4x4x16xui2>
  %3, %4 = qnn.split %x sizes = [5, 3] axis = 3 : (tensor<1x4x4x8xui2>) -> (tensor<1x4x4x5xui2>, tensor<1x4x4x3xui2>)
  %5 = qnn.slice %x starts = [0, 1, 0, 0] ends = [1, 4, 4, 8] steps = [1, 2, 1, 3] : (tensor<1x4x4x8xui2>) -> tensor<1x2x4x3xui2>
  %6 = qnn.pad %x low = [0, 1, 1, 0] high = [0, 1, 0, 0] value = 2 : (tensor<1x4x4x8xui2>) -> tensor<1x6x5x8xui2>
  %7 = qnn.resize %x scales = [1, 2, 2, 1] : (tensor<1x4x4x8xui2>) -> tensor<1x8x8x8xui2>
  func.return
}

func.func @classify(%x: tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xui4>, tensor<1xui4>) {
  %p = qnn.softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
  %log_p = qnn.log_softmax %x axis = -1 : (tensor<1x10xf32>) -> tensor<1x10xf32>
  %i = qnn.arg_max %p axis = 1 : (tensor<1x10xf32>) -> tensor<1xui4>
  %v, %k = qnn.top_k %p k = 3 axis = -1 : (tensor<1x10xf32>) -> (tensor<1x3xf32>, tensor<1x3xui4>)
  func.return %v, %k, %i : tensor<1x3xf32>, tensor<1x3xui4>, tensor<1xui4>
}

func.func private @elsewhere(tensor<1x10xf32>) -> tensor<1xui4>

func.func @call(%x: tensor<1x10xf32>) -> tensor<1xui4> {
  %y = func.call @elsewhere(%x) : (tensor<1x10xf32>) -> tensor<1xui4>
  func.return %y : tensor<1xui4>
}

"test.op"() {
  int = 1, signed = -8 : si4, unsigned = 255 : ui8, index = -1 : index, flag = true, hex = 0xff : i64,
  half = 0.5 : f16, brain = 1.0e+10 : bf16, single = 0x7F800000 : f32, double = 1.0e-300,
  infinite = 1.0e+999, tiny = 1.0 : f8E4M3FN, small = -6.0 : f4E2M1FN, tensor32 = 0.1 : tf32,
  text = "a \"name\"\09", accents = "é", bytes = "\FF\00", "a key" = unit, alone, symbol = @a::@"b c",
  list = [1, [], "two", @three], pairs = {a = 1 : i32, b = {c = [f32]}}, ints = array<i64: 1, -2>,
  flags = array<i1: true, false>, floats = array<f32: 1.0, -2.5e-10>, none = array<i8>,
  rounding = #qnn<rounding half_even>, data = #qnn.data<[1, 2] : tensor<2xui2>>,
  function = (i1, f32) -> (index), nothing = () -> (), tuple = tuple<i1, tuple<>>, void = none,
  complex = complex<f32>, vector = vector<2x[4]xi8>, memory = memref<2x?xf32, 1 : i64>,
  unranked = memref<*xf32>, dynamic = tensor<?x4xbf16>, any = tensor<*xf64>, scalar = tensor<index>,
  place = loc("a.mlir":3:4), places = loc(fused["a", callsite("b" at unknown)])
} : () -> () loc("elsewhere.mlir":12:34)

%outer, %more = "test.op"() ({
^bb0(%u: i1 loc("argument.mlir":5:6)):
  %v = "test.op"(%u) : (i1) -> i1 loc(unknown)
  "test.termop"(%v)[^bb1, ^bb2] : (i1) -> ()
^bb1:
  "test.termop"()[^bb2] : () -> ()
^bb2:
  "test.termop"() : () -> ()
}, {
}) {regions} : () -> (i1, tuple<f32>)
"test.op"(%outer, %more) : (i1, tuple<f32>) -> ()

qnn.data @weights "0x1f2e3d4c5b6a79880796a5b4c3d2e1f0123456789abcdef0fedcba9876543210f0e1d2c3" : tensor<4x3x3x2xsi4>
qnn.data @"a name, quoted" [0.5] : tensor<1xf32> {origin = "by hand"}
