// The maximum or the sum of each of LANES channels over STEPS words of PIXELS pixels each.
module qnn_pool #(
    parameter int LANES = 1,
    parameter int PIXELS = 1,
    parameter int STEPS = 4,
    parameter bit TOTAL = 0,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int OUT_BITS = 8
) (
    input  logic                            clk,
    input  logic                            rst,
    input  logic                            in_valid,
    input  logic [PIXELS*LANES*IN_BITS-1:0] in_data,
    output logic                            in_pop,
    input  logic                            out_room,
    output logic                            out_take,
    output logic                            out_push,
    output logic [LANES*OUT_BITS-1:0]       out_data
);
    // The bits of a signed number that holds every input and every output.
    localparam int BITS = (IN_BITS > OUT_BITS ? IN_BITS : OUT_BITS) + 1;

    logic first, last;
    qnn_counter #(.COUNT(STEPS)) steps (.clk, .rst, .step(in_pop), .last);
    always_ff @(posedge clk) begin
        if (rst) first <= 1'b1;
        else if (in_pop) first <= last;
    end

    assign in_pop = in_valid && (out_room || !last);
    assign out_take = in_pop && last;
    always_ff @(posedge clk) out_push <= out_take && !rst;

    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        logic signed [BITS-1:0] held, joined;
        logic signed [IN_BITS:0] numbers[PIXELS];
        for (genvar pixel = 0; pixel < PIXELS; ++pixel) begin : g_pixel
            qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode (
                .code(in_data[(pixel*LANES+lane)*IN_BITS+:IN_BITS]), .number(numbers[pixel])
            );
        end
        always_comb begin
            joined = BITS'(numbers[0]);
            for (int i = 1; i < PIXELS; ++i) begin
                if (TOTAL) joined += BITS'(numbers[i]);
                else if (BITS'(numbers[i]) > joined) joined = BITS'(numbers[i]);
            end
            if (!first) begin
                if (TOTAL) joined += held;
                else if (held > joined) joined = held;
            end
        end
        always_ff @(posedge clk) if (in_pop) held <= joined;
        assign out_data[lane*OUT_BITS+:OUT_BITS] =
            IN_BIPOLAR && !TOTAL ? OUT_BITS'(held > 0) : held[OUT_BITS-1:0];
    end
endmodule
