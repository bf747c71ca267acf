// RUN: %{pretty}
// RUN: %{generic}

// Designs and the processes that carry data.

// A device and a clock, each present and absent.
stream.design @main {
// CHECK: stream.design @main {
// GENERIC: "stream.design"() <{sym_name = "main"}> ({
  %x = stream.source "x" : !stream.channel<4xui8>
  // CHECK: %x = stream.source "x" : !stream.channel<4xui8, lanes = 1>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<4xui8, lanes = 1>
  stream.sink "y" %x : !stream.channel<4xui8>
  // CHECK: stream.sink "y" %x : !stream.channel<4xui8, lanes = 1>
  // GENERIC: "stream.sink"(%x) <{port = "y"}> : (!stream.channel<4xui8, lanes = 1>) -> ()
}

stream.design @board device "zu3eg" attributes {clock_mhz = 200.0 : f64} {
// CHECK: stream.design @board device "zu3eg" attributes {clock_mhz = 2.000000e+02 : f64} {
// GENERIC: "stream.design"() <{sym_name = "board", device = "zu3eg", clock_mhz = 2.000000e+02 : f64}> ({
  %x = stream.source "image" {layer = "input 0"} : !stream.channel<8x8x3xui8, lanes = 3, depth = 16>
  // CHECK: %x = stream.source "image" {layer = "input 0"} : !stream.channel<8x8x3xui8, lanes = 3, depth = 16>
  // GENERIC: %x = "stream.source"() <{port = "image", layer = "input 0"}> : () -> !stream.channel<8x8x3xui8, lanes = 3, depth = 16>
  stream.sink "scores" %x {layer = "output 0"} : !stream.channel<8x8x3xui8, lanes = 3, depth = 16>
  // CHECK: stream.sink "scores" %x {layer = "output 0"} : !stream.channel<8x8x3xui8, lanes = 3, depth = 16>
  // GENERIC: "stream.sink"(%x) <{port = "scores", layer = "output 0"}> : (!stream.channel<8x8x3xui8, lanes = 3, depth = 16>) -> ()
}

stream.design @card device "u250" attributes {target = "rtl"} {
// CHECK: stream.design @card device "u250" attributes {target = "rtl"} {
// GENERIC: "stream.design"() <{sym_name = "card", device = "u250", target = "rtl"}> ({
  %x = stream.source "x" : !stream.channel<4xf64, lanes = 2>
  // CHECK: %x = stream.source "x" : !stream.channel<4xf64, lanes = 2>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<4xf64, lanes = 2>
  stream.sink "y" %x : !stream.channel<4xf64, lanes = 2>
  // CHECK: stream.sink "y" %x : !stream.channel<4xf64, lanes = 2>
  // GENERIC: "stream.sink"(%x) <{port = "y"}> : (!stream.channel<4xf64, lanes = 2>) -> ()
}

stream.design @clocked attributes {clock_mhz = 312.5 : f64} {
// CHECK: stream.design @clocked attributes {clock_mhz = 3.125000e+02 : f64} {
// GENERIC: "stream.design"() <{sym_name = "clocked", clock_mhz = 3.125000e+02 : f64}> ({
  // The widest word, with options in either order; a depth of 0 is not chosen yet.
  %x = stream.source "x" : !stream.channel<4096x!qnn.bipolar, depth = 0, lanes = 4096>
  // CHECK: %x = stream.source "x" : !stream.channel<4096x!qnn.bipolar, lanes = 4096>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<4096x!qnn.bipolar, lanes = 4096>
  stream.sink "y" %x : !stream.channel<4096x!qnn.bipolar, lanes = 4096>
  // CHECK: stream.sink "y" %x : !stream.channel<4096x!qnn.bipolar, lanes = 4096>
  // GENERIC: "stream.sink"(%x) <{port = "y"}> : (!stream.channel<4096x!qnn.bipolar, lanes = 4096>) -> ()
}

