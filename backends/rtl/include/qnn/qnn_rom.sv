// A memory of constants, whose words are read in turn, one with each `step`.
//
// With IN_ADVANCE, `word` is the word that the next step takes; otherwise, the word that the last
// step took. It is a register, unless LUTs suffice for a word in advance.
module qnn_rom #(
    parameter int WIDTH = 8,
    parameter int WORDS = 2,
    parameter string FILE = "",
    parameter bit IN_ADVANCE = 1,
    // "block" for block memory; by default the tool chooses.
    parameter string STYLE = "auto"
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             step,
    output logic [WIDTH-1:0] word
);
    localparam int BITS = WORDS > 1 ? $clog2(WORDS) : 1;

    (* rom_style = STYLE *) logic [WIDTH-1:0] words[WORDS];
    initial $readmemh(FILE, words);

    logic unused_style;
    assign unused_style = STYLE == "";

    if (WORDS == 1) begin : g_constant
        assign word = words[0];

        logic unused;
        assign unused = &{1'b0, clk, rst, step};
    end else begin : g_memory
        logic [BITS-1:0] place, next;
        assign next = place == BITS'(WORDS - 1) ? '0 : place + 1'b1;
        always_ff @(posedge clk) begin
            if (rst) place <= '0;
            else if (step) place <= next;
        end
        if (IN_ADVANCE && WORDS <= 64) begin : g_luts
            assign word = words[place];
        end else if (IN_ADVANCE) begin : g_next
            // Reset takes a cycle more than the registers need, in which the first word is read.
            always_ff @(posedge clk) if (rst || step) word <= words[rst ? '0 : next];
        end else begin : g_last
            always_ff @(posedge clk) if (step) word <= words[place];
        end
    end
endmodule
