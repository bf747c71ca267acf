// Multiplies each of LANES numbers by a factor, adds an offset, shifts right and clamps.
//
// Where the number is one of its channel's exceptions, the first RAISED of them increase the result
// by one, and the others decrease it by one. The latency is 3 cycles.
module qnn_scale #(
    parameter int LANES = 1,
    // Words of a pixel.
    parameter int GROUPS = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int FACTOR_BITS = 8,
    parameter bit FACTOR_SIGNED = 0,
    parameter bit FACTOR_BIPOLAR = 0,
    parameter int OFFSET_BITS = 8,
    parameter bit OFFSET_SIGNED = 0,
    parameter bit OFFSET_BIPOLAR = 0,
    parameter int EXCEPTION_BITS = 8,
    parameter bit EXCEPTION_SIGNED = 0,
    parameter bit EXCEPTION_BIPOLAR = 0,
    parameter int EXCEPTIONS = 0,
    parameter int RAISED = 0,
    parameter int SUM_BITS = 16,
    parameter int SHIFT = 0,
    parameter longint LOW = 0,
    parameter longint HIGH = 255,
    parameter int OUT_BITS = 8,
    // Whether all channels have the same constants.
    parameter bit SHARED = 0,
    // Whether DSPs compute the products, or LUTs.
    parameter bit IN_DSPS = 0,
    parameter string FACTOR_FILE = "",
    parameter string OFFSET_FILE = "",
    parameter string EXCEPTION_FILE = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*IN_BITS-1:0]  data,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    localparam int ROWS = SHARED ? 1 : LANES;
    localparam int WORDS = SHARED ? 1 : GROUPS;
    localparam int NUMBERS = EXCEPTIONS > 0 ? EXCEPTIONS : 1;
    localparam int ROW_BITS = NUMBERS * EXCEPTION_BITS;
    localparam int SAME_BITS = (IN_BITS > EXCEPTION_BITS ? IN_BITS : EXCEPTION_BITS) + 1;

    logic [ROWS*FACTOR_BITS-1:0] factors;
    logic [ROWS*OFFSET_BITS-1:0] offsets;
    qnn_rom #(.WIDTH(ROWS * FACTOR_BITS), .WORDS(WORDS), .FILE(FACTOR_FILE)) factor_rom (
        .clk, .rst, .step(push), .word(factors)
    );
    qnn_rom #(.WIDTH(ROWS * OFFSET_BITS), .WORDS(WORDS), .FILE(OFFSET_FILE)) offset_rom (
        .clk, .rst, .step(push), .word(offsets)
    );
    logic [ROWS*ROW_BITS-1:0] exceptions;
    if (EXCEPTIONS > 0) begin : g_exceptions
        qnn_rom #(.WIDTH(ROWS * ROW_BITS), .WORDS(WORDS), .FILE(EXCEPTION_FILE)) exception_rom (
            .clk, .rst, .step(push), .word(exceptions)
        );
    end else begin : g_no_exceptions
        assign exceptions = '0;
    end

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        localparam int ROW = SHARED ? 0 : lane;
        logic signed [IN_BITS:0] number;
        logic signed [FACTOR_BITS:0] factor;
        logic signed [OFFSET_BITS:0] offset;
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode_number (
            .code(data[lane*IN_BITS+:IN_BITS]), .number
        );
        qnn_number #(
            .BITS(FACTOR_BITS), .IS_SIGNED(FACTOR_SIGNED), .IS_BIPOLAR(FACTOR_BIPOLAR)
        ) decode_factor (.code(factors[ROW*FACTOR_BITS+:FACTOR_BITS]), .number(factor));
        qnn_number #(
            .BITS(OFFSET_BITS), .IS_SIGNED(OFFSET_SIGNED), .IS_BIPOLAR(OFFSET_BIPOLAR)
        ) decode_offset (.code(offsets[ROW*OFFSET_BITS+:OFFSET_BITS]), .number(offset));

        logic [NUMBERS-1:0] same;
        for (genvar i = 0; i < NUMBERS; ++i) begin : g_exception
            logic signed [EXCEPTION_BITS:0] exception;
            qnn_number #(
                .BITS(EXCEPTION_BITS), .IS_SIGNED(EXCEPTION_SIGNED), .IS_BIPOLAR(EXCEPTION_BIPOLAR)
            ) decode (
                .code(exceptions[ROW*ROW_BITS+i*EXCEPTION_BITS+:EXCEPTION_BITS]), .number(exception)
            );
            assign same[i] = EXCEPTIONS > 0 && SAME_BITS'(number) == SAME_BITS'(exception);
        end

        logic unused;
        assign unused = &{1'b0, number, factor, offset, IN_DSPS};

        (* use_dsp = IN_DSPS ? "yes" : "no" *) logic signed [SUM_BITS-1:0] product;
        logic signed [SUM_BITS-1:0] added, sum;
        logic [NUMBERS-1:0] same_1, same_2;
        logic up, down;
        always_comb begin
            {up, down} = '0;
            for (int i = 0; i < NUMBERS; ++i) begin
                if (i < RAISED) up |= same_2[i];
                else down |= same_2[i];
            end
        end
        // The level may leave the range of the sums by one.
        logic signed [SUM_BITS:0] level;
        assign level = (SUM_BITS+1)'(sum >>> SHIFT) + (SUM_BITS+1)'(up && !down)
            - (SUM_BITS+1)'(down && !up);
        always_ff @(posedge clk) begin
            product <= SUM_BITS'(number) * SUM_BITS'(factor);
            added <= SUM_BITS'(offset);
            sum <= product + added;
            same_1 <= same;
            same_2 <= same_1;
            if (65'(level) < 65'(LOW)) out_data[lane*OUT_BITS+:OUT_BITS] <= OUT_BITS'(LOW);
            else if (65'(level) > 65'(HIGH)) out_data[lane*OUT_BITS+:OUT_BITS] <= OUT_BITS'(HIGH);
            else out_data[lane*OUT_BITS+:OUT_BITS] <= OUT_BITS'(level);
        end
    end
    qnn_delay #(.WIDTH(1), .CYCLES(3)) delay (.clk, .rst, .data(push), .delayed(out_push));
endmodule
