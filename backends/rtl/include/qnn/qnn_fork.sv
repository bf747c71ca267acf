// Copies every word to each of OUTPUTS channels.
module qnn_fork #(
    parameter int WIDTH = 8,
    parameter int OUTPUTS = 2
) (
    input  logic               clk,
    input  logic               rst,
    input  logic               in_valid,
    input  logic [WIDTH-1:0]   in_data,
    output logic               in_pop,
    input  logic [OUTPUTS-1:0] out_room,
    output logic [OUTPUTS-1:0] out_take,
    output logic [OUTPUTS-1:0] out_push,
    output logic [WIDTH-1:0]   out_data
);
    assign in_pop = in_valid && &out_room;
    assign out_take = {OUTPUTS{in_pop}};
    assign out_push = {OUTPUTS{in_pop}};
    assign out_data = in_data;

    logic unused;
    assign unused = &{1'b0, clk, rst};
endmodule
