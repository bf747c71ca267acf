// The sum of the products of TERMS weights and inputs.
//
// An adder tree with a register behind every third level: the sum comes
// $clog2(TERMS) / 3 cycles after its terms. Products of signs are counted: twice the equal pairs,
// minus all. With a sign on one side, the other factor is added, subtracted or skipped.
module qnn_dot #(
    parameter int TERMS = 4,
    parameter int IN_BITS = 2,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int WEIGHT_BITS = 2,
    parameter bit WEIGHT_SIGNED = 1,
    parameter bit WEIGHT_BIPOLAR = 0,
    parameter int SUM_BITS = 8
) (
    input  logic                          clk,
    input  logic [TERMS*IN_BITS-1:0]      inputs,
    input  logic [TERMS*WEIGHT_BITS-1:0]  weights,
    output logic signed [SUM_BITS-1:0]    sum
);
    localparam bit COUNTS = IN_BIPOLAR && WEIGHT_BIPOLAR;
    localparam bit WEIGHT_IS_SIGN = WEIGHT_BIPOLAR || (WEIGHT_SIGNED && WEIGHT_BITS == 2);

    if (COUNTS) begin : g_count
        logic signed [SUM_BITS-1:0] equal;
        qnn_count #(.TERMS(TERMS), .BITS(SUM_BITS)) count (.clk, .bits(inputs ~^ weights), .count(equal));
        assign sum = (equal <<< 1) - SUM_BITS'(TERMS);
    end else begin : g_sum
        logic signed [SUM_BITS-1:0] terms[TERMS];
        for (genvar i = 0; i < TERMS; ++i) begin : g_term
            logic [IN_BITS-1:0] x;
            logic [WEIGHT_BITS-1:0] w;
            assign x = inputs[i*IN_BITS+:IN_BITS];
            assign w = weights[i*WEIGHT_BITS+:WEIGHT_BITS];

            logic signed [IN_BITS:0] input_number;
            logic signed [WEIGHT_BITS:0] weight_number;
            qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode_input (
                .code(x), .number(input_number)
            );
            qnn_number #(
                .BITS(WEIGHT_BITS), .IS_SIGNED(WEIGHT_SIGNED), .IS_BIPOLAR(WEIGHT_BIPOLAR)
            ) decode_weight (.code(w), .number(weight_number));

            logic unused;
            assign unused = &{1'b0, input_number, weight_number};

            if (WEIGHT_IS_SIGN) begin : g_sign_of_weight
                always_comb begin
                    terms[i] = '0;
                    if (weight_number > 0) terms[i] = SUM_BITS'(input_number);
                    if (weight_number < 0) terms[i] = -SUM_BITS'(input_number);
                    if (weight_number == -2) terms[i] = -(SUM_BITS'(input_number) <<< 1);
                end
            end else if (IN_BIPOLAR) begin : g_sign_of_input
                assign terms[i] = x[0] ? SUM_BITS'(weight_number) : -SUM_BITS'(weight_number);
            end else begin : g_product
                assign terms[i] = SUM_BITS'(input_number) * SUM_BITS'(weight_number);
            end
        end

        qnn_sum #(.TERMS(TERMS), .BITS(SUM_BITS)) tree (.clk, .terms, .sum);
    end
endmodule
