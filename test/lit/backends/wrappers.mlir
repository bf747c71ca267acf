// The wrappers of a SystemVerilog design, and the files for the vendors' tools.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %s --target rtl --device z7020 -o %t/rtl > %t/table 2>&1
// RUN: filecheck %s --match-full-lines --check-prefix MEMORY --input-file %t/rtl/wrappers/axi_memory.sv
// RUN: filecheck %s --match-full-lines --check-prefix AVALON --input-file %t/rtl/wrappers/avalon.sv
// RUN: filecheck %s --match-full-lines --check-prefix DESIGNER --input-file %t/rtl/wrappers/wrappers_top_avalon_hw.tcl
// RUN: filecheck %s --match-full-lines --check-prefix UART --input-file %t/rtl/wrappers/uart.sv
// RUN: filecheck %s --match-full-lines --check-prefix SPI --input-file %t/rtl/wrappers/spi.sv
// RUN: filecheck %s --match-full-lines --check-prefix README --input-file %t/rtl/wrappers/README.md
// RUN: filecheck %s --match-full-lines --check-prefix XML --input-file %t/rtl/ip/axi_memory/component.xml
// RUN: filecheck %s --match-full-lines --check-prefix CORE --input-file %t/rtl/ip/axi_stream/wrappers_top_axi_stream_ip.v
// RUN: filecheck %s --match-full-lines --check-prefix TCL --input-file %t/rtl/package_ip.tcl

!pixels = !stream.channel<4x4x3xui8, lanes = 3, depth = 2>

stream.design @main {
  %x = stream.source "x" : !pixels
  stream.sink "y" %x : !pixels
}

// MEMORY:      module wrappers_top_axi_memory (
// MEMORY:          input logic [11:0] s_axi_control_awaddr,
// MEMORY:          output logic [63:0] m_axi_x_data_araddr,
// MEMORY:          input logic [31:0] m_axi_x_data_rdata,
// MEMORY:          output logic [31:0] m_axi_y_data_wdata,
// MEMORY:          output logic irq
// MEMORY:          qnn_axi_registers #(.BUFFERS(2), .FINGERPRINT(64'h{{[0-9a-f]+}})) registers (
// MEMORY:          wrappers_top core (
// MEMORY:          assign m_axi_x_data_arsize = 3'd2;
// MEMORY:          qnn_axi_read #(
// MEMORY-NEXT:         .BUS_BYTES(4),
// MEMORY-NEXT:         .WORD_BYTES(3),
// MEMORY-NEXT:         .FRAME_WORDS(16)
// MEMORY-NEXT:     ) access_0 (
// MEMORY:          qnn_axi_write #(
// MEMORY-NEXT:         .BUS_BYTES(4),
// MEMORY-NEXT:         .WORD_BYTES(3),
// MEMORY-NEXT:         .FRAME_WORDS(16)
// MEMORY-NEXT:     ) access_1 (

// AVALON:      module wrappers_top_avalon (
// AVALON:          input logic x_data_startofpacket,
// AVALON:          output logic y_data_endofpacket
// AVALON:          qnn_packet_in #(.WIDTH(24), .FRAME_WORDS(16)) x_data_packets (
// AVALON:          assign y_data_endofpacket = y_data_tlast;
// AVALON-NEXT:     qnn_packet_out y_data_packets (

// DESIGNER:      set_module_property NAME wrappers_top_avalon
// DESIGNER:      add_interface x_data avalon_streaming end
// DESIGNER:      set_interface_property x_data readyLatency 0
// DESIGNER-NEXT: add_interface_port x_data x_data_valid valid Input 1
// DESIGNER-NEXT: add_interface_port x_data x_data_ready ready Output 1
// DESIGNER-NEXT: add_interface_port x_data x_data_data data Input 24
// DESIGNER:      add_interface y_data avalon_streaming start

// UART:      module wrappers_top_uart #(
// UART-NEXT:     parameter int CLOCK_HZ = 100000000,
// UART-NEXT:     parameter int BAUD = 115200
// UART-NEXT: ) (
// UART:          qnn_uart_receive #(.CYCLES_PER_BIT(CYCLES_PER_BIT)) receive (
// UART:              .INPUT_BYTES({32'd48}),
// UART-NEXT:         .OUTPUT_BYTES({32'd48})
// UART:          qnn_frame_in #(.WORD_BYTES(3), .FRAME_WORDS(16)) x_data_frame (
// UART:          qnn_frame_out #(.WORD_BYTES(3), .FRAME_WORDS(16)) y_data_frame (

// SPI:      module wrappers_top_spi (
// SPI:          qnn_spi_slave slave (
// SPI:          qnn_byte_host #(

// README:      The fingerprint of the design is `{{[0-9a-f]+}}`. A host reads it from the hardware to be
// README:      | 0x010 | x_data_LOW | the address of the input buffer, a multiple of 4: bits 31 to 0 |
// README:      | 0x01c | y_data_LOW | the address of the result buffer, a multiple of 4: bits 31 to 0 |
// README:      | 0x028 | FRAMES | the number of frames of a run |
// README:      | 0xff8 | FINGERPRINT_LOW | read only: the fingerprint: bits 31 to 0 |

// XML:       <spirit:name>wrappers_top_axi_memory_ip</spirit:name>
// XML:       <spirit:name>m_axi_x_data</spirit:name>
// XML-NEXT:  <spirit:busType spirit:vendor="xilinx.com" spirit:library="interface" spirit:name="aximm" spirit:version="1.0" />
// XML:       <spirit:addressSpaceRef spirit:addressSpaceRef="m_axi_x_data" />
// XML:       <spirit:value>READ_ONLY</spirit:value>
// XML:       <spirit:value>s_axi_control:m_axi_x_data:m_axi_y_data</spirit:value>
// XML:       <spirit:addressOffset>0x028</spirit:addressOffset>
// XML:       <spirit:name>../../wrappers/axi_memory.sv</spirit:name>

// CORE:      module wrappers_top_axi_stream_ip (
// CORE-NEXT:     input wire aclk,
// CORE-NEXT:     input wire aresetn,
// CORE:          always @(posedge aclk) rst <= !aresetn;
// CORE:          wrappers_top inner (

// TCL:      create_project -in_memory -part xc7z020clg400-1
// TCL-NEXT: foreach name {axi_stream axi_memory} {
