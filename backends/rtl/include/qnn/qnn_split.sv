// Splits the channels of an image into OUTPUTS images. WIDTHS has the words of a pixel of each.
module qnn_split #(
    parameter int WIDTH = 8,
    parameter int OUTPUTS = 2,
    parameter logic [OUTPUTS*32-1:0] WIDTHS = {OUTPUTS{32'd1}}
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
    logic [OUTPUTS-1:0] chosen;
    qnn_turn #(.PARTS(OUTPUTS), .WIDTHS(WIDTHS)) turn (.clk, .rst, .step(in_pop), .chosen);

    assign in_pop = in_valid && |(out_room & chosen);
    assign out_take = chosen & {OUTPUTS{in_pop}};
    assign out_push = out_take;
    assign out_data = in_data;
endmodule
