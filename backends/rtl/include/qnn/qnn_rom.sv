// A memory of constants that is read in advance: `word` is the word at `place`, a register.
//
// `place` counts through all words, and moves with `step`.
module qnn_rom #(
    parameter int WIDTH = 8,
    parameter int WORDS = 2,
    parameter string FILE = ""
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             step,
    output logic [WIDTH-1:0] word
);
    localparam int BITS = WORDS > 1 ? $clog2(WORDS) : 1;

    logic [WIDTH-1:0] words[WORDS];
    initial $readmemh(FILE, words);

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
        // Reset takes a cycle more than the registers need, in which the first word is read.
        always_ff @(posedge clk) if (rst || step) word <= words[rst ? '0 : next];
    end
endmodule
