// Marks the first word of each packet of an Avalon-ST source, as TLAST marks the last.
module qnn_packet_out (
    input  logic clk,
    input  logic rst,
    input  logic tvalid,
    input  logic tready,
    input  logic tlast,
    output logic startofpacket
);
    always_ff @(posedge clk) begin
        if (rst) startofpacket <= 1'b1;
        else if (tvalid && tready) startofpacket <= tlast;
    end
endmodule
