// RUN: %{diagnostics}

// !stream.channel
stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: i8 has no sign: write si8 for signed or ui8 for unsigned
  %x = stream.source "x" : !stream.channel<4xi8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: index can't be an element: use siN, uiN, !qnn.bipolar, !qnn.ternary, f32 or f64
  %x = stream.source "x" : !stream.channel<4xindex>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:46: integers must have 1 to 64 bits
  %x = stream.source "x" : !stream.channel<4xui65>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a frame needs at least one axis, and no axis may be empty
  %x = stream.source "x" : !stream.channel<ui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a frame needs at least one axis, and no axis may be empty
  %x = stream.source "x" : !stream.channel<2x0xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a frame needs at least one axis, and no axis may be empty
  %x = stream.source "x" : !stream.channel<?x2xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: 4 lanes don't divide a frame of 6 elements
  %x = stream.source "x" : !stream.channel<2x3xui8, lanes = 4>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: 0 lanes don't divide a frame of 6 elements
  %x = stream.source "x" : !stream.channel<2x3xui8, lanes = 0>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: -1 lanes don't divide a frame of 6 elements
  %x = stream.source "x" : !stream.channel<2x3xui8, lanes = -1>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a depth can't be negative
  %x = stream.source "x" : !stream.channel<2x3xui8, depth = -1>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:53: unknown or repeated key width: a channel has lanes and depth
  %x = stream.source "x" : !stream.channel<2x3xui8, width = 3>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:64: unknown or repeated key lanes: a channel has lanes and depth
  %x = stream.source "x" : !stream.channel<2x3xui8, lanes = 3, lanes = 3>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a word of 8192 x !qnn.bipolar has 8192 bits, at most 4096 are possible
  %x = stream.source "x" : !stream.channel<8192x!qnn.bipolar, lanes = 8192>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:43: a word of 128 x si64 has 8192 bits, at most 4096 are possible
  %x = stream.source "x" : !stream.channel<128xsi64, lanes = 128>
}

// -----

