// Takes frames from the host: each of LANES elements is the low bits of a number of whole bytes.
module qnn_source #(
    parameter int LANES = 1,
    parameter int BITS = 8,
    parameter int BYTES = 1,
    parameter bit IS_BIPOLAR = 0
) (
    input  logic                     clk,
    input  logic                     rst,
    input  logic                     tvalid,
    output logic                     tready,
    input  logic [LANES*BYTES*8-1:0] tdata,
    input  logic                     out_room,
    output logic                     out_take,
    output logic                     out_push,
    output logic [LANES*BITS-1:0]    out_data
);
    assign tready = out_room;
    assign out_take = tvalid && out_room;
    assign out_push = out_take;
    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        // The host stores -1 and +1 as bytes.
        assign out_data[lane*BITS+:BITS] =
            IS_BIPOLAR ? BITS'(!tdata[lane*BYTES*8+7]) : tdata[lane*BYTES*8+:BITS];
    end

    logic unused;
    assign unused = &{1'b0, clk, rst, tdata};
endmodule
