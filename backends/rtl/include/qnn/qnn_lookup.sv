// Replaces every element by an entry of a table: each of LANES lanes has a memory of its own, with
// a table for each of GROUPS words of a pixel, or one table for all words. The latency is 1 cycle.
module qnn_lookup #(
    parameter int LANES = 1,
    parameter int GROUPS = 1,
    parameter int IN_BITS = 4,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int OUT_BITS = 4,
    parameter int ENTRIES = 16,
    // The number that selects the first entry.
    parameter int FIRST = 0,
    // The file of lane 0 is TABLE_0.hex.
    parameter string TABLE = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*IN_BITS-1:0]  data,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    localparam int WORDS = GROUPS * ENTRIES;
    localparam int PLACE_BITS = WORDS > 1 ? $clog2(WORDS) : 1;

    logic last_group;
    logic [$clog2(GROUPS > 1 ? GROUPS : 2)-1:0] group;
    qnn_place #(.COUNT(GROUPS)) groups (.clk, .rst, .step(push), .value(group), .last(last_group));

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic [OUT_BITS-1:0] words[WORDS];
        initial $readmemh($sformatf("%s_%0d.hex", TABLE, lane), words);

        logic signed [IN_BITS:0] number;
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode (
            .code(data[lane*IN_BITS+:IN_BITS]), .number
        );
        logic [PLACE_BITS-1:0] place;
        assign place = PLACE_BITS'(group) * PLACE_BITS'(ENTRIES) + PLACE_BITS'(number)
            - PLACE_BITS'(FIRST);

        logic unused;
        assign unused = &{1'b0, number};
        always_ff @(posedge clk) out_data[lane*OUT_BITS+:OUT_BITS] <= words[place];
    end
    always_ff @(posedge clk) out_push <= push && !rst;

    logic unused;
    assign unused = &{1'b0, last_group};
endmodule
