// Joins the channels of INPUTS images, pixel by pixel. WIDTHS has the words of a pixel of each.
module qnn_concat #(
    parameter int WIDTH = 8,
    parameter int INPUTS = 2,
    parameter logic [INPUTS*32-1:0] WIDTHS = {INPUTS{32'd1}}
) (
    input  logic                          clk,
    input  logic                          rst,
    input  logic [INPUTS-1:0]             in_valid,
    input  logic [INPUTS-1:0][WIDTH-1:0]  in_data,
    output logic [INPUTS-1:0]             in_pop,
    input  logic                          out_room,
    output logic                          out_take,
    output logic                          out_push,
    output logic [WIDTH-1:0]              out_data
);
    logic [INPUTS-1:0] chosen;
    qnn_turn #(.PARTS(INPUTS), .WIDTHS(WIDTHS)) turn (.clk, .rst, .step(out_take), .chosen);

    assign out_take = out_room && |(in_valid & chosen);
    assign in_pop = chosen & {INPUTS{out_take}};
    assign out_push = out_take;
    always_comb begin
        out_data = '0;
        for (int i = 0; i < INPUTS; ++i) out_data |= in_data[i] & {WIDTH{chosen[i]}};
    end
endmodule