// stream.design
// CHECK: {{.*}}:[[# @LINE + 1]]:1: Region 'body' at position 0 expected a single block, but got 0 blocks
stream.design @main {
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: it must have no arguments: frames enter through stream.source
"stream.design"() <{sym_name = "main"}> ({
^bb0(%x: !stream.channel<4xui8>):
  stream.sink "y" %x : !stream.channel<4xui8>
}) : () -> ()

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: test.op is not a process
stream.design @main {
  %x = "test.op"() : () -> !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: stream.design is not a process
stream.design @main {
  stream.design @inner {
    %x = stream.source "x" : !stream.channel<4xui8>
    stream.sink "y" %x : !stream.channel<4xui8>
  }
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: the clock must be 1 to 1000 MHz, not 0
stream.design @main attributes {clock_mhz = 0.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: the clock must be 1 to 1000 MHz, not -100
stream.design @main attributes {clock_mhz = -100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: 100 : i64 should be of base attribute float
stream.design @main attributes {clock_mhz = 100 : i64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: two ports have the name "image"
stream.design @main {
  %x = stream.source "image" : !stream.channel<4xui8>
  %y = stream.source "image" : !stream.channel<4xui8>
  stream.sink "x" %x : !stream.channel<4xui8>
  stream.sink "y" %y : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: two ports have the name "same"
stream.design @main {
  %x = stream.source "image" : !stream.channel<4xui8>
  %y = stream.source "mask" : !stream.channel<4xui8>
  stream.sink "same" %x : !stream.channel<4xui8>
  stream.sink "same" %y : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: two ports have the name "image"
stream.design @main {
  %x = stream.source "image" : !stream.channel<4xui8>
  stream.sink "image" %x : !stream.channel<4xui8>
}

// -----

// Every process: its parent op, and the readers of its channels.
// CHECK: {{.*}}:[[# @LINE + 1]]:1: 'stream.source' expects parent op 'stream.design'
%x = stream.source "x" : !stream.channel<4xui8>
stream.sink "y" %x : !stream.channel<4xui8>

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.source: a channel must have one reader, not 0
  %x = stream.source "x" : !stream.channel<4xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.source: a channel must have one reader, not 2: copy it with stream.fork
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
  stream.sink "z" %x : !stream.channel<4xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.source: a channel must have one reader, not 2: copy it with stream.fork
  %x = stream.source "x" : !stream.channel<4xui8>
  %y = stream.add %x, %x
      : (!stream.channel<4xui8>, !stream.channel<4xui8>) -> !stream.channel<4xui9>
  stream.sink "y" %y : !stream.channel<4xui9>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.fork "Relu_0": a channel must have one reader, not 0
  %a, %b, %c = stream.fork %x {layer = "Relu_0"}
      : (!stream.channel<4xui8>) -> (!stream.channel<4xui8>, !stream.channel<4xui8>, !stream.channel<4xui8>)
  stream.sink "a" %a : !stream.channel<4xui8>
  stream.sink "c" %c : !stream.channel<4xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.link: %x is used before it is defined
  %y = stream.link %x to "second" : (!stream.channel<4xui8>) -> !stream.channel<4xui8>
  stream.sink "y" %y : !stream.channel<4xui8>
  %x = stream.source "x" : !stream.channel<4xui8>
}

// -----

stream.design @main {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: tensor<4xui8> should be of base attribute stream.channel
  %x = stream.source "x" : tensor<4xui8>
}

// -----

// stream.fork
stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.fork: a fork must have at least two readers
  %y = stream.fork %x : (!stream.channel<4xui8>) -> !stream.channel<4xui8>
  stream.sink "y" %y : !stream.channel<4xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.fork: the channels have different elements: ui8, si8
  %a, %b = stream.fork %x
      : (!stream.channel<4xui8>) -> (!stream.channel<4xui8>, !stream.channel<4xsi8>)
  stream.sink "a" %a : !stream.channel<4xui8>
  stream.sink "b" %b : !stream.channel<4xsi8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.fork: the channels have different frames: 2x6, 3x4
  %a, %b = stream.fork %x
      : (!stream.channel<2x6xui8>) -> (!stream.channel<2x6xui8>, !stream.channel<3x4xui8>)
  stream.sink "a" %a : !stream.channel<2x6xui8>
  stream.sink "b" %b : !stream.channel<3x4xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.fork: the channels have different lanes: 1, 2
  %a, %b = stream.fork %x
      : (!stream.channel<4xui8>) -> (!stream.channel<4xui8>, !stream.channel<4xui8, lanes = 2>)
  stream.sink "a" %a : !stream.channel<4xui8>
  stream.sink "b" %b : !stream.channel<4xui8, lanes = 2>
}

// -----

// stream.concat
stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: a concat must have at least two inputs
  %y = stream.concat %x : (!stream.channel<4xui8>) -> !stream.channel<4xui8>
  stream.sink "y" %y : !stream.channel<4xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8>
  %b = stream.source "b" : !stream.channel<2x2xsi8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: the channels have different elements: ui8, si8
  %y = stream.concat %a, %b : (!stream.channel<2x4xui8>, !stream.channel<2x2xsi8>) -> !stream.channel<2x6xui8>
  stream.sink "y" %y : !stream.channel<2x6xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8, lanes = 2>
  %b = stream.source "b" : !stream.channel<2x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: the channels have different lanes: 2, 1
  %y = stream.concat %a, %b : (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x2xui8>) -> !stream.channel<2x6xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<2x6xui8, lanes = 2>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8>
  %b = stream.source "b" : !stream.channel<2x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: parts of 2x4, 2x2 do not add up to 2x8
  %y = stream.concat %a, %b : (!stream.channel<2x4xui8>, !stream.channel<2x2xui8>) -> !stream.channel<2x8xui8>
  stream.sink "y" %y : !stream.channel<2x8xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8>
  %b = stream.source "b" : !stream.channel<3x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: parts of 2x4, 3x2 do not add up to 2x6
  %y = stream.concat %a, %b : (!stream.channel<2x4xui8>, !stream.channel<3x2xui8>) -> !stream.channel<2x6xui8>
  stream.sink "y" %y : !stream.channel<2x6xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<1x2x4xui8>
  %b = stream.source "b" : !stream.channel<2x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: parts of 1x2x4, 2x2 do not add up to 1x2x6
  %y = stream.concat %a, %b : (!stream.channel<1x2x4xui8>, !stream.channel<2x2xui8>) -> !stream.channel<1x2x6xui8>
  stream.sink "y" %y : !stream.channel<1x2x6xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8, lanes = 4>
  %b = stream.source "b" : !stream.channel<2x2xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: 4 lanes don't divide 2 channels
  %y = stream.concat %a, %b : (!stream.channel<2x4xui8, lanes = 4>, !stream.channel<2x2xui8, lanes = 4>) -> !stream.channel<2x6xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<2x6xui8, lanes = 4>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8>
  %b = stream.source "b" : !stream.channel<2x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: axis -3 must be between -2 and -1
  %y = stream.concat %a, %b axis = -3 : (!stream.channel<2x4xui8>, !stream.channel<2x4xui8>) -> !stream.channel<4x4xui8>
  stream.sink "y" %y : !stream.channel<4x4xui8>
}

// -----

stream.design @main {
  %a = stream.source "a" : !stream.channel<2x4xui8>
  %b = stream.source "b" : !stream.channel<2x2xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.concat: parts of 2x4, 2x2 do not add up to 4x4
  %y = stream.concat %a, %b axis = -2 : (!stream.channel<2x4xui8>, !stream.channel<2x2xui8>) -> !stream.channel<4x4xui8>
  stream.sink "y" %y : !stream.channel<4x4xui8>
}

// -----

// stream.split
stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: a split must have at least two outputs
  %y = stream.split %x : (!stream.channel<4xui8>) -> !stream.channel<4xui8>
  stream.sink "y" %y : !stream.channel<4xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: the channels have different elements: ui8, ui4
  %a, %b = stream.split %x
      : (!stream.channel<2x6xui8>) -> (!stream.channel<2x4xui8>, !stream.channel<2x2xui4>)
  stream.sink "a" %a : !stream.channel<2x4xui8>
  stream.sink "b" %b : !stream.channel<2x2xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8, lanes = 2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: the channels have different lanes: 2, 1
  %a, %b = stream.split %x
      : (!stream.channel<2x6xui8, lanes = 2>) -> (!stream.channel<2x4xui8, lanes = 2>, !stream.channel<2x2xui8>)
  stream.sink "a" %a : !stream.channel<2x4xui8, lanes = 2>
  stream.sink "b" %b : !stream.channel<2x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: parts of 2x4, 2x1 do not add up to 2x6
  %a, %b = stream.split %x
      : (!stream.channel<2x6xui8>) -> (!stream.channel<2x4xui8>, !stream.channel<2x1xui8>)
  stream.sink "a" %a : !stream.channel<2x4xui8>
  stream.sink "b" %b : !stream.channel<2x1xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: parts of 2x4, 4x2 do not add up to 2x6
  %a, %b = stream.split %x
      : (!stream.channel<2x6xui8>) -> (!stream.channel<2x4xui8>, !stream.channel<4x2xui8>)
  stream.sink "a" %a : !stream.channel<2x4xui8>
  stream.sink "b" %b : !stream.channel<4x2xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8, lanes = 2>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.split: 2 lanes don't divide 3 channels
  %a, %b = stream.split %x
      : (!stream.channel<2x6xui8, lanes = 2>) -> (!stream.channel<2x3xui8, lanes = 2>, !stream.channel<2x3xui8, lanes = 2>)
  stream.sink "a" %a : !stream.channel<2x3xui8, lanes = 2>
  stream.sink "b" %b : !stream.channel<2x3xui8, lanes = 2>
}

// -----

// stream.repack
stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.repack: the channels have different elements: ui8, si8
  %y = stream.repack %x : (!stream.channel<2x6xui8>) -> !stream.channel<2x6xsi8>
  stream.sink "y" %y : !stream.channel<2x6xsi8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.repack: frames 2x6 and 2x5 differ in size
  %y = stream.repack %x : (!stream.channel<2x6xui8>) -> !stream.channel<2x5xui8>
  stream.sink "y" %y : !stream.channel<2x5xui8>
}

// -----

// stream.link
stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.link: the channels have different elements: ui8, ui4
  %y = stream.link %x to "second" : (!stream.channel<2x6xui8>) -> !stream.channel<2x6xui4>
  stream.sink "y" %y : !stream.channel<2x6xui4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.link: the channels have different frames: 2x6, 12
  %y = stream.link %x to "second" : (!stream.channel<2x6xui8>) -> !stream.channel<12xui8>
  stream.sink "y" %y : !stream.channel<12xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<2x6xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.link: the channels have different lanes: 1, 2
  %y = stream.link %x to "second" : (!stream.channel<2x6xui8>) -> !stream.channel<2x6xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<2x6xui8, lanes = 2>
}

// -----

// stream.run
func.func @main(%x: tensor<1x4xui8>) -> tensor<1x4xui8> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.run: there is no design @main
  %y = stream.run @main %x : (tensor<1x4xui8>) -> tensor<1x4xui8>
  func.return %y : tensor<1x4xui8>
}

// -----

stream.design @d {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}
func.func @main(%x: tensor<1x5xui8>) -> tensor<1x4xui8> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.run: the operands of @d must be tensor<1x4xui8>
  %y = stream.run @d %x : (tensor<1x5xui8>) -> tensor<1x4xui8>
  func.return %y : tensor<1x4xui8>
}

