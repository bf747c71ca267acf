// Every kind of process for each vendor: the call in HLS C++, the definitions in OpenCL C,
// the modules in SystemVerilog.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %s --target hls --device z7020 -o %t/hls > %t/table 2>&1
// RUN: qnn compile %s --target opencl --device arria10-gx1150 -o %t/opencl > %t/table 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix HLS --input-file %t/hls/top.cpp
// RUN: filecheck %s --match-full-lines --check-prefix OPENCL --input-file %t/opencl/top.cl
// RUN: qnn compile %s --target rtl --device z7020 -o %t/rtl > %t/table 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix RTL --input-file %t/rtl/top.sv

!pixels = !stream.channel<6x6x2xui8, lanes = 2>
!image = !stream.channel<4x4x4xui2, lanes = 2>
!scores = !stream.channel<4xui2, lanes = 1>

stream.design @main {
  %x = stream.source "image" {layer = "Input_0"} : !pixels

  // HLS:          qnn::fetch<72>(image_data, Input_0_source_bytes, frames);
  // HLS-NEXT:     qnn::source<Input_0_source>(Input_0_source_bytes, Input_0_source_words, frames);
  // OPENCL:      /// Input_0_source: 6x6x2 ui8 by 2.
  // OPENCL-NEXT: #define NAME Input_0_source
  // OPENCL-NEXT: #define TO Input_0_source_words
  // OPENCL-NEXT: #define TO_BITS 16
  // OPENCL-NEXT: #define ELEMENT ui8
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define WORDS 36
  // OPENCL-NEXT: #define HOST char
  // OPENCL-NEXT: #include "qnn/source.cl"
  // RTL:          // 6x6x2 ui8 by 2.
  // RTL-NEXT:     qnn_source #(
  // RTL-NEXT:     .LANES(2),
  // RTL-NEXT:     .BITS(8),
  // RTL-NEXT:     .BYTES(1)
  // RTL-NEXT:     ) Input_0_source (
  // RTL:          .tdata(image_data_tdata),
  // RTL:          .out_data(Input_0_source_words_push_data)

  %x1 = stream.repack %x : (!pixels) -> !stream.channel<6x6x2xui8, lanes = 4>

  // HLS-NEXT:     qnn::widen<18>(Input_0_source_words, repack_words, frames);
  // OPENCL:      /// repack: 6x6x2 ui8 by 2 -> 6x6x2 ui8 by 4.
  // OPENCL-NEXT: #define NAME repack
  // OPENCL-NEXT: #define FROM Input_0_source_words
  // OPENCL-NEXT: #define FROM_BITS 16
  // OPENCL-NEXT: #define TO repack_words
  // OPENCL-NEXT: #define TO_BITS 32
  // OPENCL-NEXT: #include "qnn/widen.cl"
  // RTL:          // 6x6x2 ui8 by 2 -> 6x6x2 ui8 by 4.
  // RTL-NEXT:     qnn_widen #(
  // RTL-NEXT:     .IN_WIDTH(16),
  // RTL-NEXT:     .OUT_WIDTH(32)
  // RTL-NEXT:     ) repack (
  // RTL:          .in_data(Input_0_source_words_data),
  // RTL:          .out_data(repack_words_push_data)

  %x0 = stream.repack %x1 : (!stream.channel<6x6x2xui8, lanes = 4>) -> !stream.channel<6x6x2xui8, lanes = 4>

  // HLS-NEXT:     qnn::pass_through<18>(repack_words, repack_2_words, frames);
  // OPENCL:      /// repack_2: 6x6x2 ui8 by 4 -> 6x6x2 ui8 by 4.
  // OPENCL-NEXT: #define NAME repack_2
  // OPENCL-NEXT: #define FROM repack_words
  // OPENCL-NEXT: #define FROM_BITS 32
  // OPENCL-NEXT: #define TO repack_2_words
  // OPENCL-NEXT: #define TO_BITS 32
  // OPENCL-NEXT: #include "qnn/pass_through.cl"
  // OPENCL-NEXT: #undef NAME
  // OPENCL-NEXT: #undef FROM
  // OPENCL-NEXT: #undef FROM_BITS
  // OPENCL-NEXT: #undef TO
  // OPENCL-NEXT: #undef TO_BITS
  // RTL:          // 6x6x2 ui8 by 4 -> 6x6x2 ui8 by 4.
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(32)
  // RTL-NEXT:     ) repack_2 (
  // RTL:          .in_data(repack_words_data),
  // RTL:          .out_data(repack_2_words_push_data)

  %x2 = stream.repack %x0 : (!stream.channel<6x6x2xui8, lanes = 4>) -> !stream.channel<6x6x2xui8, lanes = 6>

  // HLS-NEXT:     qnn::regroup<18>(repack_2_words, repack_3_words, frames);
  // OPENCL:      /// repack_3: 6x6x2 ui8 by 4 -> 6x6x2 ui8 by 6.
  // OPENCL-NEXT: #define NAME repack_3
  // OPENCL-NEXT: #define FROM repack_2_words
  // OPENCL-NEXT: #define FROM_BITS 32
  // OPENCL-NEXT: #define TO repack_3_words
  // OPENCL-NEXT: #define TO_BITS 48
  // OPENCL-NEXT: #define HELD_BITS 80
  // OPENCL-NEXT: #define PIECE 16
  // OPENCL-NEXT: #include "qnn/regroup.cl"
  // RTL:          // 6x6x2 ui8 by 4 -> 6x6x2 ui8 by 6.
  // RTL-NEXT:     qnn_regroup #(
  // RTL-NEXT:     .IN_WIDTH(32),
  // RTL-NEXT:     .OUT_WIDTH(48)
  // RTL-NEXT:     ) repack_3 (
  // RTL:          .in_data(repack_2_words_data),
  // RTL:          .out_data(repack_3_words_push_data)

  %x3 = stream.repack %x2 : (!stream.channel<6x6x2xui8, lanes = 6>) -> !pixels

  // HLS-NEXT:     qnn::narrow<12>(repack_3_words, repack_4_words, frames);
  // OPENCL:      /// repack_4: 6x6x2 ui8 by 6 -> 6x6x2 ui8 by 2.
  // OPENCL-NEXT: #define NAME repack_4
  // OPENCL-NEXT: #define FROM repack_3_words
  // OPENCL-NEXT: #define FROM_BITS 48
  // OPENCL-NEXT: #define TO repack_4_words
  // OPENCL-NEXT: #define TO_BITS 16
  // OPENCL-NEXT: #include "qnn/narrow.cl"
  // RTL:          // 6x6x2 ui8 by 6 -> 6x6x2 ui8 by 2.
  // RTL-NEXT:     qnn_narrow #(
  // RTL-NEXT:     .IN_WIDTH(48),
  // RTL-NEXT:     .OUT_WIDTH(16)
  // RTL-NEXT:     ) repack_4 (
  // RTL:          .in_data(repack_3_words_data),
  // RTL:          .out_data(repack_4_words_push_data)

  %p = stream.window %x3 kernel = [3, 3] strides = [1, 1] dilations = [1, 1] : (!pixels) -> !stream.channel<4x4x18xui8, lanes = 2, depth = 8>

  // HLS-NEXT:     qnn::window<window>(repack_4_words, window_words, frames);
  // OPENCL:      /// window: 6x6x2 ui8 by 2 -> 4x4x18 ui8 by 2.
  // OPENCL-NEXT: #define NAME window
  // OPENCL-NEXT: #define FROM repack_4_words
  // OPENCL-NEXT: #define FROM_BITS 16
  // OPENCL-NEXT: #define TO window_words
  // OPENCL-NEXT: #define TO_BITS 16
  // OPENCL-NEXT: #define ELEMENT ui8
  // OPENCL-NEXT: #define HEIGHT 6
  // OPENCL-NEXT: #define WIDTH 6
  // OPENCL-NEXT: #define CHANNELS 2
  // OPENCL-NEXT: #define ROWS 4
  // OPENCL-NEXT: #define COLUMNS 4
  // OPENCL-NEXT: #define KERNEL_HEIGHT 3
  // OPENCL-NEXT: #define KERNEL_WIDTH 3
  // OPENCL-NEXT: #define STRIDE_DOWN 1
  // OPENCL-NEXT: #define STRIDE_ACROSS 1
  // OPENCL-NEXT: #define DILATION_DOWN 1
  // OPENCL-NEXT: #define DILATION_ACROSS 1
  // OPENCL-NEXT: #define LANES_IN 2
  // OPENCL-NEXT: #define LANES_OUT 2
  // OPENCL-NEXT: #define BY_CHANNEL 0
  // OPENCL-NEXT: #define ITERATIONS 150
  // OPENCL-NEXT: #define PIECE 2
  // OPENCL-NEXT: #define BANKS 1
  // OPENCL-NEXT: #define BANK_BYTES 2
  // OPENCL-NEXT: #include "qnn/window.cl"
  // RTL:          // 6x6x2 ui8 by 2 -> 4x4x18 ui8 by 2.
  // RTL-NEXT:     qnn_window #(
  // RTL-NEXT:     .BITS(8),
  // RTL-NEXT:     .HEIGHT(6),
  // RTL-NEXT:     .PIXELS(6),
  // RTL-NEXT:     .CHANNELS(2),
  // RTL-NEXT:     .ROWS(4),
  // RTL-NEXT:     .COLUMNS(4),
  // RTL-NEXT:     .KERNEL_HEIGHT(3),
  // RTL-NEXT:     .KERNEL_WIDTH(3),
  // RTL-NEXT:     .STRIDE_DOWN(1),
  // RTL-NEXT:     .STRIDE_ACROSS(1),
  // RTL-NEXT:     .DILATION_DOWN(1),
  // RTL-NEXT:     .DILATION_ACROSS(1),
  // RTL-NEXT:     .LANES_IN(2),
  // RTL-NEXT:     .LANES_OUT(2),
  // RTL-NEXT:     .BY_CHANNEL(0),
  // RTL-NEXT:     .ITERATIONS(150),
  // RTL-NEXT:     .PIECE(2)
  // RTL-NEXT:     ) window (
  // RTL:          .in_data(repack_4_words_data),
  // RTL:          .out_data(window_words_push_data)

  %m = stream.matvec %p weights(@w) bias(@b) thresholds(@t) descending(@d) offset = 0 accumulator = si18 storage = lut {layer = "Conv_0"} : (!stream.channel<4x4x18xui8, lanes = 2, depth = 8>) -> !image

  // HLS-NEXT:     qnn::matvec<Conv_0_matvec>(window_words, Conv_0_matvec_words, frames, Conv_0_matvec_weights, Conv_0_matvec_bias, Conv_0_matvec_descending, Conv_0_matvec_thresholds);
  // OPENCL:      /// Conv_0_matvec: 4x4x18 ui8 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME Conv_0_matvec
  // OPENCL-NEXT: #define FROM window_words
  // OPENCL-NEXT: #define FROM_BITS 16
  // OPENCL-NEXT: #define TO Conv_0_matvec_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui8
  // OPENCL-NEXT: #define WEIGHT si4
  // OPENCL-NEXT: #define SUM si18
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define PE 2
  // OPENCL-NEXT: #define SIMD 2
  // OPENCL-NEXT: #define STEPS 9
  // OPENCL-NEXT: #define FOLDS 2
  // OPENCL-NEXT: #define VECTOR_STORAGE memory("MLAB")
  // OPENCL-NEXT: #define PRODUCT si13
  // OPENCL-NEXT: #define PRODUCTS MULTIPLIED
  // OPENCL-NEXT: #define WEIGHTS Conv_0_matvec_weights
  // OPENCL-NEXT: #define ROWS_BITS 16
  // OPENCL-NEXT: #define ROW_BITS 8
  // OPENCL-NEXT: #define BIAS Conv_0_matvec_bias
  // OPENCL-NEXT: #define BIAS_BITS 8
  // OPENCL-NEXT: #define BIAS_TYPE si8
  // OPENCL-NEXT: #define DESCENDING Conv_0_matvec_descending
  // OPENCL-NEXT: #define THRESHOLDS Conv_0_matvec_thresholds
  // OPENCL-NEXT: #define THRESHOLD_BITS 54
  // OPENCL-NEXT: #define THRESHOLD si18
  // OPENCL-NEXT: #define COUNT 3
  // OPENCL-NEXT: #define OFFSET 0
  // OPENCL-NEXT: #define SIGNS 0
  // OPENCL-NEXT: #define SHARED 1
  // OPENCL-NEXT: #include "qnn/matvec.cl"
  // RTL:          // 4x4x18 ui8 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     logic Conv_0_matvec_weights_pop;
  // RTL-NEXT:     logic [15:0] Conv_0_matvec_weights_word;
  // RTL-NEXT:     qnn_rom #(
  // RTL-NEXT:     .WIDTH(16),
  // RTL-NEXT:     .WORDS(18),
  // RTL-NEXT:     .FILE({FOLDER, "memories/Conv_0_matvec_weights.hex"}),
  // RTL:          ) Conv_0_matvec_weights (
  // RTL:          .word(Conv_0_matvec_weights_word)
  // RTL:          logic Conv_0_matvec_push;
  // RTL:          logic [35:0] Conv_0_matvec_data;
  // RTL:          qnn_matvec #(
  // RTL:          .STARTS({FOLDER, "memories/Conv_0_matvec_starts.hex"})
  // RTL:          .in_data(window_words_data),
  // RTL:          .weights_data(Conv_0_matvec_weights_word),
  // RTL:          .out_data(Conv_0_matvec_data)
  // RTL:          qnn_thresholds #(
  // RTL:          .data(Conv_0_matvec_data),
  // RTL:          .out_data(Conv_0_matvec_words_push_data)

  %f, %g = stream.fork %m : (!image) -> (!image, !image)

  // HLS-NEXT:     qnn::fork<32>(frames, Conv_0_matvec_words, fork_words, fork_words_2);
  // OPENCL:      /// fork: 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2, 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME fork
  // OPENCL-NEXT: #define FROM Conv_0_matvec_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define WRITE_ALL(word) WRITE(fork_words, word); WRITE(fork_words_2, word);
  // OPENCL-NEXT: #include "qnn/fork.cl"
  // OPENCL-NEXT: #undef NAME
  // OPENCL-NEXT: #undef FROM
  // OPENCL-NEXT: #undef FROM_BITS
  // OPENCL-NEXT: #undef WRITE_ALL
  // RTL:          // 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2, 4x4x4 ui2 by 2.
  // RTL-NEXT:     logic [3:0] fork_data;
  // RTL-NEXT:     qnn_fork #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .OUTPUTS(2)
  // RTL-NEXT:     ) fork_process (
  // RTL:          .in_data(Conv_0_matvec_words_data),
  // RTL:          .out_data(fork_data)
  // RTL:          assign fork_words_push_data = fork_data;
  // RTL:          assign fork_words_2_push_data = fork_data;

  %a = stream.add %f, %g multipliers = [1, 2] : (!image, !image) -> !stream.channel<4x4x4xui4, lanes = 2>

  // HLS-NEXT:     qnn::add<add>(fork_words, fork_words_2, add_words, frames);
  // OPENCL:      /// add: 4x4x4 ui2 by 2, 4x4x4 ui2 by 2 -> 4x4x4 ui4 by 2.
  // OPENCL-NEXT: #define NAME add
  // OPENCL-NEXT: #define FROM fork_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define OTHER_FROM fork_words_2
  // OPENCL-NEXT: #define OTHER_FROM_BITS 4
  // OPENCL-NEXT: #define TO add_words
  // OPENCL-NEXT: #define TO_BITS 8
  // OPENCL-NEXT: #define LEFT ui2
  // OPENCL-NEXT: #define RIGHT ui2
  // OPENCL-NEXT: #define OUTPUT ui4
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define LEFT_TIMES 1
  // OPENCL-NEXT: #define RIGHT_TIMES 2
  // OPENCL-NEXT: #include "qnn/add.cl"
  // RTL:          // 4x4x4 ui2 by 2, 4x4x4 ui2 by 2 -> 4x4x4 ui4 by 2.
  // RTL-NEXT:     qnn_combine #(
  // RTL-NEXT:     .LANES(2),
  // RTL-NEXT:     .LEFT_BITS(2),
  // RTL-NEXT:     .RIGHT_BITS(2),
  // RTL-NEXT:     .OUT_BITS(4),
  // RTL-NEXT:     .MULTIPLIES(0),
  // RTL-NEXT:     .LEFT_CONSTANT(64'sh1),
  // RTL-NEXT:     .RIGHT_CONSTANT(64'sh2)
  // RTL-NEXT:     ) add (
  // RTL:          .left_data(fork_words_data),
  // RTL:          .right_data(fork_words_2_data),
  // RTL:          .out_data(add_words_push_data)

  %a1, %a2 = stream.fork %a : (!stream.channel<4x4x4xui4, lanes = 2>) -> (!stream.channel<4x4x4xui4, lanes = 2>, !stream.channel<4x4x4xui4, lanes = 2>)
  %a3 = stream.mul %a1, %a2 offsets = [-8, 1] : (!stream.channel<4x4x4xui4, lanes = 2>, !stream.channel<4x4x4xui4, lanes = 2>) -> !stream.channel<4x4x4xsi8, lanes = 2>

  // HLS:          qnn::mul<mul>(fork_2_words, fork_2_words_2, mul_words, frames);
  // OPENCL:      /// mul: 4x4x4 ui4 by 2, 4x4x4 ui4 by 2 -> 4x4x4 si8 by 2.
  // OPENCL-NEXT: #define NAME mul
  // OPENCL-NEXT: #define FROM fork_2_words
  // OPENCL-NEXT: #define FROM_BITS 8
  // OPENCL-NEXT: #define OTHER_FROM fork_2_words_2
  // OPENCL-NEXT: #define OTHER_FROM_BITS 8
  // OPENCL-NEXT: #define TO mul_words
  // OPENCL-NEXT: #define TO_BITS 16
  // OPENCL-NEXT: #define LEFT ui4
  // OPENCL-NEXT: #define RIGHT ui4
  // OPENCL-NEXT: #define LEFT_FACTOR si4
  // OPENCL-NEXT: #define RIGHT_FACTOR ui5
  // OPENCL-NEXT: #define PRODUCT si10
  // OPENCL-NEXT: #define OUTPUT si8
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define LEFT_OFFSET (-8)
  // OPENCL-NEXT: #define RIGHT_OFFSET 1
  // OPENCL-NEXT: #include "qnn/mul.cl"

  // RTL:          // 4x4x4 ui4 by 2, 4x4x4 ui4 by 2 -> 4x4x4 si8 by 2.
  // RTL-NEXT:     qnn_combine #(
  // RTL:          .MULTIPLIES(1),
  // RTL-NEXT:     .LEFT_CONSTANT(64'shfffffffffffffff8),
  // RTL-NEXT:     .RIGHT_CONSTANT(64'sh1)
  // RTL-NEXT:     ) mul (

  %h = stream.threshold %a3 thresholds(@u) : (!stream.channel<4x4x4xsi8, lanes = 2>) -> !image

  // HLS-NEXT:     qnn::threshold<threshold>(mul_words, threshold_words, frames, threshold_thresholds);
  // OPENCL:      /// threshold: 4x4x4 si8 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME threshold
  // OPENCL-NEXT: #define FROM mul_words
  // OPENCL-NEXT: #define FROM_BITS 16
  // OPENCL-NEXT: #define TO threshold_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT si8
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define THRESHOLDS threshold_thresholds
  // OPENCL-NEXT: #define THRESHOLD_BITS 12
  // OPENCL-NEXT: #define THRESHOLD ui4
  // OPENCL-NEXT: #define COUNT 3
  // OPENCL-NEXT: #define OFFSET 0
  // OPENCL-NEXT: #define SIGNS 0
  // OPENCL-NEXT: #define SHARED 1
  // OPENCL-NEXT: #include "qnn/threshold.cl"
  // RTL:          // 4x4x4 si8 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     logic threshold_push;
  // RTL-NEXT:     logic [15:0] threshold_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(16)
  // RTL-NEXT:     ) threshold (
  // RTL:          .in_data(mul_words_data),
  // RTL:          .out_data(threshold_data)
  // RTL:          qnn_thresholds #(
  // RTL:          .data(threshold_data),
  // RTL:          .out_data(threshold_words_push_data)

  %i, %j = stream.split %h : (!image) -> (!stream.channel<4x4x2xui2, lanes = 2>, !stream.channel<4x4x2xui2, lanes = 2>)

  // HLS-NEXT:     qnn::split<16, 1, 1>(frames, threshold_words, split_words, split_words_2);
  // OPENCL:      /// split: 4x4x4 ui2 by 2 -> 4x4x2 ui2 by 2, 4x4x2 ui2 by 2.
  // OPENCL-NEXT: #define NAME split
  // OPENCL-NEXT: #define FROM threshold_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define WRITE_PART(place, word) if (place < 1) WRITE(split_words, word); else WRITE(split_words_2, word);
  // OPENCL-NEXT: #define RUN_WORDS 2
  // OPENCL-NEXT: #include "qnn/split.cl"
  // RTL:          // 4x4x4 ui2 by 2 -> 4x4x2 ui2 by 2, 4x4x2 ui2 by 2.
  // RTL-NEXT:     logic [3:0] split_data;
  // RTL-NEXT:     qnn_split #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .OUTPUTS(2),
  // RTL-NEXT:     .WIDTHS({32'd1, 32'd1})
  // RTL-NEXT:     ) split (
  // RTL:          .in_data(threshold_words_data),
  // RTL:          .out_data(split_data)
  // RTL:          assign split_words_push_data = split_data;
  // RTL:          assign split_words_2_push_data = split_data;

  %k = stream.concat %i, %j : (!stream.channel<4x4x2xui2, lanes = 2>, !stream.channel<4x4x2xui2, lanes = 2>) -> !image

  // HLS-NEXT:     qnn::concat<16, 1, 1>(frames, concat_words, split_words, split_words_2);
  // OPENCL:      /// concat: 4x4x2 ui2 by 2, 4x4x2 ui2 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME concat
  // OPENCL-NEXT: #define READ_PART(place, word) if (place < 1) READ(split_words, word); else READ(split_words_2, word);
  // OPENCL-NEXT: #define RUN_WORDS 2
  // OPENCL-NEXT: #define TO concat_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #include "qnn/concat.cl"
  // RTL:          // 4x4x2 ui2 by 2, 4x4x2 ui2 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     qnn_concat #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .INPUTS(2),
  // RTL-NEXT:     .WIDTHS({32'd1, 32'd1})
  // RTL-NEXT:     ) concat (
  // RTL:          .in_data({split_words_2_data, split_words_data}),
  // RTL:          .out_data(concat_words_push_data)

  %l = stream.link %k to "second" : (!image) -> !image

  // HLS-NEXT:     qnn::link<32>(concat_words, link_words, frames);
  // OPENCL:      /// link: 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME link
  // OPENCL-NEXT: #define FROM concat_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO link_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #include "qnn/link.cl"
  // RTL:          // 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     qnn_link #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .WORDS(32),
  // RTL-NEXT:     .CYCLES(32),
  // RTL-NEXT:     .DELAY(0)
  // RTL-NEXT:     ) link (
  // RTL:          .in_data(concat_words_data),
  // RTL:          .out_data(link_words_push_data)

  %n = stream.pad %l pads = [1, 1, 1, 1] value = 1 : (!image) -> !stream.channel<6x6x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::pad<pad>(link_words, pad_words, frames);
  // OPENCL:      /// pad: 4x4x4 ui2 by 2 -> 6x6x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME pad
  // OPENCL-NEXT: #define FROM link_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO pad_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define ELEMENT ui2
  // OPENCL-NEXT: #define HEIGHT 4
  // OPENCL-NEXT: #define WIDTH 4
  // OPENCL-NEXT: #define ROWS 6
  // OPENCL-NEXT: #define COLUMNS 6
  // OPENCL-NEXT: #define TOP 1
  // OPENCL-NEXT: #define LEFT 1
  // OPENCL-NEXT: #define DOWN 1
  // OPENCL-NEXT: #define ACROSS 1
  // OPENCL-NEXT: #define PIXEL_WORDS 2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define VALUE 1
  // OPENCL-NEXT: #include "qnn/pad.cl"
  // RTL:          // 4x4x4 ui2 by 2 -> 6x6x4 ui2 by 2.
  // RTL-NEXT:     qnn_pad #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .HEIGHT(4),
  // RTL-NEXT:     .PIXELS(4),
  // RTL-NEXT:     .ROWS(6),
  // RTL-NEXT:     .COLUMNS(6),
  // RTL-NEXT:     .TOP(1),
  // RTL-NEXT:     .LEFT(1),
  // RTL-NEXT:     .DOWN(1),
  // RTL-NEXT:     .ACROSS(1),
  // RTL-NEXT:     .PIXEL_WORDS(2),
  // RTL-NEXT:     .VALUE({2{2'd1}})
  // RTL-NEXT:     ) pad (
  // RTL:          .in_data(link_words_data),
  // RTL:          .out_data(pad_words_push_data)

  %o = stream.window %n kernel = [3, 3] {by_channel} : (!stream.channel<6x6x4xui2, lanes = 2>) -> !stream.channel<4x4x36xui2, lanes = 2>

  // HLS-NEXT:     qnn::window<window_2>(pad_words, window_2_words, frames);
  // OPENCL:      /// window_2: 6x6x4 ui2 by 2 -> 4x4x36 ui2 by 2.
  // OPENCL-NEXT: #define NAME window_2
  // OPENCL-NEXT: #define FROM pad_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO window_2_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define ELEMENT ui2
  // OPENCL-NEXT: #define HEIGHT 6
  // OPENCL-NEXT: #define WIDTH 6
  // OPENCL-NEXT: #define CHANNELS 4
  // OPENCL-NEXT: #define ROWS 4
  // OPENCL-NEXT: #define COLUMNS 4
  // OPENCL-NEXT: #define KERNEL_HEIGHT 3
  // OPENCL-NEXT: #define KERNEL_WIDTH 3
  // OPENCL-NEXT: #define STRIDE_DOWN 1
  // OPENCL-NEXT: #define STRIDE_ACROSS 1
  // OPENCL-NEXT: #define DILATION_DOWN 1
  // OPENCL-NEXT: #define DILATION_ACROSS 1
  // OPENCL-NEXT: #define LANES_IN 2
  // OPENCL-NEXT: #define LANES_OUT 2
  // OPENCL-NEXT: #define BY_CHANNEL 1
  // OPENCL-NEXT: #define ITERATIONS 308
  // OPENCL-NEXT: #define PIECE 2
  // OPENCL-NEXT: #define BANKS 1
  // OPENCL-NEXT: #define BANK_BYTES 1
  // OPENCL-NEXT: #include "qnn/window.cl"
  // RTL:          // 6x6x4 ui2 by 2 -> 4x4x36 ui2 by 2.
  // RTL-NEXT:     qnn_window #(
  // RTL-NEXT:     .BITS(2),
  // RTL-NEXT:     .HEIGHT(6),
  // RTL-NEXT:     .PIXELS(6),
  // RTL-NEXT:     .CHANNELS(4),
  // RTL-NEXT:     .ROWS(4),
  // RTL-NEXT:     .COLUMNS(4),
  // RTL-NEXT:     .KERNEL_HEIGHT(3),
  // RTL-NEXT:     .KERNEL_WIDTH(3),
  // RTL-NEXT:     .STRIDE_DOWN(1),
  // RTL-NEXT:     .STRIDE_ACROSS(1),
  // RTL-NEXT:     .DILATION_DOWN(1),
  // RTL-NEXT:     .DILATION_ACROSS(1),
  // RTL-NEXT:     .LANES_IN(2),
  // RTL-NEXT:     .LANES_OUT(2),
  // RTL-NEXT:     .BY_CHANNEL(1),
  // RTL-NEXT:     .ITERATIONS(308),
  // RTL-NEXT:     .PIECE(2)
  // RTL-NEXT:     ) window_2 (
  // RTL:          .in_data(pad_words_data),
  // RTL:          .out_data(window_2_words_push_data)

  %q = stream.depthwise %o weights(@v) accumulator = si8 storage = outside : (!stream.channel<4x4x36xui2, lanes = 2>) -> !stream.channel<4x4x4xsi8, lanes = 2>

  // HLS-NEXT:     qnn::fetch_again<18, 16>(depthwise_weights, depthwise_weights_source_bytes, frames);
  // HLS-NEXT:     qnn::weights<depthwise_weights_source, 16>(depthwise_weights_source_bytes, depthwise_rows, frames);
  // HLS-NEXT:     qnn::depthwise<depthwise>(window_2_words, depthwise_words, frames, depthwise_rows);
  // OPENCL:      /// depthwise_weights_source: 18 addresses of 2 rows, 2 bits of each.
  // OPENCL-NEXT: #define NAME depthwise_weights_source
  // OPENCL-NEXT: #define TO depthwise_rows
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define ROWS 2
  // OPENCL-NEXT: #define BITS 2
  // OPENCL-NEXT: #define BYTES 1
  // OPENCL-NEXT: #define WORDS 18
  // OPENCL-NEXT: #define TIMES 16
  // OPENCL-NEXT: #include "qnn/weights.cl"
  // OPENCL:      /// depthwise: 4x4x36 ui2 by 2 -> 4x4x4 si8 by 2.
  // OPENCL-NEXT: #define NAME depthwise
  // OPENCL-NEXT: #define FROM window_2_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO depthwise_words
  // OPENCL-NEXT: #define TO_BITS 16
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define WEIGHT ternary
  // OPENCL-NEXT: #define SUM si8
  // OPENCL-NEXT: #define OUTPUT si8
  // OPENCL-NEXT: #define PE 2
  // OPENCL-NEXT: #define SIMD 1
  // OPENCL-NEXT: #define STEPS 9
  // OPENCL-NEXT: #define FOLDS 2
  // OPENCL-NEXT: #define PRODUCT si4
  // OPENCL-NEXT: #define PRODUCTS BY_WEIGHT
  // OPENCL-NEXT: #define WEIGHTS_FROM depthwise_rows
  // OPENCL-NEXT: #define ROWS_BITS 4
  // OPENCL-NEXT: #define ROW_BITS 2
  // OPENCL-NEXT: #include "qnn/depthwise.cl"
  // RTL:          // 18 addresses of 2 rows, 2 bits of each.
  // RTL-NEXT:     qnn_source #(
  // RTL-NEXT:     .LANES(2),
  // RTL-NEXT:     .BITS(2),
  // RTL-NEXT:     .BYTES(1)
  // RTL-NEXT:     ) depthwise_weights_source (
  // RTL:          .tdata(depthwise_weights_tdata),
  // RTL:          .out_data(depthwise_rows_push_data)
  // RTL:          qnn_depthwise #(
  // RTL:          .in_data(window_2_words_data),
  // RTL:          .out_data(depthwise_words_push_data)

  %r = stream.threshold %q thresholds(@s) : (!stream.channel<4x4x4xsi8, lanes = 2>) -> !image

  // HLS-NEXT:     qnn::threshold<threshold_2>(depthwise_words, threshold_2_words, frames, threshold_2_thresholds);
  // OPENCL:      /// threshold_2: 4x4x4 si8 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME threshold_2
  // OPENCL-NEXT: #define FROM depthwise_words
  // OPENCL-NEXT: #define FROM_BITS 16
  // OPENCL-NEXT: #define TO threshold_2_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT si8
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define THRESHOLDS threshold_2_thresholds
  // OPENCL-NEXT: #define THRESHOLD_BITS 24
  // OPENCL-NEXT: #define THRESHOLD si8
  // OPENCL-NEXT: #define COUNT 3
  // OPENCL-NEXT: #define OFFSET 0
  // OPENCL-NEXT: #define SIGNS 0
  // OPENCL-NEXT: #define SHARED 1
  // OPENCL-NEXT: #include "qnn/threshold.cl"
  // RTL:          // 4x4x4 si8 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     logic threshold_2_push;
  // RTL-NEXT:     logic [15:0] threshold_2_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(16)
  // RTL-NEXT:     ) threshold_2 (
  // RTL:          .in_data(depthwise_words_data),
  // RTL:          .out_data(threshold_2_data)
  // RTL:          qnn_thresholds #(
  // RTL:          .data(threshold_2_data),
  // RTL:          .out_data(threshold_2_words_push_data)

  %s = stream.lookup %r table(@table) first = 0 : (!image) -> !image

  // HLS-NEXT:     qnn::lookup<lookup>(threshold_2_words, lookup_words, frames, lookup_table);
  // OPENCL:      /// lookup: 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME lookup
  // OPENCL-NEXT: #define FROM threshold_2_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO lookup_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define FIRST 0
  // OPENCL-NEXT: #define TABLE lookup_table
  // OPENCL-NEXT: #define TABLE_BITS 2
  // OPENCL-NEXT: #define TABLE_GROUPS 1
  // OPENCL-NEXT: #include "qnn/lookup.cl"
  // RTL:          // 4x4x4 ui2 by 2 -> 4x4x4 ui2 by 2.
  // RTL-NEXT:     logic lookup_push;
  // RTL-NEXT:     logic [3:0] lookup_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(4)
  // RTL-NEXT:     ) lookup (
  // RTL:          .in_data(threshold_2_words_data),
  // RTL:          .out_data(lookup_data)
  // RTL:          qnn_lookup #(
  // RTL:          .data(lookup_data),
  // RTL:          .out_data(lookup_words_push_data)

  %t = stream.upsample %s scales = [2, 2] : (!image) -> !stream.channel<8x8x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::upsample<upsample>(lookup_words, upsample_words, frames);
  // OPENCL:      /// upsample: 4x4x4 ui2 by 2 -> 8x8x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME upsample
  // OPENCL-NEXT: #define FROM lookup_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO upsample_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define WIDTH 4
  // OPENCL-NEXT: #define DOWN 2
  // OPENCL-NEXT: #define ACROSS 2
  // OPENCL-NEXT: #define PIXEL_WORDS 2
  // OPENCL-NEXT: #include "qnn/upsample.cl"
  // RTL:          // 4x4x4 ui2 by 2 -> 8x8x4 ui2 by 2.
  // RTL-NEXT:     qnn_upsample #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .PIXELS(4),
  // RTL-NEXT:     .DOWN(2),
  // RTL-NEXT:     .ACROSS(2),
  // RTL-NEXT:     .PIXEL_WORDS(2)
  // RTL-NEXT:     ) upsample (
  // RTL:          .in_data(lookup_words_data),
  // RTL:          .out_data(upsample_words_push_data)

  %t1 = stream.reorder %t shape = [64, 4] order = [1, 0] : (!stream.channel<8x8x4xui2, lanes = 2>) -> !stream.channel<8x8x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::reorder<reorder>(upsample_words, reorder_words, frames);
  // OPENCL:      /// reorder: 8x8x4 ui2 by 2 -> 8x8x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME reorder
  // OPENCL-NEXT: #define FROM upsample_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO reorder_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define PARTS 2
  // OPENCL-NEXT: #define PART_STEP 2
  // OPENCL-NEXT: #define WORDS 128
  // OPENCL-NEXT: #define BLOCK_WORDS 128
  // OPENCL-NEXT: #define HALVES 1
  // OPENCL-NEXT: #define DELAY 95
  // OPENCL-NEXT: #define SIZE_0 1
  // OPENCL-NEXT: #define STEP_0 1
  // OPENCL-NEXT: #define SIZE_1 1
  // OPENCL-NEXT: #define STEP_1 1
  // OPENCL-NEXT: #define SIZE_2 1
  // OPENCL-NEXT: #define STEP_2 1
  // OPENCL-NEXT: #define SIZE_3 2
  // OPENCL-NEXT: #define STEP_3 1
  // OPENCL-NEXT: #define SIZE_4 2
  // OPENCL-NEXT: #define STEP_4 0
  // OPENCL-NEXT: #define SIZE_5 32
  // OPENCL-NEXT: #define STEP_5 4
  // OPENCL-NEXT: #define PART_BITS 2
  // OPENCL-NEXT: #define BANK_BYTES 1
  // OPENCL-NEXT: #define BANKS 2
  // OPENCL-NEXT: #include "qnn/reorder.cl"
  // RTL:          // 8x8x4 ui2 by 2 -> 8x8x4 ui2 by 2.
  // RTL-NEXT:     qnn_reorder #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .PARTS(2),
  // RTL-NEXT:     .PART_STEP(2),
  // RTL-NEXT:     .WORDS(128),
  // RTL-NEXT:     .BLOCK_WORDS(128),
  // RTL-NEXT:     .HALVES(1),
  // RTL-NEXT:     .DELAY(95),
  // RTL-NEXT:     .SIZE('{1, 1, 1, 2, 2, 32}),
  // RTL-NEXT:     .STEP('{1, 1, 1, 1, 0, 4})
  // RTL-NEXT:     ) reorder (
  // RTL:          .in_data(upsample_words_data),
  // RTL:          .out_data(reorder_words_push_data)

  %u = stream.window %t1 kernel = [8, 8] {by_channel} : (!stream.channel<8x8x4xui2, lanes = 2>) -> !stream.channel<1x1x256xui2, lanes = 2>

  // HLS-NEXT:     qnn::window<window_3>(reorder_words, window_3_words, frames);
  // OPENCL:      /// window_3: 8x8x4 ui2 by 2 -> 1x1x256 ui2 by 2.
  // OPENCL-NEXT: #define NAME window_3
  // OPENCL-NEXT: #define FROM reorder_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO window_3_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define ELEMENT ui2
  // OPENCL-NEXT: #define HEIGHT 8
  // OPENCL-NEXT: #define WIDTH 8
  // OPENCL-NEXT: #define CHANNELS 4
  // OPENCL-NEXT: #define ROWS 1
  // OPENCL-NEXT: #define COLUMNS 1
  // OPENCL-NEXT: #define KERNEL_HEIGHT 8
  // OPENCL-NEXT: #define KERNEL_WIDTH 8
  // OPENCL-NEXT: #define STRIDE_DOWN 1
  // OPENCL-NEXT: #define STRIDE_ACROSS 1
  // OPENCL-NEXT: #define DILATION_DOWN 1
  // OPENCL-NEXT: #define DILATION_ACROSS 1
  // OPENCL-NEXT: #define LANES_IN 2
  // OPENCL-NEXT: #define LANES_OUT 2
  // OPENCL-NEXT: #define BY_CHANNEL 1
  // OPENCL-NEXT: #define ITERATIONS 191
  // OPENCL-NEXT: #define PIECE 2
  // OPENCL-NEXT: #define BANKS 1
  // OPENCL-NEXT: #define BANK_BYTES 1
  // OPENCL-NEXT: #include "qnn/window.cl"
  // RTL:          // 8x8x4 ui2 by 2 -> 1x1x256 ui2 by 2.
  // RTL-NEXT:     qnn_window #(
  // RTL-NEXT:     .BITS(2),
  // RTL-NEXT:     .HEIGHT(8),
  // RTL-NEXT:     .PIXELS(8),
  // RTL-NEXT:     .CHANNELS(4),
  // RTL-NEXT:     .ROWS(1),
  // RTL-NEXT:     .COLUMNS(1),
  // RTL-NEXT:     .KERNEL_HEIGHT(8),
  // RTL-NEXT:     .KERNEL_WIDTH(8),
  // RTL-NEXT:     .STRIDE_DOWN(1),
  // RTL-NEXT:     .STRIDE_ACROSS(1),
  // RTL-NEXT:     .DILATION_DOWN(1),
  // RTL-NEXT:     .DILATION_ACROSS(1),
  // RTL-NEXT:     .LANES_IN(2),
  // RTL-NEXT:     .LANES_OUT(2),
  // RTL-NEXT:     .BY_CHANNEL(1),
  // RTL-NEXT:     .ITERATIONS(191),
  // RTL-NEXT:     .PIECE(2)
  // RTL-NEXT:     ) window_3 (
  // RTL:          .in_data(reorder_words_data),
  // RTL:          .out_data(window_3_words_push_data)

  %v = stream.pool %u : (!stream.channel<1x1x256xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::pool<pool, qnn::Maximum>(window_3_words, pool_words, frames);
  // OPENCL:      /// pool: 1x1x256 ui2 by 2 -> 1x1x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME pool
  // OPENCL-NEXT: #define FROM window_3_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO pool_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define PIXELS 1
  // OPENCL-NEXT: #define STEPS 64
  // OPENCL-NEXT: #define TOTAL 0
  // OPENCL-NEXT: #include "qnn/pool.cl"
  // RTL:          // 1x1x256 ui2 by 2 -> 1x1x4 ui2 by 2.
  // RTL-NEXT:     qnn_pool #(
  // RTL-NEXT:     .LANES(2),
  // RTL-NEXT:     .PIXELS(1),
  // RTL-NEXT:     .STEPS(64),
  // RTL-NEXT:     .TOTAL(0),
  // RTL-NEXT:     .IN_BITS(2),
  // RTL-NEXT:     .OUT_BITS(2)
  // RTL-NEXT:     ) pool (
  // RTL:          .in_data(window_3_words_data),
  // RTL:          .out_data(pool_words_push_data)

  %v1 = stream.offset %v rows(@rows) : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui3, lanes = 2>

  // HLS-NEXT:     qnn::offset<offset>(pool_words, offset_words, frames, offset_rows);
  // OPENCL:      /// offset: 1x1x4 ui2 by 2 -> 1x1x4 ui3 by 2.
  // OPENCL-NEXT: #define NAME offset
  // OPENCL-NEXT: #define FROM pool_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO offset_words
  // OPENCL-NEXT: #define TO_BITS 6
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define ROW ui3
  // OPENCL-NEXT: #define OUTPUT ui3
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define PIXELS 1
  // OPENCL-NEXT: #define CONSTANTS offset_rows
  // OPENCL-NEXT: #define CONSTANTS_BITS 6
  // OPENCL-NEXT: #include "qnn/offset.cl"
  // RTL:          // 1x1x4 ui2 by 2 -> 1x1x4 ui3 by 2.
  // RTL-NEXT:     logic offset_push;
  // RTL-NEXT:     logic [3:0] offset_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(4)
  // RTL-NEXT:     ) offset (
  // RTL:          .in_data(pool_words_data),
  // RTL:          .out_data(offset_data)
  // RTL:          qnn_offset #(
  // RTL:          .data(offset_data),
  // RTL:          .out_data(offset_words_push_data)

  %v9 = stream.factor %v1 rows(@rows) : (!stream.channel<1x1x4xui3, lanes = 2>) -> !stream.channel<1x1x4xui5, lanes = 2>

  // HLS-NEXT:     qnn::factor<factor>(offset_words, factor_words, frames, factor_rows);
  // OPENCL:      /// factor: 1x1x4 ui3 by 2 -> 1x1x4 ui5 by 2.
  // OPENCL-NEXT: #define NAME factor
  // OPENCL-NEXT: #define FROM offset_words
  // OPENCL-NEXT: #define FROM_BITS 6
  // OPENCL-NEXT: #define TO factor_words
  // OPENCL-NEXT: #define TO_BITS 10
  // OPENCL-NEXT: #define INPUT ui3
  // OPENCL-NEXT: #define ROW ui3
  // OPENCL-NEXT: #define OUTPUT ui5
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define PIXELS 1
  // OPENCL-NEXT: #define CONSTANTS factor_rows
  // OPENCL-NEXT: #define CONSTANTS_BITS 6
  // OPENCL-NEXT: #include "qnn/factor.cl"

  // RTL:          // 1x1x4 ui3 by 2 -> 1x1x4 ui5 by 2.
  // RTL:          ) factor (
  // RTL:          qnn_offset #(
  // RTL:          .MULTIPLIES(1),

  %v2 = stream.threshold %v9 thresholds(@u3) : (!stream.channel<1x1x4xui5, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::threshold<threshold_3>(factor_words, threshold_3_words, frames, threshold_3_thresholds);
  // OPENCL:      /// threshold_3: 1x1x4 ui5 by 2 -> 1x1x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME threshold_3
  // OPENCL-NEXT: #define FROM factor_words
  // OPENCL-NEXT: #define FROM_BITS 10
  // OPENCL-NEXT: #define TO threshold_3_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui5
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define THRESHOLDS threshold_3_thresholds
  // OPENCL-NEXT: #define THRESHOLD_BITS 9
  // OPENCL-NEXT: #define THRESHOLD ui3
  // OPENCL-NEXT: #define COUNT 3
  // OPENCL-NEXT: #define OFFSET 0
  // OPENCL-NEXT: #define SIGNS 0
  // OPENCL-NEXT: #define SHARED 1
  // OPENCL-NEXT: #include "qnn/threshold.cl"
  // RTL:          // 1x1x4 ui5 by 2 -> 1x1x4 ui2 by 2.
  // RTL-NEXT:     logic threshold_3_push;
  // RTL-NEXT:     logic [9:0] threshold_3_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(10)
  // RTL-NEXT:     ) threshold_3 (
  // RTL:          .in_data(factor_words_data),
  // RTL:          .out_data(threshold_3_data)
  // RTL:          qnn_thresholds #(
  // RTL:          .data(threshold_3_data),
  // RTL:          .out_data(threshold_3_words_push_data)

  %v4 = stream.scale %v2 factors(@factors) offsets(@offsets) exceptions(@exceptions) raised = 1 shift = 2 clamp = [0, 3] {dsp} : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::scale<scale>(threshold_3_words, scale_words, frames, scale_factors, scale_offsets, scale_exceptions);
  // OPENCL:      /// scale: 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME scale
  // OPENCL-NEXT: #define FROM threshold_3_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO scale_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define FACTOR si4
  // OPENCL-NEXT: #define OFFSET si5
  // OPENCL-NEXT: #define EXCEPTION si3
  // OPENCL-NEXT: #define SUM si6
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define SHIFT 2
  // OPENCL-NEXT: #define LOW 0
  // OPENCL-NEXT: #define HIGH 3
  // OPENCL-NEXT: #define RAISED 1
  // OPENCL-NEXT: #define FACTORS scale_factors
  // OPENCL-NEXT: #define FACTORS_BITS 4
  // OPENCL-NEXT: #define OFFSETS scale_offsets
  // OPENCL-NEXT: #define OFFSETS_BITS 5
  // OPENCL-NEXT: #define EXCEPTIONS scale_exceptions
  // OPENCL-NEXT: #define EXCEPTIONS_BITS 9
  // OPENCL-NEXT: #define SHARED 0
  // OPENCL-NEXT: #include "qnn/scale.cl"
  // RTL:          // 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // RTL-NEXT:     logic scale_push;
  // RTL-NEXT:     logic [3:0] scale_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(4)
  // RTL-NEXT:     ) scale (
  // RTL:          .in_data(threshold_3_words_data),
  // RTL:          .out_data(scale_data)
  // RTL:          qnn_scale #(
  // RTL:          .data(scale_data),
  // RTL:          .out_data(scale_words_push_data)

  %v5 = stream.scale %v4 factors(@all) offsets(@all) shift = 1 clamp = [0, 2] : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::scale<scale_2>(scale_words, scale_2_words, frames, scale_2_factors, scale_2_offsets);
  // OPENCL:      /// scale_2: 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME scale_2
  // OPENCL-NEXT: #define FROM scale_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO scale_2_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define FACTOR ui2
  // OPENCL-NEXT: #define OFFSET ui2
  // OPENCL-NEXT: #define SUM si5
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES 2
  // OPENCL-NEXT: #define GROUPS 2
  // OPENCL-NEXT: #define SHIFT 1
  // OPENCL-NEXT: #define LOW 0
  // OPENCL-NEXT: #define HIGH 2
  // OPENCL-NEXT: #define FACTORS scale_2_factors
  // OPENCL-NEXT: #define FACTORS_BITS 2
  // OPENCL-NEXT: #define OFFSETS scale_2_offsets
  // OPENCL-NEXT: #define OFFSETS_BITS 2
  // OPENCL-NEXT: #define SHARED 1
  // OPENCL-NEXT: #include "qnn/scale.cl"
  // RTL:          // 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // RTL-NEXT:     logic scale_2_push;
  // RTL-NEXT:     logic [3:0] scale_2_data;
  // RTL-NEXT:     qnn_pass_through #(
  // RTL-NEXT:     .WIDTH(4)
  // RTL-NEXT:     ) scale_2 (
  // RTL:          .in_data(scale_words_data),
  // RTL:          .out_data(scale_2_data)
  // RTL:          qnn_scale #(
  // RTL:          .data(scale_2_data),
  // RTL:          .out_data(scale_2_words_push_data)

  %v3 = stream.crop %v5 starts = [0, 0, 0] ends = [1, 1, 4] steps = [1, 1, 1] : (!stream.channel<1x1x4xui2, lanes = 2>) -> !stream.channel<1x1x4xui2, lanes = 2>

  // HLS-NEXT:     qnn::crop<crop>(scale_2_words, crop_words, frames);
  // OPENCL:      /// crop: 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // OPENCL-NEXT: #define NAME crop
  // OPENCL-NEXT: #define FROM scale_2_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO crop_words
  // OPENCL-NEXT: #define TO_BITS 4
  // OPENCL-NEXT: #define SIZE_0 1
  // OPENCL-NEXT: #define START_0 0
  // OPENCL-NEXT: #define END_0 1
  // OPENCL-NEXT: #define STEP_0 1
  // OPENCL-NEXT: #define SIZE_1 1
  // OPENCL-NEXT: #define START_1 0
  // OPENCL-NEXT: #define END_1 1
  // OPENCL-NEXT: #define STEP_1 1
  // OPENCL-NEXT: #define SIZE_2 2
  // OPENCL-NEXT: #define START_2 0
  // OPENCL-NEXT: #define END_2 2
  // OPENCL-NEXT: #define STEP_2 1
  // OPENCL-NEXT: #include "qnn/crop.cl"
  // RTL:          // 1x1x4 ui2 by 2 -> 1x1x4 ui2 by 2.
  // RTL-NEXT:     qnn_crop #(
  // RTL-NEXT:     .WIDTH(4),
  // RTL-NEXT:     .SIZE('{1, 1, 2}),
  // RTL-NEXT:     .START('{0, 0, 0}),
  // RTL-NEXT:     .END('{1, 1, 2}),
  // RTL-NEXT:     .STEP('{1, 1, 1})
  // RTL-NEXT:     ) crop (
  // RTL:          .in_data(scale_2_words_data),
  // RTL:          .out_data(crop_words_push_data)

  %w = stream.repack %v3 : (!stream.channel<1x1x4xui2, lanes = 2>) -> !scores

  // HLS-NEXT:     qnn::narrow<2>(crop_words, repack_5_words, frames);
  // OPENCL:      /// repack_5: 1x1x4 ui2 by 2 -> 4 ui2 by 1.
  // OPENCL-NEXT: #define NAME repack_5
  // OPENCL-NEXT: #define FROM crop_words
  // OPENCL-NEXT: #define FROM_BITS 4
  // OPENCL-NEXT: #define TO repack_5_words
  // OPENCL-NEXT: #define TO_BITS 2
  // OPENCL-NEXT: #include "qnn/narrow.cl"
  // RTL:          // 1x1x4 ui2 by 2 -> 4 ui2 by 1.
  // RTL-NEXT:     qnn_narrow #(
  // RTL-NEXT:     .IN_WIDTH(4),
  // RTL-NEXT:     .OUT_WIDTH(2)
  // RTL-NEXT:     ) repack_5 (
  // RTL:          .in_data(crop_words_data),
  // RTL:          .out_data(repack_5_words_push_data)

  %y = stream.label_select %w : (!scores) -> !stream.channel<1xui2, lanes = 1>

  // HLS-NEXT:     qnn::label_select<label_select>(repack_5_words, label_select_words, frames);
  // OPENCL:      /// label_select: 4 ui2 by 1 -> 1 ui2 by 1.
  // OPENCL-NEXT: #define NAME label_select
  // OPENCL-NEXT: #define FROM repack_5_words
  // OPENCL-NEXT: #define FROM_BITS 2
  // OPENCL-NEXT: #define TO label_select_words
  // OPENCL-NEXT: #define TO_BITS 2
  // OPENCL-NEXT: #define INPUT ui2
  // OPENCL-NEXT: #define OUTPUT ui2
  // OPENCL-NEXT: #define LANES_IN 1
  // OPENCL-NEXT: #define LANES_OUT 1
  // OPENCL-NEXT: #define WORDS 4
  // OPENCL-NEXT: #define K 1
  // OPENCL-NEXT: #define LAST 0
  // OPENCL-NEXT: #include "qnn/label_select.cl"
  // RTL:          // 4 ui2 by 1 -> 1 ui2 by 1.
  // RTL-NEXT:     qnn_label_select #(
  // RTL-NEXT:     .LANES_IN(1),
  // RTL-NEXT:     .LANES_OUT(1),
  // RTL-NEXT:     .WORDS(4),
  // RTL-NEXT:     .K(1),
  // RTL-NEXT:     .LAST(0),
  // RTL-NEXT:     .IN_BITS(2),
  // RTL-NEXT:     .OUT_BITS(2)
  // RTL-NEXT:     ) label_select (
  // RTL:          .in_data(repack_5_words_data),
  // RTL:          .out_data(label_select_words_push_data)

  stream.sink "label" %y : !stream.channel<1xui2, lanes = 1>

  // HLS-NEXT:     qnn::sink<sink>(label_select_words, sink_bytes, frames);
  // HLS-NEXT:     qnn::store<1>(sink_bytes, label_data, frames);
  // OPENCL:      /// sink: 1 ui2 by 1.
  // OPENCL-NEXT: #define NAME sink
  // OPENCL-NEXT: #define FROM label_select_words
  // OPENCL-NEXT: #define FROM_BITS 2
  // OPENCL-NEXT: #define ELEMENT ui2
  // OPENCL-NEXT: #define LANES 1
  // OPENCL-NEXT: #define WORDS 1
  // OPENCL-NEXT: #define HOST char
  // OPENCL-NEXT: #include "qnn/sink.cl"
  // RTL:          // 1 ui2 by 1.
  // RTL-NEXT:     qnn_sink #(
  // RTL-NEXT:     .LANES(1),
  // RTL-NEXT:     .BITS(2),
  // RTL-NEXT:     .BYTES(1),
  // RTL-NEXT:     .WORDS(1)
  // RTL-NEXT:     ) sink (
  // RTL:          .in_data(label_select_words_data),
  // RTL:          .tdata(label_data_tdata),
}

qnn.data @w "0x1f2e3d4c5b6a79880796a5b4c3d2e1f0123456789abcdef0fedcba9876543210f0e1d2c3" : tensor<4x3x3x2xsi4>
qnn.data @b [1, -2, 3, -4] : tensor<4xsi8>
qnn.data @t [[-9, 0, 9]] : tensor<1x3xsi18>
qnn.data @d [0, 1, 0, 1] : tensor<4xui1>
qnn.data @u [[2, 5, 8]] : tensor<1x3xui4>
qnn.data @v "0x0134070c0d1f3f4f7d" : tensor<4x3x3x!qnn.ternary>
qnn.data @s [[-9, 0, 9]] : tensor<1x3xsi8>
qnn.data @table [3, 1, 2, 0] : tensor<4xui2>
qnn.data @rows [[1, 2, 3, 4]] : tensor<1x4xui3>
qnn.data @u3 [[2, 4, 6]] : tensor<1x3xui3>
qnn.data @factors [3, -5, 2, 7] : tensor<4xsi4>
qnn.data @offsets [1, 9, 0, -3] : tensor<4xsi5>
qnn.data @exceptions [[1, 2, 0], [3, 0, 1], [-1, -1, -1], [0, 1, 2]] : tensor<4x3xsi3>
qnn.data @all [3] : tensor<1xui2>
