// Counts the thresholds that each of LANES numbers has reached, by a binary search.
//
// Every level of the search has a memory of its own for each lane, and takes a cycle; the count
// comes LEVELS + 1 cycles after the number.
module qnn_search #(
    parameter int LANES = 1,
    // Words of a pixel, and those of them that have thresholds of their own.
    parameter int GROUPS = 1,
    parameter int THRESHOLD_GROUPS = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int COUNT = 8,
    parameter int THRESHOLD_BITS = 8,
    parameter bit THRESHOLD_SIGNED = 0,
    parameter bit THRESHOLD_BIPOLAR = 0,
    parameter int OUT_BITS = 4,
    // The level of a number that reaches no threshold.
    parameter logic [OUT_BITS-1:0] OFFSET = '0,
    // The file of lane 0 at the first level is THRESHOLDS_0_0.hex.
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
    localparam int LEVELS = $clog2(COUNT + 1);
    localparam int WIDE = (IN_BITS > THRESHOLD_BITS ? IN_BITS : THRESHOLD_BITS) + 1;
    localparam int GROUP_BITS = THRESHOLD_GROUPS > 1 ? $clog2(THRESHOLD_GROUPS) : 1;

    logic last_group;
    logic [GROUP_BITS-1:0] group;
    qnn_place #(.COUNT(THRESHOLD_GROUPS)) groups (
        .clk, .rst, .step(push), .value(group), .last(last_group)
    );

    logic [LEVELS:0] pushed;
    logic [GROUP_BITS-1:0] at[LEVELS+1];
    assign pushed[0] = push;
    assign at[0] = group;
    for (genvar level = 0; level < LEVELS; ++level) begin : g_push
        always_ff @(posedge clk) begin
            pushed[level+1] <= pushed[level] && !rst;
            at[level+1] <= at[level];
        end
    end

    logic [LANES-1:0] falls;
    if (DESCENDING == "") begin : g_rising
        assign falls = '0;
    end else begin : g_flags
        qnn_rom #(.WIDTH(LANES), .WORDS(GROUPS), .FILE(DESCENDING)) flags (
            .clk, .rst, .step(pushed[LEVELS]), .word(falls)
        );
    end

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        // Behind each level: the number, and the bits of the count that are found.
        logic signed [IN_BITS:0] numbers[LEVELS+1];
        logic [LEVELS-1:0] found[LEVELS+1];
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode (
            .code(data[lane*IN_BITS+:IN_BITS]), .number(numbers[0])
        );
        assign found[0] = '0;
        for (genvar level = 0; level < LEVELS; ++level) begin : g_level
            localparam int WORDS = THRESHOLD_GROUPS << level;
            localparam int PLACE_BITS = WORDS > 1 ? $clog2(WORDS) : 1;
            logic [THRESHOLD_BITS-1:0] words[WORDS];
            initial $readmemh($sformatf("%s_%0d_%0d.hex", THRESHOLDS, level, lane), words);

            logic [THRESHOLD_BITS-1:0] code;
            logic [LEVELS-1:0] earlier;
            always_ff @(posedge clk) begin
                code <= words[(PLACE_BITS'(at[level])<<level)|PLACE_BITS'(found[level])];
                numbers[level+1] <= numbers[level];
                earlier <= found[level];
            end
            logic signed [THRESHOLD_BITS:0] threshold;
            qnn_number #(
                .BITS(THRESHOLD_BITS), .IS_SIGNED(THRESHOLD_SIGNED), .IS_BIPOLAR(THRESHOLD_BIPOLAR)
            ) decode_threshold (.code, .number(threshold));
            assign found[level+1] = (earlier << 1)
                | LEVELS'(WIDE'(numbers[level+1]) >= WIDE'(threshold));
        end

        // The last threshold fills the tree up, so more may be counted than there are.
        logic [LEVELS-1:0] count, level;
        if (COUNT + 1 == 1 << LEVELS) begin : g_full
            assign count = found[LEVELS];
        end else begin : g_filled_up
            assign count = found[LEVELS] > LEVELS'(COUNT) ? LEVELS'(COUNT) : found[LEVELS];
        end
        assign level = falls[lane] ? LEVELS'(COUNT) - count : count;
        always_ff @(posedge clk)
            out_data[lane*OUT_BITS+:OUT_BITS] <= OFFSET + OUT_BITS'(level);
    end
    always_ff @(posedge clk) out_push <= pushed[LEVELS] && !rst;

    logic unused;
    assign unused = &{1'b0, at[LEVELS], last_group};
endmodule