stream.design @copies {
// CHECK: stream.design @copies {
// GENERIC: "stream.design"() <{sym_name = "copies"}> ({
  %x = stream.source "x" : !stream.channel<2x2x4xsi64, lanes = 2>
  // CHECK: %x = stream.source "x" : !stream.channel<2x2x4xsi64, lanes = 2>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<2x2x4xsi64, lanes = 2>

  %a, %b, %c = stream.fork %x {layer = "shortcut"} : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2, depth = 40>, !stream.channel<2x2x4xsi64, lanes = 2>)
  // CHECK: %a, %b, %c = stream.fork %x {layer = "shortcut"} : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2, depth = 40>, !stream.channel<2x2x4xsi64, lanes = 2>)
  // GENERIC: %a, %b, %c = "stream.fork"(%x) <{layer = "shortcut"}> : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2, depth = 40>, !stream.channel<2x2x4xsi64, lanes = 2>)
  %d, %e = stream.fork %a : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2>)
  // CHECK: %d, %e = stream.fork %a : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2>)
  // GENERIC: %d, %e = "stream.fork"(%a) : (!stream.channel<2x2x4xsi64, lanes = 2>) -> (!stream.channel<2x2x4xsi64, lanes = 2>, !stream.channel<2x2x4xsi64, lanes = 2>)

  stream.sink "b" %b : !stream.channel<2x2x4xsi64, lanes = 2, depth = 40>
  // CHECK: stream.sink "b" %b : !stream.channel<2x2x4xsi64, lanes = 2, depth = 40>
  // GENERIC: "stream.sink"(%b) <{port = "b"}> : (!stream.channel<2x2x4xsi64, lanes = 2, depth = 40>) -> ()
  stream.sink "c" %c : !stream.channel<2x2x4xsi64, lanes = 2>
  // CHECK: stream.sink "c" %c : !stream.channel<2x2x4xsi64, lanes = 2>
  // GENERIC: "stream.sink"(%c) <{port = "c"}> : (!stream.channel<2x2x4xsi64, lanes = 2>) -> ()
  stream.sink "d" %d : !stream.channel<2x2x4xsi64, lanes = 2>
  // CHECK: stream.sink "d" %d : !stream.channel<2x2x4xsi64, lanes = 2>
  // GENERIC: "stream.sink"(%d) <{port = "d"}> : (!stream.channel<2x2x4xsi64, lanes = 2>) -> ()
  stream.sink "e" %e : !stream.channel<2x2x4xsi64, lanes = 2>
  // CHECK: stream.sink "e" %e : !stream.channel<2x2x4xsi64, lanes = 2>
  // GENERIC: "stream.sink"(%e) <{port = "e"}> : (!stream.channel<2x2x4xsi64, lanes = 2>) -> ()
}

stream.design @parts {
// CHECK: stream.design @parts {
// GENERIC: "stream.design"() <{sym_name = "parts"}> ({
  %x = stream.source "x" : !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // CHECK: %x = stream.source "x" : !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>

  %a, %b, %c = stream.split %x {layer = "Split_0"} : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>, !stream.channel<2x2x4x!qnn.ternary, lanes = 2>)
  // CHECK: %a, %b, %c = stream.split %x {layer = "Split_0"} : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>, !stream.channel<2x2x4x!qnn.ternary, lanes = 2>)
  // GENERIC: %a, %b, %c = "stream.split"(%x) <{layer = "Split_0", axis = -1 : i64}> : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>, !stream.channel<2x2x4x!qnn.ternary, lanes = 2>)
  %y = stream.concat %c, %a, %b {layer = "Concat_0"} : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // CHECK: %y = stream.concat %c, %a, %b {layer = "Concat_0"} : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // GENERIC: %y = "stream.concat"(%c, %a, %b) <{layer = "Concat_0", axis = -1 : i64}> : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x2x!qnn.ternary, lanes = 2>, !stream.channel<2x2x6x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  %d, %e = stream.split %y : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>)
  // CHECK: %d, %e = stream.split %y : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>)
  // GENERIC: %d, %e = "stream.split"(%y) <{axis = -1 : i64}> : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>)
  %z = stream.concat %d, %e : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // CHECK: %z = stream.concat %d, %e : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>
  // GENERIC: %z = "stream.concat"(%d, %e) <{axis = -1 : i64}> : (!stream.channel<2x2x4x!qnn.ternary, lanes = 2>, !stream.channel<2x2x8x!qnn.ternary, lanes = 2>) -> !stream.channel<2x2x12x!qnn.ternary, lanes = 2>

  %f, %g = stream.split %z axis = -3 : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>)
  // CHECK: %f, %g = stream.split %z axis = -3 : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>)
  // GENERIC: %f, %g = "stream.split"(%z) <{axis = -3 : i64}> : (!stream.channel<2x2x12x!qnn.ternary, lanes = 2>) -> (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>)
  %h = stream.concat %f, %g axis = -2 {layer = "Concat_1"} : (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>) -> !stream.channel<1x4x12x!qnn.ternary, lanes = 2>
  // CHECK: %h = stream.concat %f, %g axis = -2 {layer = "Concat_1"} : (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>) -> !stream.channel<1x4x12x!qnn.ternary, lanes = 2>
  // GENERIC: %h = "stream.concat"(%f, %g) <{axis = -2 : i64, layer = "Concat_1"}> : (!stream.channel<1x2x12x!qnn.ternary, lanes = 2>, !stream.channel<1x2x12x!qnn.ternary, lanes = 2>) -> !stream.channel<1x4x12x!qnn.ternary, lanes = 2>

  stream.sink "z" %h : !stream.channel<1x4x12x!qnn.ternary, lanes = 2>
  // CHECK: stream.sink "z" %h : !stream.channel<1x4x12x!qnn.ternary, lanes = 2>
  // GENERIC: "stream.sink"(%h) <{port = "z"}> : (!stream.channel<1x4x12x!qnn.ternary, lanes = 2>) -> ()
}

