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
    qnn_place #(.COUNT(SIZE)) counter (.clk, .rst, .step, .value(place), .last);

    // Places since the last one that is covered.
    logic [PHASE_BITS-1:0] phase;
    logic spanned;
    assign spanned = int'(place) >= START && int'(place) <= END;
    assign covered = spanned && phase == '0;
    always_ff @(posedge clk) begin
        if (rst || (step && (!spanned || last))) phase <= '0;
        else if (step) phase <= phase == PHASE_BITS'(STEP - 1) ? '0 : phase + 1'b1;
    end
endmodule
