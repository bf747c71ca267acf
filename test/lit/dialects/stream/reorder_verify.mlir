// RUN: %{diagnostics}

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: shape must be at least 1, they are [4, 0]
  %y = stream.reorder %x shape = [4, 0] order = [1, 0] : (!stream.channel<8xui8>) -> !stream.channel<8xui8>
  stream.sink "y" %y : !stream.channel<8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: order [1, 1] is not a permutation of the 2 axes
  %y = stream.reorder %x shape = [4, 2] order = [1, 1] : (!stream.channel<8xui8>) -> !stream.channel<8xui8>
  stream.sink "y" %y : !stream.channel<8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: frame 8 and shape 4x3 differ in size
  %y = stream.reorder %x shape = [4, 3] order = [1, 0] : (!stream.channel<8xui8>) -> !stream.channel<8xui8>
  stream.sink "y" %y : !stream.channel<8xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: frame 9 and shape 4x2 differ in size
  %y = stream.reorder %x shape = [4, 2] order = [1, 0] : (!stream.channel<8xui8>) -> !stream.channel<9xui8>
  stream.sink "y" %y : !stream.channel<9xui8>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: the channels have different elements: ui8, ui7
  %y = stream.reorder %x shape = [4, 2] order = [1, 0] : (!stream.channel<8xui8>) -> !stream.channel<8xui7>
  stream.sink "y" %y : !stream.channel<8xui7>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: the channels have different lanes: 1, 2
  %y = stream.reorder %x shape = [4, 2] order = [1, 0] : (!stream.channel<8xui8>) -> !stream.channel<8xui8, lanes = 2>
  stream.sink "y" %y : !stream.channel<8xui8, lanes = 2>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<8xui8, lanes = 4>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: words of 4 elements cannot be reordered, only of 1, 2
  %y = stream.reorder %x shape = [4, 2] order = [1, 0] : (!stream.channel<8xui8, lanes = 4>) -> !stream.channel<8xui8, lanes = 4>
  stream.sink "y" %y : !stream.channel<8xui8, lanes = 4>
}

// -----

stream.design @main {
  %x = stream.source "x" : !stream.channel<64xui8>
  // CHECK: {{.*}}:[[# @LINE + 1]]:3: stream.reorder: it permutes 6 axes, at most 5 are possible
  %y = stream.reorder %x shape = [2, 2, 2, 2, 2, 2] order = [5, 4, 3, 2, 1, 0] : (!stream.channel<64xui8>) -> !stream.channel<64xui8>
  stream.sink "y" %y : !stream.channel<64xui8>
}