// -----

stream.design @d {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}
func.func @main(%x: tensor<1x4xui8>) -> tensor<1x4xsi8> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.run: the results of @d must be tensor<1x4xui8>
  %y = stream.run @d %x : (tensor<1x4xui8>) -> tensor<1x4xsi8>
  func.return %y : tensor<1x4xsi8>
}

// -----

// #stream.link
stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:27: a link must have 1 to 4096 bits, not 0
  stream.sink "y" %x over <bits = 0, mhz = 50.0> : !stream.channel<4xui8>
}

// -----

stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:27: a link must have 0.001 to 100,000 MHz, not 0
  stream.sink "y" %x over <bits = 8, mhz = 0.0> : !stream.channel<4xui8>
}

// -----

stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:27: the latency of a link must be 0 to 1,000,000,000 ns, not -1
  stream.sink "y" %x over <bits = 8, mhz = 50.0, ns = -1.0> : !stream.channel<4xui8>
}

// -----

stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:27: a link needs bits and mhz
  stream.sink "y" %x over <bits = 8> : !stream.channel<4xui8>
}

// -----

stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:38: unknown or repeated key hz: a link has bits, mhz and ns
  stream.sink "y" %x over <bits = 8, hz = 50.0> : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: a design with links needs a clock_mhz
stream.design @main {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "y" %x over <bits = 8, mhz = 50.0> : !stream.channel<4xui8>
}

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:1: stream.design: stream.sink: all ports that share a link must have the same link attribute
stream.design @main attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  %a, %b = stream.fork %x : (!stream.channel<4xui8>) -> (!stream.channel<4xui8>, !stream.channel<4xui8>)
  stream.sink "y" %a over <bits = 8, mhz = 50.0> : !stream.channel<4xui8>
  stream.sink "z" %b over <bits = 4, mhz = 50.0> : !stream.channel<4xui8>
}

// -----

stream.design @first attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "l" %x over <bits = 8, mhz = 50.0> : !stream.channel<4xui8, lanes = 1>
}
stream.design @second attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "l" over <bits = 4, mhz = 50.0> : !stream.channel<4xui8>
  stream.sink "y" %x : !stream.channel<4xui8>
}
func.func @main(%x: tensor<1x4xui8>) -> tensor<1x4xui8> {
  %l = stream.run @first %x : (tensor<1x4xui8>) -> tensor<1x4xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.run: source "l" of @second has no matching sink: both ends of a link need the same name, link, channel type and clock
  %y = stream.run @second %l : (tensor<1x4xui8>) -> tensor<1x4xui8>
  func.return %y : tensor<1x4xui8>
}

// -----

stream.design @first attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !stream.channel<4xui8>
  stream.sink "l" %x over <bits = 8, mhz = 50.0> : !stream.channel<4xui8>
}
func.func @main(%x: tensor<1x4xui8>) -> tensor<1x4xui8> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.run: the result of sink "l" of @first goes over a link: its only use must be a source over a link
  %l = stream.run @first %x : (tensor<1x4xui8>) -> tensor<1x4xui8>
  func.return %l : tensor<1x4xui8>
}
