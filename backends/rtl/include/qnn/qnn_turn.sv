// Selects one of PARTS in turn, each for a number of steps: 32 bits of WIDTHS. One bit of `chosen`
// is set.
module qnn_turn #(
    parameter int PARTS = 2,
    parameter logic [PARTS*32-1:0] WIDTHS = {PARTS{32'd1}}
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             step,
    output logic [PARTS-1:0] chosen
);
    logic [PARTS-1:0] last;
    for (genvar i = 0; i < PARTS; ++i) begin : g_part
        qnn_counter #(.COUNT(int'(WIDTHS[i*32+:32]))) word (
            .clk, .rst, .step(step && chosen[i]), .last(last[i])
        );
    end
    always_ff @(posedge clk) begin
        if (rst) chosen <= PARTS'(1);
        else if (step && |(chosen & last)) chosen <= {chosen[PARTS-2:0], chosen[PARTS-1]};
    end
endmodule
