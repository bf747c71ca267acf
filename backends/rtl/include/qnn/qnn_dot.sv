// The sum of the products of TERMS weights and inputs; of signs, the number of equal pairs.
//
// An adder tree with registers: the sum of fewer than 8 terms has none, and otherwise each register
// follows 8 terms, or 32 pairs of signs. If one of the factors is a sign, the other is added or
// subtracted. With WITHOUT_CARRY, one is missing for each input that a negative weight subtracts.
module qnn_dot #(
    parameter int TERMS = 4,
    parameter int IN_BITS = 2,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int WEIGHT_BITS = 2,
    parameter bit WEIGHT_SIGNED = 0,
    parameter bit WEIGHT_BIPOLAR = 0,
    parameter int SUM_BITS = 8,
    parameter bit WITHOUT_CARRY = 0,
    // Whether DSPs compute the products, or LUTs.
    parameter bit IN_DSPS = 0
) (
    input  logic                          clk,
    input  logic [TERMS*IN_BITS-1:0]      inputs,
    input  logic [TERMS*WEIGHT_BITS-1:0]  weights,
    output logic signed [SUM_BITS-1:0]    sum
);
    localparam bit COUNTS = IN_BIPOLAR && WEIGHT_BIPOLAR;
    localparam bit WEIGHT_IS_SIGN = WEIGHT_BIPOLAR || (WEIGHT_SIGNED && WEIGHT_BITS == 2 && !IN_DSPS);

    if (COUNTS) begin : g_count
        qnn_count #(.TERMS(TERMS), .BITS(SUM_BITS)) equal (
            .clk, .bits(inputs ~^ weights), .count(sum)
        );
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
                    if (weight_number < 0)
                        terms[i] = ~SUM_BITS'(input_number) + SUM_BITS'(!WITHOUT_CARRY);
                    if (weight_number == -2)
                        terms[i] = ~(SUM_BITS'(input_number) <<< 1) + SUM_BITS'(!WITHOUT_CARRY);
                end
            end else if (IN_BIPOLAR) begin : g_sign_of_input
                assign terms[i] = x[0] ? SUM_BITS'(weight_number) : -SUM_BITS'(weight_number);
            end else begin : g_product
                (* use_dsp = IN_DSPS ? "yes" : "no" *) logic signed [SUM_BITS-1:0] product;
                assign product = SUM_BITS'(input_number) * SUM_BITS'(weight_number);
                assign terms[i] = product;
            end
        end

        qnn_sum #(.TERMS(TERMS), .BITS(SUM_BITS)) tree (.clk, .terms, .sum);
    end
endmodule
