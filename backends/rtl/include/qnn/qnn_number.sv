// The number that a code stands for, as a signed integer of one bit more.
module qnn_number #(
    parameter int BITS = 8,
    parameter bit IS_SIGNED = 0,
    parameter bit IS_BIPOLAR = 0
) (
    input  logic [BITS-1:0]      code,
    output logic signed [BITS:0] number
);
    if (IS_BIPOLAR) assign number = code[0] ? 2'sd1 : -2'sd1;
    else if (IS_SIGNED) assign number = {code[BITS-1], code};
    else assign number = {1'b0, code};
endmodule
