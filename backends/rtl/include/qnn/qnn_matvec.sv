// A matrix times every vector of a frame: PE rows and SIMD columns in a cycle.
//
// An iteration reads a word of the vector while it computes the first PE rows, and takes it from
// memory for all other rows. The weights of an iteration are read in advance. The sums of PE rows
// follow their last iteration by 2 + DOT_LATENCY cycles.
module qnn_matvec #(
    parameter int PE = 1,
    parameter int SIMD = 1,
    // Cycles for the columns of a row, and groups of PE rows.
    parameter int STEPS = 1,
    parameter int FOLDS = 1,
    parameter int IN_BITS = 1,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int WEIGHT_BITS = 1,
    parameter bit WEIGHT_SIGNED = 0,
    parameter bit WEIGHT_BIPOLAR = 0,
    parameter int SUM_BITS = 8,
    parameter string WEIGHTS = ""
) (
    input  logic                    clk,
    input  logic                    rst,
    input  logic                    in_valid,
    input  logic [SIMD*IN_BITS-1:0] in_data,
    output logic                    in_pop,
    input  logic                    out_room,
    output logic                    out_take,
    output logic                    push,
    output logic [PE*SUM_BITS-1:0]  sums
);
    localparam int IN_WIDTH = SIMD * IN_BITS;
    localparam int ROW_WIDTH = SIMD * WEIGHT_BITS;
    localparam int STEP_BITS = STEPS > 1 ? $clog2(STEPS) : 1;
    localparam int DOT_LATENCY = TREE_LATENCY(SIMD);

    function automatic int TREE_LATENCY(int terms);
        return terms < 8 ? 0 : 1 + TREE_LATENCY((terms + 7) / 8);
    endfunction

    // The iteration: a step through the columns of a group of rows.
    logic fire, reads, last_step, last_fold;
    logic [STEP_BITS-1:0] step;
    qnn_counter #(.COUNT(STEPS)) steps (.clk, .rst, .step(fire), .value(step), .last(last_step));
    qnn_counter #(.COUNT(FOLDS)) folds (
        .clk, .rst, .step(fire && last_step), .value(), .last(last_fold)
    );
    always_ff @(posedge clk) begin
        if (rst) reads <= 1'b1;
        else if (fire && last_step) reads <= last_fold;
    end

    assign fire = (in_valid || !reads) && (out_room || !last_step);
    assign in_pop = fire && reads;
    assign out_take = fire && last_step;

    // The vector, for all groups of rows but the first.
    logic [IN_WIDTH-1:0] stored, x;
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

    logic [PE*ROW_WIDTH-1:0] rows, w;
    qnn_rom #(.WIDTH(PE * ROW_WIDTH), .WORDS(STEPS * FOLDS), .FILE(WEIGHTS)) weights (
        .clk, .rst, .step(fire), .word(rows)
    );

    logic first, fired, last, dot_first, dot_fired, dot_last;
    always_ff @(posedge clk) begin
        x <= reads ? in_data : stored;
        w <= rows;
        first <= step == '0;
        last <= last_step;
        fired <= fire && !rst;
    end
    qnn_delay #(.WIDTH(3), .CYCLES(DOT_LATENCY)) delay (
        .clk, .rst, .data({first, fired, last}), .delayed({dot_first, dot_fired, dot_last})
    );

    for (genvar row = 0; row < PE; ++row) begin : g_row
        logic signed [SUM_BITS-1:0] dot, sum;
        qnn_dot #(
            .TERMS(SIMD),
            .IN_BITS(IN_BITS),
            .IN_SIGNED(IN_SIGNED),
            .IN_BIPOLAR(IN_BIPOLAR),
            .WEIGHT_BITS(WEIGHT_BITS),
            .WEIGHT_SIGNED(WEIGHT_SIGNED),
            .WEIGHT_BIPOLAR(WEIGHT_BIPOLAR),
            .SUM_BITS(SUM_BITS)
        ) products (.clk, .inputs(x), .weights(w[row*ROW_WIDTH+:ROW_WIDTH]), .sum(dot));
        always_ff @(posedge clk) if (dot_fired) sum <= dot_first ? dot : sum + dot;
        assign sums[row*SUM_BITS+:SUM_BITS] = sum;
    end
    always_ff @(posedge clk) push <= dot_fired && dot_last && !rst;
endmodule
