// Counts the thresholds that each of LANES numbers has reached, all of them side by side. The
// latency is 1 cycle.
module qnn_thresholds #(
    parameter int LANES = 1,
    // Words of a pixel.
    parameter int GROUPS = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int COUNT = 1,
    parameter int THRESHOLD_BITS = 8,
    parameter bit THRESHOLD_SIGNED = 0,
    parameter bit THRESHOLD_BIPOLAR = 0,
    // Whether all channels have the same thresholds.
    parameter bit SHARED = 0,
    parameter int OUT_BITS = 1,
    // The level of a number that reaches no threshold.
    parameter logic [OUT_BITS-1:0] OFFSET = '0,
    // The rows of thresholds at an address, the first in the lowest bits.
    parameter string THRESHOLDS = "",
    // A flag for each channel, whether its level is the number of thresholds not reached.
    parameter string DESCENDING = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*IN_BITS-1:0]  data,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    localparam int ROW_BITS = COUNT * THRESHOLD_BITS;
    localparam int ROWS = SHARED ? 1 : LANES;
    localparam int WIDE = (IN_BITS > THRESHOLD_BITS ? IN_BITS : THRESHOLD_BITS) + 1;

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
        logic signed [IN_BITS:0] number;
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode (
            .code(data[lane*IN_BITS+:IN_BITS]), .number
        );
        logic [COUNT-1:0] reached;
        for (genvar i = 0; i < COUNT; ++i) begin : g_threshold
            logic signed [THRESHOLD_BITS:0] threshold;
            qnn_number #(
                .BITS(THRESHOLD_BITS), .IS_SIGNED(THRESHOLD_SIGNED), .IS_BIPOLAR(THRESHOLD_BIPOLAR)
            ) decode_threshold (
                .code(rows[(SHARED?0:lane)*ROW_BITS+i*THRESHOLD_BITS+:THRESHOLD_BITS]),
                .number(threshold)
            );
            assign reached[i] = WIDE'(number) >= WIDE'(threshold);
        end
        logic [OUT_BITS-1:0] level;
        always_comb begin
            level = OFFSET;
            for (int i = 0; i < COUNT; ++i) level += OUT_BITS'(reached[i] ^ falls[lane]);
        end
        always_ff @(posedge clk) out_data[lane*OUT_BITS+:OUT_BITS] <= level;
    end
    always_ff @(posedge clk) out_push <= push && !rst;
endmodule
