// Selects one of PARTS in turn, each for as many steps as WIDTHS says; one bit of `chosen` is set.
module qnn_turn #(
    parameter int PARTS = 2,
    parameter int WIDTHS[PARTS] = '{default: 1}
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             step,
    output logic [PARTS-1:0] chosen
);
    logic [PARTS-1:0] last;
    for (genvar i = 0; i < PARTS; ++i) begin : g_part
        qnn_counter #(.COUNT(WIDTHS[i])) word (
            .clk, .rst, .step(step && chosen[i]), .value(), .last(last[i])
        );
    end
    always_ff @(posedge clk) begin
        if (rst) chosen <= PARTS'(1);
        else if (step && |(chosen & last)) chosen <= {chosen[PARTS-2:0], chosen[PARTS-1]};
    end
endmodule
