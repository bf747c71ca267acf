// PE sums of products of inputs and weights, SIMD products of each in a cycle.
//
// A sum begins with the iteration that has `first`, at a constant of its row, and ends with the one
// that has `last`. The constant includes all that is added to the sum anyway: a bias, minus the only
// threshold, minus the number of pairs of signs, and ones for inputs that are subtracted.
module qnn_sums #(
    parameter int PE = 1,
    parameter int SIMD = 1,
    parameter int IN_BITS = 1,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    // A weight is a code: a number, or with ENTRIES an index into CODEBOOK.
    parameter int CODE_BITS = 1,
    parameter int WEIGHT_BITS = 1,
    parameter bit WEIGHT_SIGNED = 0,
    parameter bit WEIGHT_BIPOLAR = 0,
    parameter int ENTRIES = 0,
    parameter logic [(ENTRIES>0?ENTRIES:1)*WEIGHT_BITS-1:0] CODEBOOK = '0,
    parameter int SUM_BITS = 8,
    // The constants of GROUPS groups of rows, or one for all rows.
    parameter int GROUPS = 1,
    parameter string STARTS = "",
    parameter logic [SUM_BITS-1:0] START = '0,
    // Whether the starts include a one for each input that a negative weight subtracts.
    parameter bit WITHOUT_CARRY = 0,
    // Whether the products are in DSPs, and whether two rows of products with the same inputs share
    // them.
    parameter bit IN_DSPS = 0,
    parameter bit IN_PAIRS = 0,
    // Whether a result is one bit: whether the sum is 0 or more. Pairs of signs then count once,
    // and otherwise twice.
    parameter bit IS_LEVEL = 0,
    localparam int OUT_BITS = IS_LEVEL ? 1 : SUM_BITS
) (
    input  logic                         clk,
    input  logic                         rst,
    input  logic                         fire,
    input  logic                         first,
    input  logic                         last,
    input  logic [PE*SIMD*IN_BITS-1:0]   inputs,
    // One cycle later than the inputs.
    input  logic [PE*SIMD*CODE_BITS-1:0] codes,
    output logic                         out_push,
    output logic [PE*OUT_BITS-1:0]       out_data
);
    localparam bit COUNTS = IN_BIPOLAR && WEIGHT_BIPOLAR;
    localparam int DOT_LATENCY = TREE_LATENCY(COUNTS && SIMD >= 8 ? (SIMD + 31) / 32 : SIMD)
        + int'(COUNTS && SIMD >= 8);

    function automatic int TREE_LATENCY(int terms);
        int latency = 0;
        for (int left = terms; left >= 8; left = (left + 7) / 8) latency += 1;
        return latency;
    endfunction

    logic [PE*SIMD*WEIGHT_BITS-1:0] numbers;
    if (ENTRIES == 0) begin : g_numbers
        assign numbers = codes;
    end else begin : g_codebook
        for (genvar i = 0; i < PE * SIMD; ++i) begin : g_weight
            always_comb begin
                numbers[i*WEIGHT_BITS+:WEIGHT_BITS] = '0;
                for (int entry = 0; entry < ENTRIES; ++entry)
                    if (codes[i*CODE_BITS+:CODE_BITS] == CODE_BITS'(entry))
                        numbers[i*WEIGHT_BITS+:WEIGHT_BITS] = CODEBOOK[entry*WEIGHT_BITS+:WEIGHT_BITS];
            end
        end
    end

    logic [PE*SIMD*IN_BITS-1:0] x;
    logic fire_1, first_1, last_1, fired, starts, ends;
    always_ff @(posedge clk) begin
        x <= inputs;
        first_1 <= first;
        last_1 <= last;
        fire_1 <= fire && !rst;
    end
    qnn_delay #(.WIDTH(3), .CYCLES(DOT_LATENCY)) delay (
        .clk, .rst, .data({fire_1, first_1, last_1}), .delayed({fired, starts, ends})
    );

    logic [PE*SUM_BITS-1:0] start;
    if (STARTS == "") begin : g_start
        assign start = {PE{START}};
    end else begin : g_starts
        qnn_rom #(
            .WIDTH(PE * SUM_BITS),
            .WORDS(GROUPS),
            .FILE(STARTS),
            .STYLE(GROUPS > 128 ? "block" : "auto")
        ) rom (
            .clk, .rst, .step(fired && starts), .word(start)
        );
    end

    // Of a pair, only the inputs of the first row are read.
    logic unused;
    assign unused = &{1'b0, x};

    logic signed [SUM_BITS-1:0] dots[PE];
    for (genvar row = 0; row < PE; ++row) begin : g_dot
        if (IN_PAIRS && row / 2 < PE / 2) begin : g_pair
            if (row % 2 == 0) begin : g_first
                qnn_dot_pair #(
                    .TERMS(SIMD),
                    .IN_BITS(IN_BITS),
                    .IN_SIGNED(IN_SIGNED),
                    .WEIGHT_BITS(WEIGHT_BITS),
                    .WEIGHT_SIGNED(WEIGHT_SIGNED),
                    .SUM_BITS(SUM_BITS)
                ) dot_pair (
                    .clk,
                    .inputs(x[row*SIMD*IN_BITS+:SIMD*IN_BITS]),
                    .weights(numbers[row*SIMD*WEIGHT_BITS+:2*SIMD*WEIGHT_BITS]),
                    .first_sum(dots[row]),
                    .second_sum(dots[row+1])
                );
            end
        end else begin : g_single
            qnn_dot #(
                .TERMS(SIMD),
                .IN_BITS(IN_BITS),
                .IN_SIGNED(IN_SIGNED),
                .IN_BIPOLAR(IN_BIPOLAR),
                .WEIGHT_BITS(WEIGHT_BITS),
                .WEIGHT_SIGNED(WEIGHT_SIGNED),
                .WEIGHT_BIPOLAR(WEIGHT_BIPOLAR),
                .SUM_BITS(SUM_BITS),
                .WITHOUT_CARRY(WITHOUT_CARRY),
                .IN_DSPS(IN_DSPS)
            ) products (
                .clk,
                .inputs(x[row*SIMD*IN_BITS+:SIMD*IN_BITS]),
                .weights(numbers[row*SIMD*WEIGHT_BITS+:SIMD*WEIGHT_BITS]),
                .sum(dots[row])
            );
        end
    end
    for (genvar row = 0; row < PE; ++row) begin : g_row
        logic signed [SUM_BITS-1:0] sum;
        always_ff @(posedge clk)
            if (fired)
                sum <= (COUNTS && !IS_LEVEL ? dots[row] <<< 1 : dots[row])
                    + (starts ? start[row*SUM_BITS+:SUM_BITS] : sum);
        if (IS_LEVEL) begin : g_level
            assign out_data[row] = !sum[SUM_BITS-1];
        end else begin : g_sum
            assign out_data[row*SUM_BITS+:SUM_BITS] = sum;
        end
    end
    always_ff @(posedge clk) out_push <= fired && ends && !rst;
endmodule
