// The number that a code stands for, as a signed integer of one bit more.
module qnn_number #(
    parameter int BITS = 8,
    parameter bit IS_SIGNED = 0,
    parameter bit IS_BIPOLAR = 0
) (
    input  logic [BITS-1:0]      code,
    output logic signed [BITS:0] number
);
    always_comb begin
        if (IS_BIPOLAR) number = code[0] ? (BITS + 1)'(1) : '1;
        else number = {IS_SIGNED && code[BITS-1], code};
    end
endmodule
