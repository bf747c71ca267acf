// A slave on an SPI bus in mode 0, the highest bit first. The clock of the bus is at most a
// sixteenth of `clk`.
//
// The host both sends and receives in each byte. While it receives a byte that was offered, the
// byte that it sends is ignored; all other bytes that it sends are received.
module qnn_spi_slave (
    input  logic       clk,
    input  logic       rst,
    input  logic       sck,
    input  logic       cs_n,
    input  logic       mosi,
    output logic       miso,
    // The slave is not selected.
    output logic       deselected,
    output logic       valid,
    output logic [7:0] data,
    input  logic       reply_valid,
    output logic       reply_ready,
    input  logic [7:0] reply
);
    (* async_reg = "true" *) logic [2:0] clocks;
    (* async_reg = "true" *) logic [1:0] selects, bits;
    logic rises, falls;
    assign rises = clocks[1] && !clocks[2];
    assign falls = !clocks[1] && clocks[2];
    assign deselected = selects[1];

    logic [2:0] count;
    logic [7:0] shifted;
    logic replies, byte_ends;
    assign miso = shifted[7];
    assign reply_ready = falls && byte_ends && !deselected;
    always_ff @(posedge clk) begin
        clocks <= {clocks[1:0], sck};
        selects <= {selects[0], cs_n};
        bits <= {bits[0], mosi};
        valid <= 1'b0;
        if (rst || deselected) begin
            if (rst) selects <= 2'b11;
            count <= '0;
            shifted <= '0;
            replies <= 1'b0;
            byte_ends <= 1'b0;
        end else begin
            if (rises) begin
                count <= count + 1'b1;
                data <= {data[6:0], bits[1]};
                byte_ends <= count == 3'd7;
                valid <= count == 3'd7 && !replies;
            end
            if (falls) begin
                shifted <= !byte_ends ? shifted << 1 : reply_valid ? reply : '0;
                if (byte_ends) replies <= reply_valid;
            end
        end
    end
endmodule
