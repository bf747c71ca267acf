// RUN: %{diagnostics}

// stream.scale
stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: there is no qnn.data @none
  %y = stream.scale %x factors(@none) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the channels have different frames: 3x2, 2x3
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<2x3xui8>
  stream.sink "y" %y : !stream.channel<2x3xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the channels have different lanes: 1, 2
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<3x2xui8, lanes = 2>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4, lanes = 3>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: 3 lanes don't divide 2 channels
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4, lanes = 3>) -> !stream.channel<3x2xui8, lanes = 3>
  stream.sink "y" %y : !stream.channel<3x2xui8, lanes = 3>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xf32>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: this process computes with integers, not with f32
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xf32>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: @float must hold integers, it holds f32
  %y = stream.scale %x factors(@float) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the factors must be 1 or 2 numbers, one offset for each factor, not 3
  %y = stream.scale %x factors(@three) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the offsets must be 1 or 2 numbers, one offset for each factor, not 1
  %y = stream.scale %x factors(@f) offsets(@one) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the exceptions must be 2xN, they are 1x2
  %y = stream.scale %x factors(@f) offsets(@f) exceptions(@row) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: raised is 3, but there are 2 exceptions
  %y = stream.scale %x factors(@f) offsets(@f) exceptions(@e) raised = 3 shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: raised is 1, but there are 0 exceptions
  %y = stream.scale %x factors(@f) offsets(@f) raised = 1 shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the shift must be from 0 to 63, not 64
  %y = stream.scale %x factors(@f) offsets(@f) shift = 64 clamp = [0, 255] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: a clamp must have two limits, not 1
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the clamp is empty: 5 is above 4
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [5, 4] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: the result can be 0 to 256, but ui8 holds only 0 to 255
  %y = stream.scale %x factors(@f) offsets(@f) shift = 2 clamp = [0, 256] : (!stream.channel<3x2xsi4>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<3x2xsi40>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.scale: its sums have 72 bits, at most 64 are possible
  %y = stream.scale %x factors(@wide) offsets(@f) shift = 2 clamp = [0, 255] : (!stream.channel<3x2xsi40>) -> !stream.channel<3x2xui8>
  stream.sink "y" %y : !stream.channel<3x2xui8>
}
qnn.data @f [3, -5] : tensor<2xsi4>
qnn.data @three [3, -5, 1] : tensor<3xsi4>
qnn.data @one [3] : tensor<1xsi4>
qnn.data @wide [4294967296, 1] : tensor<2xui33>
qnn.data @float [1.0, 2.0] : tensor<2xf32>
qnn.data @e [[1, 2], [3, 4]] : tensor<2x2xsi4>
qnn.data @row [[1, 2]] : tensor<1x2xsi4>
