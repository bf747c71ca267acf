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
    logic last_word, last_column, covers_row, covers_column, covered;
    qnn_counter #(.COUNT(PIXEL_WORDS)) word (
        .clk, .rst, .step(out_take), .value(), .last(last_word)
    );
    qnn_inside #(.SIZE(COLUMNS), .START(LEFT), .COUNT(PIXELS), .STEP(ACROSS)) column (
        .clk, .rst, .step(out_take && last_word), .covered(covers_column), .last(last_column)
    );
    qnn_inside #(.SIZE(ROWS), .START(TOP), .COUNT(HEIGHT), .STEP(DOWN)) row (
        .clk, .rst, .step(out_take && last_word && last_column), .covered(covers_row), .last()
    );

    assign covered = covers_row && covers_column;
    assign out_take = out_room && (in_valid || !covered);
    assign in_pop = out_take && covered;
    assign out_push = out_take;
    assign out_data = covered ? in_data : VALUE;
endmodule

// Whether a place of SIZE is START or one of COUNT places in steps of STEP from there.
module qnn_inside #(
    parameter int SIZE = 3,
    parameter int START = 1,
    parameter int COUNT = 1,
    parameter int STEP = 1
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic covered,
    output logic last
);
    localparam int BITS = SIZE > 1 ? $clog2(SIZE) : 1;
    localparam int END = START + (COUNT - 1) * STEP;
    localparam int PHASE_BITS = STEP > 1 ? $clog2(STEP) : 1;

    logic [BITS-1:0] place;
    qnn_counter #(.COUNT(SIZE)) counter (.clk, .rst, .step, .value(place), .last);

    // Places since the last one that is covered.
    logic [PHASE_BITS-1:0] phase;
    logic spanned;
    assign spanned = place >= BITS'(START) && place <= BITS'(END);
    assign covered = spanned && phase == '0;
    always_ff @(posedge clk) begin
        if (rst || (step && (!spanned || last))) phase <= '0;
        else if (step) phase <= phase == PHASE_BITS'(STEP - 1) ? '0 : phase + 1'b1;
    end
endmodule
