// RUN: qnn-opt --fold-bn --check-semantics --split-input-file %s | filecheck %s

// Constant factors and offsets behind a quantized tensor, averages before a linear layer, and images
// that are normalized in NCHW.

// A factor changes the scale, and an offset of whole steps the zero point; 0 stays an integer, with
// which the convolution pads.

// CHECK-LABEL: @shifted
// CHECK:         %y = qnn.conv2d %x, %w_int bias %zero pads = [0, 1, 0, 0] pad_value = 2 : (tensor<1x1x3x1xui2>, tensor<1x1x2x1x!qnn.ternary>, tensor<1xsi1>) -> tensor<1x1x3x1xsi3>
// CHECK:         %scale = qnn.constant 0.07500000298023224 : tensor<f64>
// CHECK:         %y_1 = qnn.dequantize %y, %scale : (tensor<1x1x3x1xsi3>, tensor<f64>) -> tensor<1x1x3x1xf32>
func.func @shifted(%x: tensor<1x1x3x1xui2>) -> tensor<1x1x3x1xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x1x3x1xui2>, tensor<f32>) -> tensor<1x1x3x1xf32>
  %third = qnn.constant 0.3 : tensor<f32>
  %one = qnn.constant 1.0 : tensor<f32>
  %b = qnn.sub %a, %one : (tensor<1x1x3x1xf32>, tensor<f32>) -> tensor<1x1x3x1xf32>
  %c = qnn.mul %b, %third : (tensor<1x1x3x1xf32>, tensor<f32>) -> tensor<1x1x3x1xf32>
  %w_int = qnn.constant [[[[1], [-1]]]] : tensor<1x1x2x1x!qnn.ternary>
  %w = qnn.dequantize %w_int, %s : (tensor<1x1x2x1x!qnn.ternary>, tensor<f32>) -> tensor<1x1x2x1xf32>
  %y = qnn.conv2d %c, %w pads = [0, 1, 0, 0] : (tensor<1x1x3x1xf32>, tensor<1x1x2x1xf32>) -> tensor<1x1x3x1xf32>
  func.return %y : tensor<1x1x3x1xf32>
}

// -----

// Another offset becomes a bias: the offset times the sum of the weights.

// CHECK-LABEL: @offset
// CHECK:         %y = qnn.linear %x, %w_int : (tensor<1x2xui2>, tensor<2x2xsi3>) -> tensor<1x2xsi5>
// CHECK:         %y_1 = qnn.dequantize %y, %scale : (tensor<1x2xsi5>, tensor<f64>) -> tensor<1x2xf32>
// CHECK:         %offset = qnn.constant [0.1875, -0.125] : tensor<2xf32>
// CHECK:         %y_2 = qnn.add %y_1, %offset : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
func.func @offset(%x: tensor<1x2xui2>) -> tensor<1x2xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xui2>, tensor<f32>) -> tensor<1x2xf32>
  %o = qnn.constant 0.125 : tensor<f32>
  %b = qnn.add %a, %o : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %w_int = qnn.constant [[1, 2], [-3, 1]] : tensor<2x2xsi3>
  %w = qnn.dequantize %w_int, %s : (tensor<2x2xsi3>, tensor<f32>) -> tensor<2x2xf32>
  %y = qnn.linear %b, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  func.return %y : tensor<1x2xf32>
}

// -----

// An average feeds a linear layer: the layer reads the sums, and its scale is divided.

// CHECK-LABEL: @average
// CHECK:         %p = qnn.sum_pool %x kernel = [2, 2] : (tensor<1x2x2x2xui2>) -> tensor<1x1x1x2xui4>
// CHECK:         %y = qnn.linear %flat, %w_int : (tensor<1x2xui4>, tensor<1x2xsi3>) -> tensor<1x1xsi7>
// CHECK:         %q = qnn.threshold %y, %thresholds {layer = "Quant_0"} : (tensor<1x1xsi7>, tensor<1x15xui6>) -> tensor<1x1xui4>
func.func @average(%x: tensor<1x2x2x2xui2>) -> tensor<1x1xui4> {
  %s = qnn.constant 0.7 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x2x2xui2>, tensor<f32>) -> tensor<1x2x2x2xf32>
  %p = qnn.avg_pool %a kernel = [2, 2] : (tensor<1x2x2x2xf32>) -> tensor<1x1x1x2xf32>
  %flat = qnn.reshape %p : (tensor<1x1x1x2xf32>) -> tensor<1x2xf32>
  %w_int = qnn.constant [[3, -2]] : tensor<1x2xsi3>
  %w = qnn.dequantize %w_int, %s : (tensor<1x2xsi3>, tensor<f32>) -> tensor<1x2xf32>
  %y = qnn.linear %flat, %w : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
  %q = qnn.quantize %y, %s {layer = "Quant_0"} : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xui4>
  func.return %q : tensor<1x1xui4>
}

