// Surrounds an image with a value, and inserts the value between its pixels.
module qnn_pad #(
    parameter int WIDTH = 8,
    parameter int HEIGHT = 1,
    parameter int PIXELS = 1,
    parameter int ROWS = 3,
    parameter int COLUMNS = 3,
    parameter int TOP = 1,
    parameter int LEFT = 1,
    parameter int DOWN = 1,
    parameter int ACROSS = 1,
    parameter int PIXEL_WORDS = 1,
    parameter logic [WIDTH-1:0] VALUE = '0
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             in_valid,
    input  logic [WIDTH-1:0] in_data,
    output logic             in_pop,
    input  logic             out_room,
    output logic             out_take,
    output logic             out_push,
    output logic [WIDTH-1:0] out_data
);
    logic last_word, last_column, last_row, covers_row, covers_column, covered;
    qnn_counter #(.COUNT(PIXEL_WORDS)) word (
        .clk, .rst, .step(out_take), .last(last_word)
    );
    qnn_inside #(.SIZE(COLUMNS), .START(LEFT), .COUNT(PIXELS), .STEP(ACROSS)) column (
        .clk, .rst, .step(out_take && last_word), .covered(covers_column), .last(last_column)
    );
    qnn_inside #(.SIZE(ROWS), .START(TOP), .COUNT(HEIGHT), .STEP(DOWN)) row (
        .clk, .rst, .step(out_take && last_word && last_column), .covered(covers_row), .last(last_row)
    );

    assign covered = covers_row && covers_column;
    assign out_take = out_room && (in_valid || !covered);
    assign in_pop = out_take && covered;
    assign out_push = out_take;
    assign out_data = covered ? in_data : VALUE;

    logic unused;
    assign unused = &{1'b0, last_row};
endmodule
