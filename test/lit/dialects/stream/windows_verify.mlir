// RUN: %{diagnostics}

// stream.window
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: kernel needs 2 numbers, 1 are given
  %y = stream.window %x kernel = [2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: kernel must be at least 1, they are [2, 0]
  %y = stream.window %x kernel = [2, 0] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: strides needs 2 numbers, 3 are given
  %y = stream.window %x kernel = [2, 2] strides = [1, 1, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: strides must be at least 1, they are [0, 1]
  %y = stream.window %x kernel = [2, 2] strides = [0, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: dilations needs 2 numbers, 0 are given
  %y = stream.window %x kernel = [2, 2] dilations = [] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: dilations must be at least 1, they are [1, -1]
  %y = stream.window %x kernel = [2, 2] dilations = [1, -1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: an image must have 3 axes, its frame is 4x8
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x8xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: 4 lanes don't divide 2 channels
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8, lanes = 4>) -> !stream.channel<3x3x8xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<3x3x8xui8, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: the channels have different elements: ui8, si8
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xsi8>
  stream.sink "y" %y : !stream.channel<3x3x8xsi8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: the result is 3x3x8, its channel carries 4x4x8
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<4x4x8xui8>
  stream.sink "y" %y : !stream.channel<4x4x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: the result is 3x3x8, its channel carries 3x3x4
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x4xui8>
  stream.sink "y" %y : !stream.channel<3x3x4xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: the result is 2x2x8, its channel carries 3x3x8
  %y = stream.window %x kernel = [2, 2] strides = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  stream.sink "y" %y : !stream.channel<3x3x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: the result is 3x3x8, its channel carries 9x8
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<9x8xui8>
  stream.sink "y" %y : !stream.channel<9x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: a window 5 high does not fit into 4 (with padding)
  %y = stream.window %x kernel = [5, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<1x4x10xui8>
  stream.sink "y" %y : !stream.channel<1x4x10xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: a window 5 wide does not fit into 4 (with padding)
  %y = stream.window %x kernel = [2, 2] dilations = [1, 4] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x1x8xui8>
  stream.sink "y" %y : !stream.channel<3x1x8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: words of 3 don't divide 2x2 pixels of 1 channels evenly
  %y = stream.window %x kernel = [2, 2] {by_channel} : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8, lanes = 3>
  stream.sink "y" %y : !stream.channel<3x3x8xui8, lanes = 3>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: 4 lanes must divide 6 channels, or hold whole pixels that divide 2x2
  %y = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x6xui8>) -> !stream.channel<3x3x24xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<3x3x24xui8, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.window: 4 lanes must divide 2 channels, or hold whole pixels that divide 3x1
  %y = stream.window %x kernel = [3, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<2x4x6xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<2x4x6xui8, lanes = 4>
}

// -----

// stream.pad
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: pads needs 4 numbers, 2 are given
  %y = stream.pad %x pads = [1, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: pads must be at least 0, they are [1, 1, 0, -1]
  %y = stream.pad %x pads = [1, 1, 0, -1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<16x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: an image must have 3 axes, its frame is 16x2
  %y = stream.pad %x pads = [1, 1, 1, 1] : (!stream.channel<16x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the result is 6x4x2, its channel carries 5x5x2
  %y = stream.pad %x pads = [1, 0, 1, 0] : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the channels have different elements: ui8, si8
  %y = stream.pad %x pads = [1, 0, 0, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xsi8>
  stream.sink "y" %y : !stream.channel<5x5x2xsi8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the channels have different lanes: 1, 2
  %y = stream.pad %x pads = [1, 0, 0, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<5x5x2xui8, lanes = 2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: 4 lanes don't divide 2 channels
  %y = stream.pad %x pads = [1, 1, 1, 1] : (!stream.channel<4x4x2xui8, lanes = 4>) -> !stream.channel<6x6x2xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<6x6x2xui8, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the pad value is -1, but ui8 holds only 0 to 255
  %y = stream.pad %x pads = [1, 0, 0, 1] value = -1 : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the pad value is 256, but ui8 holds only 0 to 255
  %y = stream.pad %x pads = [1, 0, 0, 1] value = 256 : (!stream.channel<4x4x2xui8>) -> !stream.channel<5x5x2xui8>
  stream.sink "y" %y : !stream.channel<5x5x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2x!qnn.bipolar>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the pad value may be 0, but !qnn.bipolar holds only -1 and 1
  %y = stream.pad %x pads = [1, 0, 0, 1] : (!stream.channel<4x4x2x!qnn.bipolar>) -> !stream.channel<5x5x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<5x5x2x!qnn.bipolar>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2x!qnn.bipolar>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: the pad value is 2, but !qnn.bipolar holds only -1 to 1
  %y = stream.pad %x pads = [1, 0, 0, 1] value = 2 : (!stream.channel<4x4x2x!qnn.bipolar>) -> !stream.channel<5x5x2x!qnn.bipolar>
  stream.sink "y" %y : !stream.channel<5x5x2x!qnn.bipolar>
}

// -----

// stream.upsample
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: scales needs 2 numbers, 3 are given
  %y = stream.upsample %x scales = [2, 2, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<8x8x2xui8>
  stream.sink "y" %y : !stream.channel<8x8x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: scales must be at least 1, they are [2, 0]
  %y = stream.upsample %x scales = [2, 0] : (!stream.channel<4x4x2xui8>) -> !stream.channel<8x8x2xui8>
  stream.sink "y" %y : !stream.channel<8x8x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<1x4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: an image must have 3 axes, its frame is 1x4x4x2
  %y = stream.upsample %x scales = [2, 2] : (!stream.channel<1x4x4x2xui8>) -> !stream.channel<8x8x2xui8>
  stream.sink "y" %y : !stream.channel<8x8x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: the result is 8x4x2, its channel carries 8x8x2
  %y = stream.upsample %x scales = [2, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<8x8x2xui8>
  stream.sink "y" %y : !stream.channel<8x8x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: the channels have different elements: ui8, ui7
  %y = stream.upsample %x scales = [2, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<8x4x2xui7>
  stream.sink "y" %y : !stream.channel<8x4x2xui7>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: the channels have different lanes: 1, 2
  %y = stream.upsample %x scales = [2, 1] : (!stream.channel<4x4x2xui8>) -> !stream.channel<8x4x2xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<8x4x2xui8, lanes = 2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.upsample: 4 lanes don't divide 2 channels
  %y = stream.upsample %x scales = [2, 1] : (!stream.channel<4x4x2xui8, lanes = 4>) -> !stream.channel<8x4x2xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<8x4x2xui8, lanes = 4>
}

// -----

// stream.pool
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: patches of 3x3x8 cannot be pooled to 3x3x3
  %y = stream.pool %x : (!stream.channel<3x3x8xui8>) -> !stream.channel<3x3x3xui8>
  stream.sink "y" %y : !stream.channel<3x3x3xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: patches of 3x3x8 cannot be pooled to 9x2
  %y = stream.pool %x : (!stream.channel<3x3x8xui8>) -> !stream.channel<9x2xui8>
  stream.sink "y" %y : !stream.channel<9x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: words of 3 don't divide 4 pixels of 1 channels evenly
  %y = stream.pool %x : (!stream.channel<3x3x8xui8, lanes = 3>) -> !stream.channel<3x3x2xui8>
  stream.sink "y" %y : !stream.channel<3x3x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: 4 lanes don't divide 2 channels
  %y = stream.pool %x : (!stream.channel<4x8xui8, lanes = 4>) -> !stream.channel<4x2xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<4x2xui8, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: the channels have different elements: ui8, ui4
  %y = stream.pool %x : (!stream.channel<3x3x8xui8>) -> !stream.channel<3x3x2xui4>
  stream.sink "y" %y : !stream.channel<3x3x2xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: the sum can be 0 to 1020, but ui9 holds only 0 to 511
  %y = stream.pool %x {sum} : (!stream.channel<3x3x8xui8>) -> !stream.channel<3x3x2xui9>
  stream.sink "y" %y : !stream.channel<3x3x2xui9>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xsi8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: the sum can be -512 to 508, but si9 holds only -256 to 255
  %y = stream.pool %x {sum} : (!stream.channel<3x3x8xsi8>) -> !stream.channel<3x3x2xsi9>
  stream.sink "y" %y : !stream.channel<3x3x2xsi9>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xf32>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: this process computes with integers, not with f32
  %y = stream.pool %x {sum} : (!stream.channel<3x3x8xf32>) -> !stream.channel<3x3x2xf32>
  stream.sink "y" %y : !stream.channel<3x3x2xf32>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: this process computes with integers, not with f32
  %y = stream.pool %x {sum} : (!stream.channel<3x3x8xui8>) -> !stream.channel<3x3x2xf32>
  stream.sink "y" %y : !stream.channel<3x3x2xf32>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  %p = stream.window %x kernel = [2, 2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: its window must be by_channel
  %y = stream.pool %p : (!stream.channel<3x3x8xui8>) -> !stream.channel<3x3x2xui8>
  stream.sink "y" %y : !stream.channel<3x3x2xui8>
}

// -----

// stream.crop
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: starts needs 3 numbers, 2 are given
  %y = stream.crop %x starts = [0, 0] ends = [4, 4, 8] steps = [1, 1, 1] : (!stream.channel<4x4x8xui2>) -> !stream.channel<4x4x8xui2>
  stream.sink "y" %y : !stream.channel<4x4x8xui2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: the range 2 to 5 exceeds an axis of size 4
  %y = stream.crop %x starts = [2, 0, 0] ends = [5, 4, 8] steps = [1, 1, 1] : (!stream.channel<4x4x8xui2>) -> !stream.channel<3x4x8xui2>
  stream.sink "y" %y : !stream.channel<3x4x8xui2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: channels 2 to 8 in steps of 1 cut through words of 4 channels
  %y = stream.crop %x starts = [0, 0, 2] ends = [4, 4, 8] steps = [1, 1, 1] : (!stream.channel<4x4x8xui2, lanes = 4>) -> !stream.channel<4x4x6xui2, lanes = 4>
  stream.sink "y" %y : !stream.channel<4x4x6xui2, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: the channels have different elements: ui2, ui3
  %y = stream.crop %x starts = [0, 0, 0] ends = [4, 4, 8] steps = [1, 1, 1] : (!stream.channel<4x4x8xui2>) -> !stream.channel<4x4x8xui3>
  stream.sink "y" %y : !stream.channel<4x4x8xui3>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: the channels have different lanes: 1, 2
  %y = stream.crop %x starts = [0, 0, 0] ends = [4, 4, 8] steps = [1, 1, 1] : (!stream.channel<4x4x8xui2>) -> !stream.channel<4x4x8xui2, lanes = 2>
  stream.sink "y" %y : !stream.channel<4x4x8xui2, lanes = 2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x4x8xui2, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: 3 lanes don't divide 8 channels
  %y = stream.crop %x starts = [0, 0, 0] ends = [3, 4, 8] steps = [1, 1, 1] : (!stream.channel<3x4x8xui2, lanes = 3>) -> !stream.channel<3x4x8xui2, lanes = 3>
  stream.sink "y" %y : !stream.channel<3x4x8xui2, lanes = 3>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x8xui2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.crop: the result is 2x4x8, its channel carries 4x4x8
  %y = stream.crop %x starts = [0, 0, 0] ends = [4, 4, 8] steps = [2, 1, 1] : (!stream.channel<4x4x8xui2>) -> !stream.channel<4x4x8xui2>
  stream.sink "y" %y : !stream.channel<4x4x8xui2>
}

// -----

// stream.pad with gaps
stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pad: spread needs 2 numbers, 1 are given
  %y = stream.pad %x pads = [0, 0, 0, 0] spread = [2] : (!stream.channel<4x4x2xui8>) -> !stream.channel<4x4x2xui8>
  stream.sink "y" %y : !stream.channel<4x4x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x4x2xui8>
  %p = stream.window %x kernel = [2, 2] {by_channel} : (!stream.channel<4x4x2xui8>) -> !stream.channel<3x3x8xui8, lanes = 2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.pool: its window groups 1 channels, but a word of the result has 2
  %y = stream.pool %p : (!stream.channel<3x3x8xui8, lanes = 2>) -> !stream.channel<3x3x2xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<3x3x2xui8, lanes = 2>
}