stream.design @repacks {
// CHECK: stream.design @repacks {
// GENERIC: "stream.design"() <{sym_name = "repacks"}> ({
  %x = stream.source "x" : !stream.channel<4x3x4xui2, lanes = 4>
  // CHECK: %x = stream.source "x" : !stream.channel<4x3x4xui2, lanes = 4>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<4x3x4xui2, lanes = 4>

  %y = stream.repack %x : (!stream.channel<4x3x4xui2, lanes = 4>) -> !stream.channel<4x3x4xui2, lanes = 6>
  // CHECK: %y = stream.repack %x : (!stream.channel<4x3x4xui2, lanes = 4>) -> !stream.channel<4x3x4xui2, lanes = 6>
  // GENERIC: %y = "stream.repack"(%x) : (!stream.channel<4x3x4xui2, lanes = 4>) -> !stream.channel<4x3x4xui2, lanes = 6>
  %z = stream.repack %y {layer = "Flatten_0"} : (!stream.channel<4x3x4xui2, lanes = 6>) -> !stream.channel<48xui2, lanes = 16>
  // CHECK: %z = stream.repack %y {layer = "Flatten_0"} : (!stream.channel<4x3x4xui2, lanes = 6>) -> !stream.channel<48xui2, lanes = 16>
  // GENERIC: %z = "stream.repack"(%y) <{layer = "Flatten_0"}> : (!stream.channel<4x3x4xui2, lanes = 6>) -> !stream.channel<48xui2, lanes = 16>

  stream.sink "z" %z : !stream.channel<48xui2, lanes = 16>
  // CHECK: stream.sink "z" %z : !stream.channel<48xui2, lanes = 16>
  // GENERIC: "stream.sink"(%z) <{port = "z"}> : (!stream.channel<48xui2, lanes = 16>) -> ()
}

