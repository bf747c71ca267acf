// Multiplies each channel of a patch by that channel's weights: PE channels and SIMD pixels in a
// cycle. A word has pixel after pixel, each with PE channels.
//
// The latency is 2 cycles and that of qnn_dot.
module qnn_depthwise #(
    parameter int PE = 1,
    parameter int SIMD = 1,
    // Cycles for the pixels of a channel.
    parameter int STEPS = 1,
    parameter int IN_BITS = 1,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int CODE_BITS = 1,
    parameter int WEIGHT_BITS = 1,
    parameter bit WEIGHT_SIGNED = 0,
    parameter bit WEIGHT_BIPOLAR = 0,
    parameter int ENTRIES = 0,
    parameter logic [(ENTRIES>0?ENTRIES:1)*WEIGHT_BITS-1:0] CODEBOOK = '0,
    parameter int SUM_BITS = 8,
    // Groups of PE channels.
    parameter int FOLDS = 1,
    parameter string STARTS = "",
    parameter logic [SUM_BITS-1:0] START = '0,
    parameter bit WITHOUT_CARRY = 0,
    parameter bit IN_DSPS = 0,
    parameter bit IS_LEVEL = 0,
    localparam int OUT_BITS = IS_LEVEL ? 1 : SUM_BITS
) (
    input  logic                         clk,
    input  logic                         rst,
    input  logic                         in_valid,
    input  logic [PE*SIMD*IN_BITS-1:0]   in_data,
    output logic                         in_pop,
    input  logic                         weights_valid,
    // The word that was taken in the last cycle.
    input  logic [PE*SIMD*CODE_BITS-1:0] weights_data,
    output logic                         weights_pop,
    input  logic                         out_room,
    output logic                         out_take,
    output logic                         out_push,
    output logic [PE*OUT_BITS-1:0]       out_data
);
    logic first, last;
    qnn_counter #(.COUNT(STEPS)) steps (.clk, .rst, .step(in_pop), .last);
    always_ff @(posedge clk) begin
        if (rst) first <= 1'b1;
        else if (in_pop) first <= last;
    end

    assign in_pop = weights_valid && in_valid && (out_room || !last);
    assign weights_pop = in_pop;
    assign out_take = in_pop && last;

    // The pixels of one channel after those of the other.
    logic [PE*SIMD*IN_BITS-1:0] inputs;
    for (genvar channel = 0; channel < PE; ++channel) begin : g_channel
        for (genvar pixel = 0; pixel < SIMD; ++pixel) begin : g_pixel
            assign inputs[(channel*SIMD+pixel)*IN_BITS+:IN_BITS] =
                in_data[(pixel*PE+channel)*IN_BITS+:IN_BITS];
        end
    end

    qnn_sums #(
        .PE(PE),
        .SIMD(SIMD),
        .IN_BITS(IN_BITS),
        .IN_SIGNED(IN_SIGNED),
        .IN_BIPOLAR(IN_BIPOLAR),
        .CODE_BITS(CODE_BITS),
        .WEIGHT_BITS(WEIGHT_BITS),
        .WEIGHT_SIGNED(WEIGHT_SIGNED),
        .WEIGHT_BIPOLAR(WEIGHT_BIPOLAR),
        .ENTRIES(ENTRIES),
        .CODEBOOK(CODEBOOK),
        .SUM_BITS(SUM_BITS),
        .GROUPS(FOLDS),
        .STARTS(STARTS),
        .START(START),
        .WITHOUT_CARRY(WITHOUT_CARRY),
        .IN_DSPS(IN_DSPS),
        .IS_LEVEL(IS_LEVEL)
    ) sums (.clk, .rst, .fire(in_pop), .first, .last, .inputs, .codes(weights_data), .out_push, .out_data);
endmodule
