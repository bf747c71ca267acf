// Makes each output word of several input words, the first in the lowest bits.
module qnn_widen #(
    parameter int IN_WIDTH = 8,
    parameter int OUT_WIDTH = 16
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    input  logic [IN_WIDTH-1:0]  in_data,
    output logic                 in_pop,
    input  logic                 out_room,
    output logic                 out_take,
    output logic                 out_push,
    output logic [OUT_WIDTH-1:0] out_data
);
    localparam int PARTS = OUT_WIDTH / IN_WIDTH;

    logic last;
    qnn_counter #(.COUNT(PARTS)) part (.clk, .rst, .step(in_pop), .last);

    assign in_pop = in_valid && (out_room || !last);
    assign out_take = in_pop && last;
    assign out_push = out_take;

    logic [OUT_WIDTH-IN_WIDTH-1:0] held;
    assign out_data = {in_data, held};
    always_ff @(posedge clk) if (in_pop) held <= out_data[OUT_WIDTH-1:IN_WIDTH];
endmodule
