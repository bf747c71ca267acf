// The number of ones among TERMS bits. Behind every 32 bits is a register; their counts are added
// with the registers of qnn_sum. The count of fewer than 8 bits has no register.
module qnn_count #(
    parameter int TERMS = 4,
    parameter int BITS = 8
) (
    input  logic                   clk,
    input  logic [TERMS-1:0]       bits,
    output logic signed [BITS-1:0] count
);
    localparam int GROUPS = (TERMS + 31) / 32;
    localparam int PART_BITS = $clog2((GROUPS > 1 ? 32 : TERMS) + 1);

    if (TERMS < 8) begin : g_plain
        assign count = BITS'($countones(bits));

        logic unused;
        assign unused = &{1'b0, clk};
    end else begin : g_groups
        logic [32*GROUPS-1:0] filled;
        assign filled = (32 * GROUPS)'(bits);
        logic signed [BITS-1:0] parts[GROUPS];
        for (genvar g = 0; g < GROUPS; ++g) begin : g_group
            logic [PART_BITS-1:0] part;
            always_ff @(posedge clk) part <= PART_BITS'($countones(filled[32*g+:32]));
            assign parts[g] = BITS'(part);
        end
        qnn_sum #(.TERMS(GROUPS), .BITS(BITS)) rest (.clk, .terms(parts), .sum(count));
    end
endmodule
