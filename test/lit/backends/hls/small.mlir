// A convolution with thresholds and a fully connected layer as C++: the generated code in full.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %s --target hls --device z7020 -o %t/build 2> %t/steps > %t/table
// RUN: filecheck %s --match-full-lines --input-file %t/build/top.cpp
// RUN: filecheck %s --match-full-lines --input-file %t/build/top.hpp --check-prefix SHAPES
// RUN: filecheck %s --match-full-lines --input-file %t/build/weights/Conv_0_matvec_thresholds.hpp --check-prefix MEMORY

// CHECK:       #include "top.hpp"
// CHECK:       #include "weights/Conv_0_matvec_thresholds.hpp"
// CHECK-NEXT:  #include "weights/Conv_0_matvec_weights.hpp"
// CHECK:       void small_top(const ap_uint<8>* image_data, ap_uint<16>* scores_data, unsigned frames) {
// CHECK:       #pragma HLS INTERFACE m_axi port=image_data offset=slave bundle=image_data max_widen_bitwidth=512 depth={{[0-9]+}}
// CHECK:       #pragma HLS DATAFLOW
// CHECK-NEXT:  #pragma HLS ARRAY_PARTITION variable=Conv_0_matvec_thresholds complete dim=2
// CHECK:           hls::stream<ap_uint<4> > source_words("source_words");
// CHECK-NEXT:  #pragma HLS STREAM variable=source_words depth=4
// CHECK:           qnn::fetch<16>(image_data, source_bytes, frames);
// CHECK-NEXT:      qnn::source<source>(source_bytes, source_words, frames);
// CHECK-NEXT:      qnn::window<Conv_0_window>(source_words, Conv_0_window_words, frames);
// CHECK-NEXT:      qnn::matvec<Conv_0_matvec>(Conv_0_window_words, Conv_0_matvec_words, frames, Conv_0_matvec_weights, Conv_0_matvec_thresholds);
// CHECK-NEXT:      qnn::sink<sink>(Conv_0_matvec_words, sink_bytes, frames);
// CHECK-NEXT:      qnn::store<{{\d+}}>(sink_bytes, scores_data, frames);

// SHAPES:      /// 4x4x1 ui4 by 1 -> 2x2x9 ui4 by 3.
// SHAPES-NEXT: struct Conv_0_window {
// SHAPES-NEXT:     typedef qnn::Unsigned<4> Element;
// SHAPES-NEXT:     static const unsigned HEIGHT = 4;
// SHAPES:          static const unsigned KERNEL_HEIGHT = 3;
// SHAPES:          static const unsigned ITERATIONS = {{\d+}};
// SHAPES:      /// 2x2x9 ui4 by 3 -> 2x2x2 ui2 by 2.
// SHAPES-NEXT: struct Conv_0_matvec {
// SHAPES-NEXT:     typedef qnn::Unsigned<4> Input;
// SHAPES-NEXT:     typedef qnn::Bipolar Weight;
// SHAPES-NEXT:     typedef qnn::Signed<9> Sum;
// SHAPES-NEXT:     typedef qnn::Unsigned<2> Output;
// SHAPES-NEXT:     typedef qnn::Fabric Multiplier;
// SHAPES-NEXT:     typedef qnn::Stepped<qnn::Compared<qnn::Signed<9>, 3>, qnn::Level<3, 0>> Activation;
// SHAPES-NEXT:     static const unsigned PE = 2;
// SHAPES-NEXT:     static const unsigned SIMD = 3;
// SHAPES-NEXT:     static const unsigned STEPS = 3;
// SHAPES-NEXT:     static const unsigned FOLDS = 1;
// SHAPES-NEXT:     static const unsigned VECTORS = 4;

// MEMORY: static const ap_uint<27> Conv_0_matvec_thresholds[1][2] = {{\{\{.*\}\};}}
stream.design @main {
  %x = stream.source "image" : !stream.channel<4x4x1xui4>
  %w = stream.window %x kernel = [3, 3] {layer = "Conv/0"} : (!stream.channel<4x4x1xui4>) -> !stream.channel<2x2x9xui4, lanes = 3>
  %y = stream.matvec %w weights(@w) thresholds(@t) accumulator = si9 {layer = "Conv/0"} : (!stream.channel<2x2x9xui4, lanes = 3>) -> !stream.channel<2x2x2xui2, lanes = 2>
  stream.sink "scores" %y : !stream.channel<2x2x2xui2, lanes = 2>
}
qnn.data @w [[1, -1, 1, -1, 1, -1, 1, -1, 1], [-1, -1, -1, 1, 1, 1, 1, 1, 1]] : tensor<2x9x!qnn.bipolar>
qnn.data @t [[-5, 0, 7], [1, 2, 3]] : tensor<2x3xsi9>
