// Replaces every element by an entry of a table: each of LANES lanes has a memory of its own, with
// a table for each of GROUPS words of a pixel, or one table for all.
module qnn_lookup #(
    parameter int LANES = 1,
    parameter int GROUPS = 1,
    parameter int IN_BITS = 4,
    parameter int OUT_BITS = 4,
    parameter int ENTRIES = 16,
    parameter int TABLE_GROUPS = 1,
    // The code of the element that selects the first entry.
    parameter logic [IN_BITS-1:0] FIRST = '0,
    // The entries of all lanes, one lane after the other.
    parameter string TABLE = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*IN_BITS-1:0]  data,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    localparam int WORDS = TABLE_GROUPS * ENTRIES;
    localparam int PLACE_BITS = $clog2(WORDS > 1 ? WORDS : 2);

    logic [TABLE_GROUPS > 1 ? $clog2(TABLE_GROUPS) - 1 : 0 : 0] group;
    qnn_counter #(.COUNT(TABLE_GROUPS)) groups (.clk, .rst, .step(push), .value(group), .last());

    logic [OUT_BITS-1:0] words[LANES*WORDS];
    initial $readmemh(TABLE, words);

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic [IN_BITS-1:0] entry;
        logic [PLACE_BITS-1:0] place;
        assign entry = data[lane*IN_BITS+:IN_BITS] - FIRST;
        assign place = PLACE_BITS'(group) * PLACE_BITS'(ENTRIES) + PLACE_BITS'(entry);
        always_ff @(posedge clk)
            out_data[lane*OUT_BITS+:OUT_BITS] <= words[lane*WORDS+int'(place)];
    end
    always_ff @(posedge clk) out_push <= push && !rst;
endmodule
