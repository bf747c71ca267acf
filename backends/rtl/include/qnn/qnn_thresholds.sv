// Counts the thresholds that each of LANES sums has reached, all of them side by side.
module qnn_thresholds #(
    parameter int LANES = 1,
    parameter int GROUPS = 1,
    parameter int SUM_BITS = 8,
    parameter bit SUM_SIGNED = 1,
    parameter int COUNT = 1,
    parameter int THRESHOLD_BITS = 8,
    parameter bit THRESHOLD_SIGNED = 1,
    // Whether all channels have the same thresholds.
    parameter bit SHARED = 0,
    parameter int OUT_BITS = 1,
    // The level of a sum that reaches no threshold.
    parameter int OFFSET = 0,
    // Whether the levels are -1 and +1.
    parameter bit SIGNS = 0,
    parameter string THRESHOLDS = "",
    // A flag for each channel, whether its level is the number of thresholds not reached.
    parameter string DESCENDING = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*SUM_BITS-1:0] sums,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    localparam int ROW_BITS = COUNT * THRESHOLD_BITS;
    localparam int ROWS = SHARED ? 1 : LANES;
    localparam int COUNT_BITS = $clog2(COUNT + 1);
    localparam int WIDE = (SUM_BITS > THRESHOLD_BITS ? SUM_BITS : THRESHOLD_BITS) + 1;

    logic [ROWS*ROW_BITS-1:0] rows;
    qnn_rom #(
        .WIDTH(ROWS * ROW_BITS), .WORDS(SHARED ? 1 : GROUPS), .FILE(THRESHOLDS)
    ) thresholds (.clk, .rst, .step(push), .word(rows));

    logic [LANES-1:0] falls;
    if (DESCENDING == "") begin : g_rising
        assign falls = '0;
    end else begin : g_flags
        qnn_rom #(.WIDTH(LANES), .WORDS(GROUPS), .FILE(DESCENDING)) flags (
            .clk, .rst, .step(push), .word(falls)
        );
    end

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [SUM_BITS:0] sum;
        qnn_number #(.BITS(SUM_BITS), .IS_SIGNED(SUM_SIGNED)) decode_sum (
            .code(sums[lane*SUM_BITS+:SUM_BITS]), .number(sum)
        );
        logic [COUNT-1:0] reached;
        for (genvar i = 0; i < COUNT; ++i) begin : g_threshold
            logic signed [THRESHOLD_BITS:0] threshold;
            qnn_number #(.BITS(THRESHOLD_BITS), .IS_SIGNED(THRESHOLD_SIGNED)) decode_threshold (
                .code(rows[(SHARED?0:lane)*ROW_BITS+i*THRESHOLD_BITS+:THRESHOLD_BITS]),
                .number(threshold)
            );
            assign reached[i] = WIDE'(sum) >= WIDE'(threshold);
        end
        logic [COUNT_BITS-1:0] level;
        always_comb begin
            level = '0;
            for (int i = 0; i < COUNT; ++i) level += COUNT_BITS'(reached[i] ^ falls[lane]);
        end
        always_ff @(posedge clk)
            out_data[lane*OUT_BITS+:OUT_BITS] <=
                SIGNS ? OUT_BITS'(level) : OUT_BITS'(OFFSET) + OUT_BITS'(level);
    end
    always_ff @(posedge clk) out_push <= push && !rst;
endmodule
