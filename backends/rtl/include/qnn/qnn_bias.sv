// Adds a constant to each of LANES sums; the constants of GROUPS words follow each other.
module qnn_bias #(
    parameter int LANES = 1,
    parameter int GROUPS = 1,
    parameter int SUM_BITS = 8,
    parameter int BIAS_BITS = 8,
    parameter bit BIAS_SIGNED = 1,
    parameter string BIAS = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*SUM_BITS-1:0] sums,
    output logic                      out_push,
    output logic [LANES*SUM_BITS-1:0] out_sums
);
    logic [LANES*BIAS_BITS-1:0] row;
    qnn_rom #(.WIDTH(LANES * BIAS_BITS), .WORDS(GROUPS), .FILE(BIAS)) constants (
        .clk, .rst, .step(push), .word(row)
    );
    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [BIAS_BITS:0] constant;
        qnn_number #(.BITS(BIAS_BITS), .IS_SIGNED(BIAS_SIGNED)) decode (
            .code(row[lane*BIAS_BITS+:BIAS_BITS]), .number(constant)
        );
        always_ff @(posedge clk)
            out_sums[lane*SUM_BITS+:SUM_BITS] <=
                sums[lane*SUM_BITS+:SUM_BITS] + SUM_BITS'(constant);
    end
    always_ff @(posedge clk) out_push <= push && !rst;
endmodule