// -----

// A factor that floats represent exactly makes two scales equal, so that integers are added.

// CHECK-LABEL: @added
// CHECK:         %scale = qnn.constant 0.25 : tensor<f32>
// CHECK:         %d = qnn.add %x, %y : (tensor<1x2xui2>, tensor<1x2xui2>) -> tensor<1x2xsi4>
// CHECK:         %d_1 = qnn.dequantize %d, %scale : (tensor<1x2xsi4>, tensor<f32>) -> tensor<1x2xf32>
func.func @added(%x: tensor<1x2xui2>, %y: tensor<1x2xui2>) -> tensor<1x2xf32> {
  %s = qnn.constant 0.5 : tensor<f32>
  %t = qnn.constant 0.25 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2xui2>, tensor<f32>) -> tensor<1x2xf32>
  %b = qnn.mul %a, %s : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %c = qnn.dequantize %y, %t : (tensor<1x2xui2>, tensor<f32>) -> tensor<1x2xf32>
  %d = qnn.add %b, %c : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  func.return %d : tensor<1x2xf32>
}

// -----

// A mean for each channel in NCHW: the input is transposed instead, and each channel has thresholds.

// CHECK-LABEL: @normalized
// CHECK:         %b = qnn.transpose %x order = [0, 2, 3, 1] : (tensor<1x2x1x3xui8>) -> tensor<1x1x3x2xui8>
// CHECK:         %thresholds = qnn.constant {{\[\[}}3, 4, 5], [5, 6, 7]] : tensor<2x3xui3>
// CHECK:         %q = qnn.threshold %b, %thresholds {layer = "Quant_0"} : (tensor<1x1x3x2xui8>, tensor<2x3xui3>) -> tensor<1x1x3x2xui2>
func.func @normalized(%x: tensor<1x2x1x3xui8>) -> tensor<1x1x3x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x1x3xui8>, tensor<f32>) -> tensor<1x2x1x3xf32>
  %mean = qnn.constant [[[1.0]], [[2.0]]] : tensor<2x1x1xf32>
  %b = qnn.sub %a, %mean : (tensor<1x2x1x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x1x3xf32>
  %q = qnn.quantize %b, %s {layer = "Quant_0"} : (tensor<1x2x1x3xf32>, tensor<f32>) -> tensor<1x2x1x3xui2>
  %c = qnn.transpose %q order = [0, 2, 3, 1] : (tensor<1x2x1x3xui2>) -> tensor<1x1x3x2xui2>
  func.return %c : tensor<1x1x3x2xui2>
}

// -----

// Without constants for each channel, the input is transposed, too.

// CHECK-LABEL: @quantized
// CHECK:         %0 = qnn.transpose %x order = [0, 2, 3, 1] : (tensor<1x2x2x3xui8>) -> tensor<1x2x3x2xui8>
// CHECK:         %c = qnn.threshold %0, %thresholds {layer = "Quant_0"} : (tensor<1x2x3x2xui8>, tensor<1x3xui2>) -> tensor<1x2x3x2xui2>
func.func @quantized(%x: tensor<1x2x2x3xui8>) -> tensor<1x2x3x2xui2> {
  %s = qnn.constant 0.5 : tensor<f32>
  %a = qnn.dequantize %x, %s : (tensor<1x2x2x3xui8>, tensor<f32>) -> tensor<1x2x2x3xf32>
  %q = qnn.quantize %a, %s {layer = "Quant_0"} : (tensor<1x2x2x3xf32>, tensor<f32>) -> tensor<1x2x2x3xui2>
  %c = qnn.transpose %q order = [0, 2, 3, 1] : (tensor<1x2x2x3xui2>) -> tensor<1x2x3x2xui2>
  func.return %c : tensor<1x2x3x2xui2>
}
