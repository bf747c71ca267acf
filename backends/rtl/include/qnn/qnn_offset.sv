// Adds a row of constants to every pixel of GROUPS words, or multiplies by it; the kind of a pixel
// selects the row.
//
// Its latency is 1 cycle, or 2 with kinds.
module qnn_offset #(
    parameter int LANES = 1,
    parameter int GROUPS = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int ROW_BITS = 8,
    parameter bit ROW_SIGNED = 0,
    parameter bit ROW_BIPOLAR = 0,
    parameter int OUT_BITS = 9,
    parameter bit MULTIPLIES = 0,
    // An address for each word of a pixel, kind after kind.
    parameter string ROWS = "",
    parameter int KINDS = 1,
    parameter int PIXELS = 1,
    // The kind of each of PIXELS pixels, if there are several kinds.
    parameter string PIXEL_KINDS = ""
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      push,
    input  logic [LANES*IN_BITS-1:0]  data,
    output logic                      out_push,
    output logic [LANES*OUT_BITS-1:0] out_data
);
    logic [LANES*ROW_BITS-1:0] row;
    logic [LANES*IN_BITS-1:0] x;
    logic pushed;
    if (KINDS == 1) begin : g_one_row
        qnn_rom #(.WIDTH(LANES * ROW_BITS), .WORDS(GROUPS), .FILE(ROWS)) rows (
            .clk, .rst, .step(push), .word(row)
        );
        assign x = data;
        assign pushed = push;
    end else begin : g_kinds
        localparam int WORDS = KINDS * GROUPS;
        localparam int PLACE_BITS = $clog2(WORDS);
        logic last;
        logic [$clog2(GROUPS > 1 ? GROUPS : 2)-1:0] group;
        logic [$clog2(KINDS)-1:0] kind;
        qnn_place #(.COUNT(GROUPS)) groups (.clk, .rst, .step(push), .value(group), .last);
        qnn_rom #(.WIDTH($clog2(KINDS)), .WORDS(PIXELS), .FILE(PIXEL_KINDS)) kinds (
            .clk, .rst, .step(push && last), .word(kind)
        );
        logic [LANES*ROW_BITS-1:0] words[WORDS];
        initial $readmemh(ROWS, words);
        always_ff @(posedge clk) begin
            row <= words[PLACE_BITS'(kind)*PLACE_BITS'(GROUPS)+PLACE_BITS'(group)];
            x <= data;
            pushed <= push && !rst;
        end
    end
    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [IN_BITS:0] number;
        logic signed [ROW_BITS:0] constant;
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode_number (
            .code(x[lane*IN_BITS+:IN_BITS]), .number
        );
        qnn_number #(
            .BITS(ROW_BITS), .IS_SIGNED(ROW_SIGNED), .IS_BIPOLAR(ROW_BIPOLAR)
        ) decode_constant (.code(row[lane*ROW_BITS+:ROW_BITS]), .number(constant));

        logic unused;
        assign unused = &{1'b0, number, constant};
        always_ff @(posedge clk)
            out_data[lane*OUT_BITS+:OUT_BITS] <=
                MULTIPLIES ? OUT_BITS'(number) * OUT_BITS'(constant)
                           : OUT_BITS'(number) + OUT_BITS'(constant);
    end
    always_ff @(posedge clk) out_push <= pushed && !rst;
endmodule
