// The ends of links for each vendor: AXI streams of packed words in HLS C++, I/O channels of the board
// in OpenCL C, for which the host stands in in an emulation; AXI streams in SystemVerilog.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %s --target hls -o %t/hls > %t/table 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix HLS-SINK --input-file %t/hls/first/top.cpp
// RUN: filecheck %s --match-full-lines --check-prefix HLS-SOURCE --input-file %t/hls/second/top.cpp
// RUN: filecheck %s --match-full-lines --check-prefix TIES --input-file %t/hls/README.md
// RUN: filecheck %s --match-full-lines --check-prefix TOGETHER --input-file %t/hls/together.sh
// RUN: filecheck %s --check-prefix TABLE --input-file %t/table

// RUN: qnn compile %s --target rtl -o %t/rtl > %t/log 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix RTL-SINK --input-file %t/rtl/first/top.sv
// RUN: filecheck %s --match-full-lines --check-prefix RTL-SOURCE --input-file %t/rtl/second/top.sv

// RUN: sed s/z7020/arria10-gx1150/ %s > %t/intel.mlir
// RUN: qnn compile %t/intel.mlir --target opencl -o %t/opencl > %t/log 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix OPENCL-SINK --input-file %t/opencl/first/top.cl
// RUN: filecheck %s --match-full-lines --check-prefix OPENCL-SOURCE --input-file %t/opencl/second/top.cl
// RUN: filecheck %s --match-full-lines --check-prefix BOARD --input-file %t/opencl/second/board.h

// RUN: not qnn compile %s --target opencl -o %t/other 2>&1 | filecheck %s --check-prefix VENDOR
// VENDOR: qnn: z7020 is made by Xilinx; --target opencl supports Intel devices, such as arria10-gx1150

!image = !stream.channel<4x4x12xui2, lanes = 6, depth = 8>

stream.design @first device "z7020" attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "x" : !image
  stream.sink "l" %x over <bits = 8, mhz = 50.0, ns = 100.0> : !image
}

// HLS-SINK:      {{.*}}hls::stream<qnn::Beat<16> >& l_data, unsigned frames) {
// HLS-SINK:      #pragma HLS INTERFACE axis port=l_data
// HLS-SINK:          qnn::link_sink<32>(source_words, l_data, frames);

// OPENCL-SINK:      #ifndef QNN_EMULATION
// OPENCL-SINK-NEXT: #include "board.h"
// OPENCL-SINK-NEXT: channel word_12 sink_link __attribute__((depth(0))) __attribute__((io(sink_io)));
// OPENCL-SINK-NEXT: #endif
// OPENCL-SINK:      #define NAME sink
// OPENCL-SINK-NEXT: #define FROM source_words
// OPENCL-SINK-NEXT: #define FROM_BITS 12
// OPENCL-SINK-NEXT: #define ELEMENT ui2
// OPENCL-SINK-NEXT: #define WORDS 32
// OPENCL-SINK-NEXT: #define LANES 6
// OPENCL-SINK-NEXT: #define HOST char
// OPENCL-SINK-NEXT: #define LINK sink_link
// OPENCL-SINK-NEXT: #include "qnn/link_sink.cl"
// OPENCL-SINK-NEXT: #undef NAME
// OPENCL-SINK-NEXT: #undef FROM
// OPENCL-SINK-NEXT: #undef FROM_BITS
// OPENCL-SINK-NEXT: #undef ELEMENT
// OPENCL-SINK-NEXT: #undef WORDS
// OPENCL-SINK-NEXT: #undef LANES
// OPENCL-SINK-NEXT: #undef HOST
// OPENCL-SINK-NEXT: #undef LINK

// RTL-SINK:          output logic [15:0] l_data_tdata,
// RTL-SINK:          qnn_sink #(
// RTL-SINK-NEXT:         .BITS(12),
// RTL-SINK-NEXT:         .BYTES(2),
// RTL-SINK-NEXT:         .WORDS(32)
// RTL-SINK-NEXT:     ) sink (

stream.design @second device "z7020" attributes {clock_mhz = 100.0 : f64} {
  %x = stream.source "l" over <bits = 8, mhz = 50.0, ns = 100.0> : !image
  stream.sink "y" %x : !image
}

// HLS-SOURCE:          qnn::link_source<32>(l_data, source_words, frames);

// OPENCL-SOURCE:      #define NAME source
// OPENCL-SOURCE-NEXT: #define TO source_words
// OPENCL-SOURCE-NEXT: #define TO_BITS 12
// OPENCL-SOURCE-NEXT: #define ELEMENT ui2
// OPENCL-SOURCE-NEXT: #define WORDS 32
// OPENCL-SOURCE-NEXT: #define LANES 6
// OPENCL-SOURCE-NEXT: #define HOST char
// OPENCL-SOURCE-NEXT: #define LINK source_link
// OPENCL-SOURCE-NEXT: #include "qnn/link_source.cl"

// RTL-SOURCE:          qnn_source #(
// RTL-SOURCE-NEXT:         .BITS(12),
// RTL-SOURCE-NEXT:         .BYTES(2)
// RTL-SOURCE-NEXT:     ) source (

// BOARD:      // Words of 12 bits from another device.
// BOARD-NEXT: #define source_io "source"

func.func @main(%x: tensor<1x4x4x12xui2>) -> tensor<1x4x4x12xui2> {
  %l = stream.run @first %x : (tensor<1x4x4x12xui2>) -> tensor<1x4x4x12xui2>
  %y = stream.run @second %l : (tensor<1x4x4x12xui2>) -> tensor<1x4x4x12xui2>
  func.return %y : tensor<1x4x4x12xui2>
}

// TIES:      | `l_data` | `first` | `second` | 12            | 32              |
// TOGETHER:  {{.*}}mkfifo "$run/first/l_data.result.bin"; ln -s "$run/first/l_data.result.bin" "$run/second/l_data.bin"

// A word of 12 bits takes two beats of the link, each of two cycles: 128 cycles for 32 words.
// TABLE:     first on z7020:
// TABLE:     *  l {{ *}} link {{ *}} 6 {{ *}} 6 {{ *}} 128
// TABLE:     second on z7020:
// TABLE:     link to second: 384 bits per frame in 128 cycles, 0.3 of 0.4 Gbit/s
// TABLE-NEXT: z7020, z7020 at 100 MHz: 781,250.0 frames/s, a frame every 128 cycles
// TABLE-NEXT: * slowest: l (link)
