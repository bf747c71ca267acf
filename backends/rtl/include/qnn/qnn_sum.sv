// The sum of TERMS numbers, with a register behind every third level of the tree.
module qnn_sum #(
    parameter int TERMS = 4,
    parameter int BITS = 8
) (
    input  logic                   clk,
    input  logic signed [BITS-1:0] terms[TERMS],
    output logic signed [BITS-1:0] sum
);
    localparam int GROUPS = (TERMS + 7) / 8;

    if (TERMS < 8) begin : g_plain
        always_comb begin
            sum = '0;
            for (int i = 0; i < TERMS; ++i) sum += terms[i];
        end

        logic unused;
        assign unused = &{1'b0, clk};
    end else begin : g_tree
        logic signed [BITS-1:0] parts[GROUPS];
        for (genvar g = 0; g < GROUPS; ++g) begin : g_group
            localparam int COUNT = g < GROUPS - 1 ? 8 : TERMS - 8 * g;
            logic signed [BITS-1:0] part;
            always_comb begin
                part = '0;
                for (int i = 0; i < COUNT; ++i) part += terms[8*g+i];
            end
            always_ff @(posedge clk) parts[g] <= part;
        end
        qnn_sum #(.TERMS(GROUPS), .BITS(BITS)) rest (.clk, .terms(parts), .sum);
    end
endmodule