stream.design @links device "u250" {
// CHECK: stream.design @links device "u250" {
// GENERIC: "stream.design"() <{sym_name = "links", device = "u250"}> ({
  %x = stream.source "x" : !stream.channel<4xf32>
  // CHECK: %x = stream.source "x" : !stream.channel<4xf32, lanes = 1>
  // GENERIC: %x = "stream.source"() <{port = "x"}> : () -> !stream.channel<4xf32, lanes = 1>

  %y = stream.link %x to "second" : (!stream.channel<4xf32>) -> !stream.channel<4xf32, depth = 8>
  // CHECK: %y = stream.link %x to "second" : (!stream.channel<4xf32, lanes = 1>) -> !stream.channel<4xf32, lanes = 1, depth = 8>
  // GENERIC: %y = "stream.link"(%x) <{to = "second"}> : (!stream.channel<4xf32, lanes = 1>) -> !stream.channel<4xf32, lanes = 1, depth = 8>
  %z = stream.link %y to "third" {layer = "link"} : (!stream.channel<4xf32, depth = 8>) -> !stream.channel<4xf32>
  // CHECK: %z = stream.link %y to "third" {layer = "link"} : (!stream.channel<4xf32, lanes = 1, depth = 8>) -> !stream.channel<4xf32, lanes = 1>
  // GENERIC: %z = "stream.link"(%y) <{to = "third", layer = "link"}> : (!stream.channel<4xf32, lanes = 1, depth = 8>) -> !stream.channel<4xf32, lanes = 1>

  stream.sink "z" %z : !stream.channel<4xf32>
  // CHECK: stream.sink "z" %z : !stream.channel<4xf32, lanes = 1>
  // GENERIC: "stream.sink"(%z) <{port = "z"}> : (!stream.channel<4xf32, lanes = 1>) -> ()
}

// Two devices: the ends of the link between them, and a link that is not cut yet.
stream.design @here device "z7020" attributes {clock_mhz = 100.0 : f64} {
// CHECK: stream.design @here device "z7020" attributes {clock_mhz = 1.000000e+02 : f64} {
  %x = stream.source "x" : !stream.channel<4x6xui2>
  %y = stream.link %x to "there" over <bits = 8, mhz = 156.25> : (!stream.channel<4x6xui2>) -> !stream.channel<4x6xui2, depth = 8>
  // CHECK: %y = stream.link %x to "there" over <bits = 8, mhz = 156.25> : (!stream.channel<4x6xui2, lanes = 1>) -> !stream.channel<4x6xui2, lanes = 1, depth = 8>
  // GENERIC: %y = "stream.link"(%x) <{to = "there", over = #stream.link<bits = 8, mhz = 156.25>}> : (!stream.channel<4x6xui2, lanes = 1>) -> !stream.channel<4x6xui2, lanes = 1, depth = 8>
  stream.sink "y_to_1" %y over <ns = 500, bits = 16, mhz = 210> : !stream.channel<4x6xui2, depth = 8>
  // CHECK: stream.sink "y_to_1" %y over <bits = 16, mhz = 210.0, ns = 500.0> : !stream.channel<4x6xui2, lanes = 1, depth = 8>
  // GENERIC: "stream.sink"(%y) <{port = "y_to_1", over = #stream.link<bits = 16, mhz = 210.0, ns = 500.0>}> : (!stream.channel<4x6xui2, lanes = 1, depth = 8>) -> ()
}
stream.design @there device "z7020" attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "y_to_1" over <bits = 16, mhz = 210.0, ns = 500.0> : !stream.channel<4x6xui2>
  // CHECK: %x = stream.source "y_to_1" over <bits = 16, mhz = 210.0, ns = 500.0> : !stream.channel<4x6xui2, lanes = 1>
  // GENERIC: %x = "stream.source"() <{port = "y_to_1", over = #stream.link<bits = 16, mhz = 210.0, ns = 500.0>}> : () -> !stream.channel<4x6xui2, lanes = 1>
  stream.sink "z" %x : !stream.channel<4x6xui2>
}
func.func @both(%x: tensor<1x4x6xui2>) -> tensor<1x4x6xui2> {
  %y = stream.run @here %x : (tensor<1x4x6xui2>) -> tensor<1x4x6xui2>
  %z = stream.run @there %y : (tensor<1x4x6xui2>) -> tensor<1x4x6xui2>
  func.return %z : tensor<1x4x6xui2>
}

// The host sends frames through a design.
func.func @host(%x: tensor<1x4xui8>) -> tensor<1x4xui8> {
  %y = stream.run @main %x : (tensor<1x4xui8>) -> tensor<1x4xui8>
  // CHECK: %y = stream.run @main %x : (tensor<1x4xui8>) -> tensor<1x4xui8>
  // GENERIC: %y = "stream.run"(%x) <{design = @main}> : (tensor<1x4xui8>) -> tensor<1x4xui8>
  func.return %y : tensor<1x4xui8>
}
