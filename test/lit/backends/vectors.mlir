// The memory that stores the vector of a layer for all groups of rows but the first, for both vendors.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %s --target hls --device z7020 -o %t/hls > %t/table 2>&1
// RUN: qnn compile %s --target opencl --device arria10-gx1150 -o %t/opencl > %t/table 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix HLS --input-file %t/hls/top.hpp
// RUN: filecheck %s --check-prefix LIBRARY --input-file %t/hls/include/qnn/matvec.hpp
// RUN: filecheck %s --match-full-lines --check-prefix OPENCL --input-file %t/opencl/top.cl

!x = !stream.channel<1024xui8>
!y = !stream.channel<2xsi19>

// LIBRARY:      struct InRegisters {
// LIBRARY:      #pragma HLS ARRAY_PARTITION variable = at complete
// LIBRARY:      struct InLuts {
// LIBRARY:      #pragma HLS BIND_STORAGE variable = at type = ram_s2p impl = lutram
// LIBRARY:      struct InBlocks {
// LIBRARY:      #pragma HLS BIND_STORAGE variable = at type = ram_s2p impl = bram

stream.design @main {
  %x = stream.source "x" : !x
  %few, %more, %many, %one = stream.fork %x : (!x) -> (!x, !x, !x, !x)

  // 64 words of 128 bits would take four blocks, 1,024 words of 8 take one: only the first are in LUTs.
  %wide = stream.repack %few : (!x) -> !stream.channel<1024xui8, lanes = 16>
  %a = stream.matvec %wide weights(@w) accumulator = si19 {layer = "wide"} : (!stream.channel<1024xui8, lanes = 16>) -> !y
  %b = stream.matvec %more weights(@w) accumulator = si19 {layer = "deep"} : (!x) -> !y
  %c = stream.matvec %many weights(@w) accumulator = si19 {layer = "registers", vector_in_registers} : (!x) -> !y

  // There is only one group of rows, so the vector is not stored.
  %d = stream.matvec %one weights(@w) accumulator = si19 {layer = "rows"} : (!x) -> !stream.channel<2xsi19, lanes = 2>

  // HLS:      struct wide_matvec {
  // HLS:          typedef qnn::InLuts VectorStorage;
  // HLS:      struct deep_matvec {
  // HLS:          typedef qnn::InBlocks VectorStorage;
  // HLS:      struct registers_matvec {
  // HLS:          typedef qnn::InRegisters VectorStorage;
  // HLS:      struct rows_matvec {
  // HLS-NOT:  {{.*}} VectorStorage;
  // HLS:          static const unsigned FOLDS = 1;

  // OPENCL:      #define NAME wide_matvec
  // OPENCL:      #define VECTOR_STORAGE memory("MLAB")
  // OPENCL:      #define NAME deep_matvec
  // OPENCL:      #define VECTOR_STORAGE memory("BLOCK_RAM")
  // OPENCL:      #define NAME registers_matvec
  // OPENCL:      #define VECTOR_STORAGE register
  // OPENCL:      #define NAME rows_matvec
  // OPENCL-NOT:  #define VECTOR_STORAGE
  // OPENCL:      #include "qnn/matvec.cl"

  stream.sink "a" %a : !y
  stream.sink "b" %b : !y
  stream.sink "c" %c : !y
  stream.sink "d" %d : !stream.channel<2xsi19, lanes = 2>
}
qnn.data @w "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a" : tensor<2x1024x!qnn.bipolar>
