// Cuts each input word into several output words, the lowest bits first.
module qnn_narrow #(
    parameter int IN_WIDTH = 16,
    parameter int OUT_WIDTH = 8
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
    localparam int PARTS = IN_WIDTH / OUT_WIDTH;

    // Parts of the last word that are still to be written.
    logic more, last;
    qnn_counter #(.COUNT(PARTS)) part (.clk, .rst, .step(out_take), .last);
    always_ff @(posedge clk) begin
        if (rst) more <= 1'b0;
        else if (out_take) more <= !last;
    end

    assign out_take = out_room && (more || in_valid);
    assign in_pop = out_take && !more;
    assign out_push = out_take;

    logic [IN_WIDTH-OUT_WIDTH-1:0] held;
    assign out_data = more ? held[OUT_WIDTH-1:0] : in_data[OUT_WIDTH-1:0];
    always_ff @(posedge clk) begin
        if (in_pop) held <= in_data[IN_WIDTH-1:OUT_WIDTH];
        else if (out_take) held <= held >> OUT_WIDTH;
    end
endmodule
