// Every process of the stream dialect at least once, with its optional parts: what fuzz_text.py
// mutates.

!pixels = !stream.channel<6x6x2xui8, lanes = 2>
!image = !stream.channel<4x4x4xui2, lanes = 2>
!scores = !stream.channel<4xui2, lanes = 1>

stream.design @main device "zu3eg" attributes {clock_mhz = 200.0 : f64} {
  %x = stream.source "image" {layer = "Input_0"} : !pixels
  %p = stream.window %x kernel = [3, 3] strides = [1, 1] dilations = [1, 1] : (!pixels) -> !stream.channel<4x4x18xui8, lanes = 2, depth = 8>
  %m = stream.matvec %p weights(@w) bias(@b) thresholds(@t) descending(@d) offset = 0 accumulator = si18 storage = lut {layer = "Conv_0"} : (!stream.channel<4x4x18xui8, lanes = 2, depth = 8>) -> !image
  %f, %g = stream.fork %m : (!image) -> (!image, !image)
  %a = stream.add %f, %g multipliers = [1, 2] : (!image, !image) -> !stream.channel<4x4x4xui4, lanes = 2>
  %h = stream.threshold %a thresholds(@u) : (!stream.channel<4x4x4xui4, lanes = 2>) -> !image
  %i, %j = stream.split %h : (!image) -> (!stream.channel<4x4x2xui2, lanes = 2>, !stream.channel<4x4x2xui2, lanes = 2>)
  %k = stream.concat %i, %j : (!stream.channel<4x4x2xui2, lanes = 2>, !stream.channel<4x4x2xui2, lanes = 2>) -> !image
  %l = stream.link %k to "second" : (!image) -> !image
  %n = stream.pad %l pads = [1, 1, 1, 1] value = 1 : (!image) -> !stream.channel<6x6x4xui2, lanes = 2>
  %o = stream.window %n kernel = [3, 3] {by_channel} : (!stream.channel<6x6x4xui2, lanes = 2>) -> !stream.channel<4x4x36xui2, lanes = 2>
  %q = stream.depthwise %o weights(@v) accumulator = si8 : (!stream.channel<4x4x36xui2, lanes = 2>) -> !stream.channel<4x4x4xsi8, lanes = 2>
  %r = stream.scale %q factors(@f) offsets(@o) exceptions(@e) raised = 1 shift = 3 clamp = [0, 3] : (!stream.channel<4x4x4xsi8, lanes = 2>) -> !image
  %s = stream.lookup %r table(@table) first = 0 : (!image) -> !image
  %t = stream.upsample %s scales = [2, 2] : (!image) -> !stream.channel<8x8x4xui2, lanes = 2>
  %t1 = stream.reorder %t shape = [64, 4] order = [1, 0] : (!stream.channel<8x8x4xui2, lanes = 2>) -> !stream.channel<8x8x4xui2, lanes = 2>
  %u = stream.window %t1 kernel = [8, 8] {by_channel} : (!stream.channel<8x8x4xui2, lanes = 2>) -> !stream.channel<1x1x256xui2, lanes = 2>
  %v = stream.pool %u : (!stream.channel<1x1x256xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>
  %v1 = stream.offset %v rows(@rows) : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui3, lanes = 2>
  %v2 = stream.threshold %v1 thresholds(@u3) : (!stream.channel<1x1x4xui3, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>
  %v3 = stream.crop %v2 starts = [0, 0, 0] ends = [1, 1, 4] steps = [1, 1, 1] : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>
  %w = stream.repack %v3 : (!stream.channel<1x1x4xui2, lanes = 2>) -> !scores
  %y = stream.label_select %w : (!scores) -> !stream.channel<1xui2, lanes = 1>
  stream.sink "label" %y : !stream.channel<1xui2, lanes = 1>
}

func.func @host(%image: tensor<1x6x6x2xui8>) -> tensor<1x1xui2> {
  %label = stream.run @main %image : (tensor<1x6x6x2xui8>) -> tensor<1x1xui2>
  func.return %label : tensor<1x1xui2>
}

qnn.data @w "0x1f2e3d4c5b6a79880796a5b4c3d2e1f0123456789abcdef0fedcba9876543210f0e1d2c3" : tensor<4x3x3x2xsi4>
qnn.data @b [1, -2, 3, -4] : tensor<4xsi8>
qnn.data @t [[-9, 0, 9]] : tensor<1x3xsi18>
qnn.data @d [0, 1, 0, 1] : tensor<4xui1>
qnn.data @u [[2, 5, 8]] : tensor<1x3xui4>
qnn.data @v "0x0134070c0d1f3f4f7d" : tensor<4x3x3x!qnn.ternary>
qnn.data @f [3] : tensor<1xui2>
qnn.data @o [8] : tensor<1xui4>
qnn.data @e [[-9, 9]] : tensor<1x2xsi8>
qnn.data @table [3, 1, 2, 0] : tensor<4xui2>
qnn.data @rows [[1, 2, 3, 4]] : tensor<1x4xui3>
stream.memory @packed parallelism = [2, 3] "0x0001040310110013" : tensor<4x6x!qnn.ternary>
qnn.data @u3 [[2, 4, 6]] : tensor<1x3xui3>
