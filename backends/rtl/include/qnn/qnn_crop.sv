// Keeps a part of each frame: along each of three axes from START to before END, in steps of STEP.
module qnn_crop #(
    parameter int WIDTH = 8,
    parameter int SIZE[3] = '{1, 2, 2},
    parameter int START[3] = '{0, 0, 0},
    parameter int END[3] = '{1, 1, 1},
    parameter int STEP[3] = '{1, 1, 1}
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
    // The last axis moves first.
    logic [2:0] kept, last;
    for (genvar axis = 0; axis < 3; ++axis) begin : g_axis
        localparam int BITS = SIZE[axis] > 1 ? $clog2(SIZE[axis]) : 1;
        logic [BITS-1:0] place;
        logic moves;
        // The axes after this one are at their ends.
        assign moves = in_pop && 3'(last >> (axis + 1)) == 3'(7 >> (axis + 1));
        qnn_place #(.COUNT(SIZE[axis])) counter (
            .clk, .rst, .step(moves), .value(place), .last(last[axis])
        );
        always_comb begin
            kept[axis] = 1'b0;
            for (int i = START[axis]; i < END[axis]; i += STEP[axis])
                if (place == BITS'(i)) kept[axis] = 1'b1;
        end
    end

    assign in_pop = in_valid && (out_room || !(&kept));
    assign out_take = in_pop && &kept;
    assign out_push = out_take;
    assign out_data = in_data;
endmodule
