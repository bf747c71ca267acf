// A convolution with 4-bit weights, batch normalisation and a ReLU, between two quantizers: what a
// training framework leaves behind. `qnn-opt --fold-bn` turns it into integers and thresholds.

func.func @main(%image: tensor<1x6x6x2xui8>) -> tensor<1x4x4x4xf32> {
  %pixel = qnn.constant 0.003921569 : tensor<f32>
  %x = qnn.dequantize %image, %pixel : (tensor<1x6x6x2xui8>, tensor<f32>) -> tensor<1x6x6x2xf32>

  %w_int = qnn.constant @weights : tensor<4x3x3x2xsi4>
  %w_scale = qnn.constant [0.11, 0.07, 0.09, 0.13] : tensor<4xf32>
  %w = qnn.dequantize %w_int, %w_scale axis = 0 : (tensor<4x3x3x2xsi4>, tensor<4xf32>) -> tensor<4x3x3x2xf32>
  %conv = qnn.conv2d %x, %w {layer = "Conv_0"} : (tensor<1x6x6x2xf32>, tensor<4x3x3x2xf32>) -> tensor<1x4x4x4xf32>

  %gamma = qnn.constant [0.9, -1.3, 0.4, 1.1] : tensor<4xf32>
  %beta = qnn.constant [0.1, 0.5, -0.2, 0.3] : tensor<4xf32>
  %mean = qnn.constant [0.2, -0.1, 0.7, -0.4] : tensor<4xf32>
  %variance = qnn.constant [1.2, 0.8, 0.5, 2.1] : tensor<4xf32>
  %bn = qnn.batch_norm %conv, %gamma, %beta, %mean, %variance {layer = "BatchNorm_0"} : (tensor<1x4x4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  %relu = qnn.relu %bn {layer = "Relu_0"} : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>

  %step = qnn.constant 0.25 : tensor<f32>
  %q = qnn.quantize %relu, %step {layer = "Quant_0"} : (tensor<1x4x4x4xf32>, tensor<f32>) -> tensor<1x4x4x4xui2>
  %y = qnn.dequantize %q, %step : (tensor<1x4x4x4xui2>, tensor<f32>) -> tensor<1x4x4x4xf32>
  func.return %y : tensor<1x4x4x4xf32>
}

qnn.data @weights "0x1f2e3d4c5b6a79880796a5b4c3d2e1f0123456789abcdef0fedcba9876543210f0e1d2c3" : tensor<4x3x3x2xsi4>
