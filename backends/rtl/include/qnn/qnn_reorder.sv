// Stores the blocks of a frame, and reads their elements in another order.
//
// An iteration reads a word of the frame as long as there are any, and writes one from the DELAYth
// iteration on. The buffer has a bank for each part of a word, and two halves if a frame has several
// blocks. Nested loops, the outermost first, generate the addresses of a block; the loop with step 0
// goes through the parts of the words at the same addresses. The latency is 3 cycles.
module qnn_reorder #(
    parameter int WIDTH = 8,
    // Parts of a word that move separately, and the addresses from one of a written word to the next.
    parameter int PARTS = 1,
    parameter int PART_STEP = 1,
    parameter int WORDS = 4,
    parameter int BLOCK_WORDS = 4,
    parameter int HALVES = 1,
    parameter int DELAY = 1,
    parameter int SIZE[6] = '{1, 1, 1, 1, 2, 2},
    parameter int STEP[6] = '{1, 1, 1, 1, 1, 2}
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
    localparam int PART_BITS = WIDTH / PARTS;
    localparam int ITERATIONS = WORDS + DELAY;
    localparam int BUFFER_WORDS = HALVES * BLOCK_WORDS;
    localparam int PLACE_BITS = BUFFER_WORDS > 1 ? $clog2(BUFFER_WORDS) : 1;
    localparam int BANK_BITS = $clog2(2 * PARTS);
    typedef logic [PLACE_BITS-1:0] place_t;
    typedef logic [BANK_BITS-1:0] bank_t;

    // The bank or part that is some others behind, of PARTS in a ring.
    function automatic bank_t behind(bank_t from, bank_t others);
        return from >= others ? from - others : from + bank_t'(PARTS) - others;
    endfunction

    logic fire, reads, writes, last_iteration;
    logic [(ITERATIONS > 1 ? $clog2(ITERATIONS) : 1)-1:0] iteration;
    qnn_place #(.COUNT(ITERATIONS)) iterations (
        .clk, .rst, .step(fire), .value(iteration), .last(last_iteration)
    );
    assign reads = int'(iteration) < WORDS;
    assign writes = int'(iteration) >= DELAY;
    assign fire = (in_valid || !reads) && (out_room || !writes);
    assign in_pop = fire && reads;
    assign out_take = fire && writes;

    // The address that is written next, and the bank of the first part of its word.
    logic last_stored, last_step, last_bank;
    place_t stored;
    logic [(PARTS > 1 ? $clog2(PARTS) : 1)-1:0] stored_bank;
    qnn_place #(.COUNT(BUFFER_WORDS)) stores (
        .clk, .rst, .step(in_pop), .value(stored), .last(last_stored)
    );
    qnn_counter #(.COUNT(PART_STEP)) store_steps (.clk, .rst, .step(in_pop), .last(last_step));
    qnn_place #(.COUNT(PARTS)) store_banks (
        .clk, .rst, .step(in_pop && last_step), .value(stored_bank), .last(last_bank)
    );

    // The loops that read a block: the innermost moves first.
    logic [5:0] loop_ends;
    place_t offsets[6];
    bank_t loop_parts[6];
    for (genvar i = 0; i < 6; ++i) begin : g_loop
        logic moves;
        logic [(SIZE[i] > 1 ? $clog2(SIZE[i]) : 1)-1:0] value;
        // The loops after this one are at their ends.
        assign moves = out_take && 6'(loop_ends >> (i + 1)) == 6'(63 >> (i + 1));
        qnn_place #(.COUNT(SIZE[i])) places (
            .clk, .rst, .step(moves), .value, .last(loop_ends[i])
        );
        always_ff @(posedge clk) begin
            if (rst || (moves && loop_ends[i])) offsets[i] <= '0;
            else if (moves) offsets[i] <= offsets[i] + place_t'(STEP[i]);
        end
        assign loop_parts[i] = STEP[i] == 0 ? bank_t'(value) : '0;

        logic unused;
        assign unused = &{1'b0, value};
    end
    logic half_ends;
    logic half;
    qnn_place #(.COUNT(HALVES)) halves (
        .clk, .rst, .step(out_take && &loop_ends), .value(half), .last(half_ends)
    );
    place_t address;
    bank_t part;
    always_comb begin
        address = half ? place_t'(BLOCK_WORDS) : '0;
        part = '0;
        for (int i = 0; i < 6; ++i) begin
            address += offsets[i];
            part |= loop_parts[i];
        end
    end

    // A word is stored one cycle after it is read, and can be written in the same iteration.
    logic storing;
    logic [WIDTH-1:0] word;
    place_t store_place, address_1;
    bank_t store_bank, part_1, part_2, part_3;
    always_ff @(posedge clk) begin
        storing <= in_pop && !rst;
        word <= in_data;
        store_place <= stored;
        store_bank <= bank_t'(stored_bank);
        address_1 <= address;
        part_1 <= part;
        part_2 <= part_1;
        part_3 <= part_2;
    end
    logic [PARTS-1:0][PART_BITS-1:0] parts, found;
    assign parts = word;
    for (genvar bank = 0; bank < PARTS; ++bank) begin : g_bank
        logic [PART_BITS-1:0] words[BUFFER_WORDS];
        place_t place;
        always_ff @(posedge clk) begin
            if (storing) words[store_place] <= parts[behind(bank_t'(bank), store_bank)];
            place <= address_1 + place_t'(behind(bank_t'(bank), part_1)) * place_t'(PART_STEP);
            found[bank] <= words[place];
        end
        assign out_data[bank*PART_BITS+:PART_BITS] =
            found[behind(bank_t'(bank), bank_t'(PARTS) - part_3)];
    end
    qnn_delay #(.WIDTH(1), .CYCLES(3)) delay (.clk, .rst, .data(out_take), .delayed(out_push));

    logic unused_ends;
    assign unused_ends = &{1'b0, last_iteration, last_stored, last_bank, half_ends};
endmodule
