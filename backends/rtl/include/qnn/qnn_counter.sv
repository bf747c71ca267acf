// Whether the next step is the last of COUNT steps; then it starts again.
module qnn_counter #(
    parameter int COUNT = 2
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic last
);
    logic [(COUNT > 1 ? $clog2(COUNT) : 1)-1:0] value;
    qnn_place #(.COUNT(COUNT)) steps (.clk, .rst, .step, .value, .last);

    logic unused;
    assign unused = &{1'b0, value};
endmodule
