// The sums of the products of two rows of TERMS weights with the same inputs. A multiplier of
// 25 x 18 bits computes two products: (second * 2^GAP + first) * input.
//
// Up to 8 such pairs are added by the multipliers before the two sums are separated. Where the first
// sum leaves the lower GAP bits, it adds a carry to the second sum: the lowest bits of the second
// sum, which are computed once more, reveal it. The registers are those of qnn_dot.
module qnn_dot_pair #(
    parameter int TERMS = 4,
    parameter int IN_BITS = 4,
    parameter bit IN_SIGNED = 0,
    parameter int WEIGHT_BITS = 4,
    parameter bit WEIGHT_SIGNED = 1,
    parameter int SUM_BITS = 16
) (
    input  logic                           clk,
    input  logic [TERMS*IN_BITS-1:0]       inputs,
    input  logic [2*TERMS*WEIGHT_BITS-1:0] weights,
    output logic signed [SUM_BITS-1:0]     first_sum,
    output logic signed [SUM_BITS-1:0]     second_sum
);
    localparam int GROUP = TERMS < 8 ? TERMS : 8;
    localparam int GROUPS = (TERMS + GROUP - 1) / GROUP;
    // Bits of a sum of GROUP products, with its sign.
    localparam int PART_BITS =
        IN_BITS + WEIGHT_BITS + int'(!IN_SIGNED && !WEIGHT_SIGNED) + $clog2(GROUP);
    localparam int FACTOR_BITS = 25;
    localparam int GAP = FACTOR_BITS - 1 - WEIGHT_BITS;
    localparam int CARRY_BITS = PART_BITS > GAP ? PART_BITS - GAP : 0;
    localparam int PAIR_BITS = GAP + PART_BITS;
    typedef logic signed [PAIR_BITS-1:0] pair_t;

    logic signed [IN_BITS:0] x[TERMS];
    logic signed [WEIGHT_BITS:0] first[TERMS], second[TERMS];
    (* use_dsp = "yes" *) pair_t products[TERMS];
    for (genvar i = 0; i < TERMS; ++i) begin : g_term
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED)) decode_input (
            .code(inputs[i*IN_BITS+:IN_BITS]), .number(x[i])
        );
        qnn_number #(.BITS(WEIGHT_BITS), .IS_SIGNED(WEIGHT_SIGNED)) decode_first (
            .code(weights[i*WEIGHT_BITS+:WEIGHT_BITS]), .number(first[i])
        );
        qnn_number #(.BITS(WEIGHT_BITS), .IS_SIGNED(WEIGHT_SIGNED)) decode_second (
            .code(weights[(TERMS+i)*WEIGHT_BITS+:WEIGHT_BITS]), .number(second[i])
        );
        logic signed [FACTOR_BITS-1:0] both;
        assign both = (FACTOR_BITS'(second[i]) <<< GAP) + FACTOR_BITS'(first[i]);
        assign products[i] = pair_t'(both) * pair_t'(x[i]);
    end

    logic signed [SUM_BITS-1:0] firsts[GROUPS], seconds[GROUPS];
    for (genvar g = 0; g < GROUPS; ++g) begin : g_group
        localparam int COUNT = g < GROUPS - 1 ? GROUP : TERMS - GROUP * g;
        pair_t added, pair;
        always_comb begin
            // From the middle of their range, the lower bits neither overflow nor borrow.
            added = CARRY_BITS == 0 ? pair_t'(1) <<< (GAP - 1) : '0;
            for (int i = 0; i < COUNT; ++i) added += products[GROUP*g+i];
        end
        if (TERMS < 8) begin : g_wires
            assign pair = added;
        end else begin : g_register
            always_ff @(posedge clk) pair <= added;
        end
        if (CARRY_BITS == 0) begin : g_separate
            assign firsts[g] = SUM_BITS'($signed({!pair[GAP-1], pair[GAP-2:0]}));
            assign seconds[g] = SUM_BITS'($signed(pair[PAIR_BITS-1:GAP]));
        end else begin : g_carry
            typedef logic signed [CARRY_BITS-1:0] carry_t;
            carry_t lowest_added, lowest, carry;
            always_comb begin
                lowest_added = '0;
                for (int i = 0; i < COUNT; ++i)
                    lowest_added += carry_t'(second[GROUP*g+i]) * carry_t'(x[GROUP*g+i]);
            end
            if (TERMS < 8) begin : g_wires
                assign lowest = lowest_added;
            end else begin : g_register
                always_ff @(posedge clk) lowest <= lowest_added;
            end
            // The upper bits are the second sum plus the carry.
            assign carry = pair[GAP+:CARRY_BITS] - lowest;
            logic signed [PART_BITS-1:0] second_part;
            assign second_part = pair[PAIR_BITS-1:GAP] - PART_BITS'(carry);
            assign firsts[g] = SUM_BITS'($signed({carry, pair[GAP-1:0]}));
            assign seconds[g] = SUM_BITS'(second_part);

            logic unused;
            assign unused = &{1'b0, second_part};
        end
    end
    qnn_sum #(.TERMS(GROUPS), .BITS(SUM_BITS)) first_tree (
        .clk, .terms(firsts), .sum(first_sum)
    );
    qnn_sum #(.TERMS(GROUPS), .BITS(SUM_BITS)) second_tree (
        .clk, .terms(seconds), .sum(second_sum)
    );
endmodule
