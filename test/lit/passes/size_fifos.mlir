// RUN: qnn-opt --size-fifos --check-semantics %s 2> %t.err | filecheck %s

// The channel that skips the window holds the words that the window delays: two lines and a pixel of
// the padded image, less those that have arrived after them. All other channels are shallow.

// CHECK:      %x = stream.source "x" : !stream.channel<6x6x1xui4, lanes = 1, depth = 4>
// CHECK-NEXT: %a, %b = stream.fork %x : {{.*}} -> (!stream.channel<6x6x1xui4, lanes = 1, depth = 4>, !stream.channel<6x6x1xui4, lanes = 1, depth = 20>)
// CHECK-NEXT: %p = stream.pad %a
// CHECK-NEXT: %w = stream.window %p
// CHECK-NEXT: %y = stream.matvec %w
// CHECK-NEXT: %z = stream.add %y, %b
// Without a rate, only the depth of the skip connection is needed against a deadlock.
// RUN: qnn-opt --size-fifos="any-rate=true" %s 2> %t.err | filecheck %s --check-prefix ANY
// RUN: filecheck --input-file %t.err %s --check-prefix SUMMARY
// ANY:        %a, %b = stream.fork %x : {{.*}} -> (!stream.channel<6x6x1xui4, lanes = 1, depth = 2>, !stream.channel<6x6x1xui4, lanes = 1, depth =
// ANY-NEXT:   %p = stream.pad %a
// SUMMARY:       qnn-opt: size-fifos: {{.*}} words in 7 channels, {{.*}} bits

// Pipelines of SystemVerilog are shorter, so fewer words wait.
// RUN: sed 's/@main {/@main attributes {target = "rtl"} {/' %s | qnn-opt --size-fifos --check-semantics 2> %t.err | filecheck %s --check-prefix RTL
// RTL:      stream.design @main attributes {target = "rtl"} {
// RTL-NEXT:   %x = stream.source "x" : !stream.channel<6x6x1xui4, lanes = 1, depth = 2>
// RTL-NEXT:   %a, %b = stream.fork %x : {{.*}} -> (!stream.channel<6x6x1xui4, lanes = 1, depth = 2>, !stream.channel<6x6x1xui4, lanes = 1, depth = 1{{[0-9]}}>)
stream.design @main {
  %x = stream.source "x" : !stream.channel<6x6x1xui4>
  %a, %b = stream.fork %x : (!stream.channel<6x6x1xui4>) -> (!stream.channel<6x6x1xui4>, !stream.channel<6x6x1xui4>)
  %p = stream.pad %a pads = [1, 1, 1, 1] : (!stream.channel<6x6x1xui4>) -> !stream.channel<8x8x1xui4>
  %w = stream.window %p kernel = [3, 3] : (!stream.channel<8x8x1xui4>) -> !stream.channel<6x6x9xui4, lanes = 9>
  %y = stream.matvec %w weights(@w) accumulator = si9 : (!stream.channel<6x6x9xui4, lanes = 9>) -> !stream.channel<6x6x1xsi9>
  %z = stream.add %y, %b : (!stream.channel<6x6x1xsi9>, !stream.channel<6x6x1xui4>) -> !stream.channel<6x6x1xsi10>
  stream.sink "z" %z : !stream.channel<6x6x1xsi10>
}
qnn.data @w [[1, -1, 1, -1, 1, -1, 1, -1, 1]] : tensor<1x9x!qnn.bipolar>
