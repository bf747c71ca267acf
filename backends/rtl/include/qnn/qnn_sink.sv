// Sends frames of WORDS words to the host: each of LANES elements becomes a number of whole bytes.
module qnn_sink #(
    parameter int LANES = 1,
    parameter int BITS = 8,
    parameter bit IS_SIGNED = 0,
    parameter bit IS_BIPOLAR = 0,
    parameter int BYTES = 1,
    parameter int WORDS = 1
) (
    input  logic                     clk,
    input  logic                     rst,
    input  logic                     in_valid,
    input  logic [LANES*BITS-1:0]    in_data,
    output logic                     in_pop,
    output logic                     tvalid,
    input  logic                     tready,
    output logic [LANES*BYTES*8-1:0] tdata,
    output logic                     tlast
);
    qnn_counter #(.COUNT(WORDS)) word (.clk, .rst, .step(in_pop), .last(tlast));
    assign tvalid = in_valid;
    assign in_pop = in_valid && tready;
    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [BITS:0] number;
        qnn_number #(.BITS(BITS), .IS_SIGNED(IS_SIGNED), .IS_BIPOLAR(IS_BIPOLAR)) decode (
            .code(in_data[lane*BITS+:BITS]), .number
        );

        logic unused;
        assign unused = &{1'b0, number};
        assign tdata[lane*BYTES*8+:BYTES*8] = (BYTES * 8)'(number);
    end
endmodule
