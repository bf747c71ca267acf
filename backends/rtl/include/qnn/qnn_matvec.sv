// A matrix times every vector of a frame: PE rows and SIMD columns in a cycle.
//
// An iteration reads a word of the vector while it computes the first PE rows, and takes it from
// memory for all other rows. Every iteration reads a word of weights: SIMD weights of each of PE
// rows. The latency is 2 cycles and that of qnn_dot.
module qnn_matvec #(
    parameter int PE = 1,
    parameter int SIMD = 1,
    // Cycles for the columns of a row, and groups of PE rows.
    parameter int STEPS = 1,
    parameter int FOLDS = 1,
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
    parameter string STARTS = "",
    parameter logic [SUM_BITS-1:0] START = '0,
    parameter bit WITHOUT_CARRY = 0,
    parameter bit IN_DSPS = 0,
    parameter bit IN_PAIRS = 0,
    parameter bit IS_LEVEL = 0,
    localparam int OUT_BITS = IS_LEVEL ? 1 : SUM_BITS
) (
    input  logic                         clk,
    input  logic                         rst,
    input  logic                         in_valid,
    input  logic [SIMD*IN_BITS-1:0]      in_data,
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
    localparam int IN_WIDTH = SIMD * IN_BITS;
    localparam int STEP_BITS = STEPS > 1 ? $clog2(STEPS) : 1;

    // The iteration: a step through the columns of a group of rows.
    logic fire, reads, last_step, last_fold;
    logic [STEP_BITS-1:0] step;
    qnn_place #(.COUNT(STEPS)) steps (.clk, .rst, .step(fire), .value(step), .last(last_step));
    qnn_counter #(.COUNT(FOLDS)) folds (
        .clk, .rst, .step(fire && last_step), .last(last_fold)
    );
    always_ff @(posedge clk) begin
        if (rst) reads <= 1'b1;
        else if (fire && last_step) reads <= last_fold;
    end

    assign fire = weights_valid && (in_valid || !reads) && (out_room || !last_step);
    assign weights_pop = fire;
    assign in_pop = fire && reads;
    assign out_take = fire && last_step;

    // The vector, for all groups of rows but the first.
    logic [IN_WIDTH-1:0] stored;
    if (FOLDS == 1) begin : g_no_vector
        assign stored = in_data;
    end else if (STEPS == 1) begin : g_register
        always_ff @(posedge clk) if (in_pop) stored <= in_data;
    end else begin : g_vector
        logic [IN_WIDTH-1:0] vector[STEPS];
        always_ff @(posedge clk) begin
            if (in_pop) vector[step] <= in_data;
            if (fire) stored <= vector[last_step ? '0 : step + 1'b1];
        end
    end

    logic [IN_WIDTH-1:0] x;
    assign x = reads ? in_data : stored;
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
        .IN_PAIRS(IN_PAIRS),
        .IS_LEVEL(IS_LEVEL)
    ) sums (
        .clk, .rst, .fire, .first(step == '0), .last(last_step), .inputs({PE{x}}), .codes(weights_data),
        .out_push, .out_data
    );
endmodule
