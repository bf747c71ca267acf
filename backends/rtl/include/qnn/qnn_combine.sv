// Adds two streams, each times a constant, or multiplies them, each plus a constant.
module qnn_combine #(
    parameter int LANES = 1,
    parameter int LEFT_BITS = 8,
    parameter bit LEFT_SIGNED = 0,
    parameter bit LEFT_BIPOLAR = 0,
    parameter int RIGHT_BITS = 8,
    parameter bit RIGHT_SIGNED = 0,
    parameter bit RIGHT_BIPOLAR = 0,
    parameter int OUT_BITS = 9,
    parameter bit MULTIPLIES = 0,
    // Whether DSPs compute the products of two streams, or LUTs.
    parameter bit IN_DSPS = 0,
    parameter logic signed [63:0] LEFT_CONSTANT = 1,
    parameter logic signed [63:0] RIGHT_CONSTANT = 1
) (
    input  logic                        clk,
    input  logic                        rst,
    input  logic                        left_valid,
    input  logic [LANES*LEFT_BITS-1:0]  left_data,
    output logic                        left_pop,
    input  logic                        right_valid,
    input  logic [LANES*RIGHT_BITS-1:0] right_data,
    output logic                        right_pop,
    input  logic                        out_room,
    output logic                        out_take,
    output logic                        out_push,
    output logic [LANES*OUT_BITS-1:0]   out_data
);
    assign out_take = left_valid && right_valid && out_room;
    assign left_pop = out_take;
    assign right_pop = out_take;
    always_ff @(posedge clk) out_push <= out_take && !rst;

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [LEFT_BITS:0] left;
        logic signed [RIGHT_BITS:0] right;
        qnn_number #(.BITS(LEFT_BITS), .IS_SIGNED(LEFT_SIGNED), .IS_BIPOLAR(LEFT_BIPOLAR)) decode_left (
            .code(left_data[lane*LEFT_BITS+:LEFT_BITS]), .number(left)
        );
        qnn_number #(
            .BITS(RIGHT_BITS), .IS_SIGNED(RIGHT_SIGNED), .IS_BIPOLAR(RIGHT_BIPOLAR)
        ) decode_right (.code(right_data[lane*RIGHT_BITS+:RIGHT_BITS]), .number(right));

        logic [OUT_BITS-1:0] result;
        if (MULTIPLIES) begin : g_product
            (* use_dsp = IN_DSPS ? "yes" : "no" *) logic [OUT_BITS-1:0] product;
            assign product = (OUT_BITS'(left) + OUT_BITS'(LEFT_CONSTANT)) *
                (OUT_BITS'(right) + OUT_BITS'(RIGHT_CONSTANT));
            assign result = product;
        end else begin : g_sum
            assign result =
                OUT_BITS'(left) * OUT_BITS'(LEFT_CONSTANT) + OUT_BITS'(right) * OUT_BITS'(RIGHT_CONSTANT);
        end

        logic unused;
        assign unused = &{1'b0, left, right, IN_DSPS};
        always_ff @(posedge clk) out_data[lane*OUT_BITS+:OUT_BITS] <= result;
    end
endmodule
