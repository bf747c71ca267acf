// Sends the patch under each place of a kernel, from a buffer of the last lines of an image.
//
// A patch is ordered by kernel rows, kernel columns, channels; with BY_CHANNEL, by groups of
// LANES_IN channels first. The buffer holds the lines of one kernel and of its next step down, with
// a copy for each piece of an output word, so that all pieces can be read in the same cycle. All
// places in the image are counted in words from the start of its frame. The latency is 3 cycles.
module qnn_window #(
    parameter int BITS = 8,
    parameter int HEIGHT = 3,
    parameter int PIXELS = 3,
    parameter int CHANNELS = 1,
    // Patches, down and across.
    parameter int ROWS = 1,
    parameter int COLUMNS = 1,
    parameter int KERNEL_HEIGHT = 3,
    parameter int KERNEL_WIDTH = 3,
    parameter int STRIDE_DOWN = 1,
    parameter int STRIDE_ACROSS = 1,
    parameter int DILATION_DOWN = 1,
    parameter int DILATION_ACROSS = 1,
    parameter int LANES_IN = 1,
    parameter int LANES_OUT = 1,
    parameter bit BY_CHANNEL = 0,
    // Cycles of a frame.
    parameter int ITERATIONS = 9,
    // The largest number of lanes that divides both an input word and an output word.
    parameter int PIECE = 1
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      in_valid,
    input  logic [LANES_IN*BITS-1:0]  in_data,
    output logic                      in_pop,
    input  logic                      out_room,
    output logic                      out_take,
    output logic                      out_push,
    output logic [LANES_OUT*BITS-1:0] out_data
);
    localparam int TAPS = KERNEL_HEIGHT * KERNEL_WIDTH;
    localparam int LINES = (KERNEL_HEIGHT - 1) * DILATION_DOWN + 1 + STRIDE_DOWN;
    localparam int PIXEL_WORDS = CHANNELS / LANES_IN;
    localparam int LINE_WORDS = PIXELS * PIXEL_WORDS;
    localparam int PIECES = LANES_OUT / PIECE;
    localparam int WORD_PIECES = LANES_IN / PIECE;
    // The channels of each pixel that an output word holds, and the number of pixels.
    localparam int GROUP = BY_CHANNEL ? LANES_IN : LANES_OUT < CHANNELS ? LANES_OUT : CHANNELS;
    localparam int WORD_TAPS = LANES_OUT / GROUP;
    localparam int GROUP_PIECES = GROUP / PIECE;

    localparam int FRAME_WORDS = HEIGHT * LINE_WORDS;
    localparam int BUFFER_WORDS = LINES * LINE_WORDS;
    localparam int STEP_WORDS = STRIDE_DOWN * LINE_WORDS;
    // Offsets of a tap from the corner of the kernel, and their changes between output words.
    localparam int DOWN_WORDS = DILATION_DOWN * LINE_WORDS;
    localparam int ACROSS_WORDS = DILATION_ACROSS * PIXEL_WORDS;
    localparam int TAPS_ACROSS = WORD_TAPS % KERNEL_WIDTH;
    localparam int TAP_WORDS = WORD_TAPS / KERNEL_WIDTH * DOWN_WORDS + TAPS_ACROSS * ACROSS_WORDS;
    localparam int WRAP_WORDS = TAP_WORDS + DOWN_WORDS - KERNEL_WIDTH * ACROSS_WORDS;

    // A buffer in one small block has a power of two words anyway, so that places wrap by themselves.
    localparam int POWER = 1 << $clog2(BUFFER_WORDS);
    localparam int RING_WORDS = POWER * LANES_IN * BITS <= 18432 ? POWER : BUFFER_WORDS;

    localparam int AHEAD_BITS = $clog2(BUFFER_WORDS + 2) + 1;
    localparam int PLACE_BITS = $clog2(2 * RING_WORDS + 1);
    localparam int COLUMN_BITS = $clog2(2 * KERNEL_WIDTH + 1);
    localparam int PART_BITS = WORD_PIECES > 1 ? $clog2(2 * WORD_PIECES) : 1;
    typedef logic signed [AHEAD_BITS-1:0] ahead_t;
    typedef logic [PLACE_BITS-1:0] place_t;
    typedef logic [PART_BITS-1:0] part_t;
    typedef logic [COLUMN_BITS-1:0] column_t;

    function automatic place_t wrapped(place_t place);
        return RING_WORDS < POWER && place >= place_t'(RING_WORDS)
            ? place - place_t'(RING_WORDS) : place;
    endfunction

    // The iteration.
    logic fire, reads, writes, last;
    qnn_counter #(.COUNT(ITERATIONS)) iteration (.clk, .rst, .step(fire), .last);
    assign fire = (in_valid || !reads) && (out_room || !writes);
    assign in_pop = fire && reads;
    assign out_take = fire && writes;

    logic restart;
    assign restart = rst || (fire && last);

    // `unread`: words of the image are left to read. `ahead`: the words that were read, counted from
    // the first one that later patches need; it is negative if that one was not read yet.
    logic unread, last_read, rows_done;
    ahead_t ahead;
    place_t write_place, top;
    qnn_counter #(.COUNT(FRAME_WORDS)) words (.clk, .rst, .step(in_pop), .last(last_read));
    assign reads = unread && (rows_done || ahead != ahead_t'(BUFFER_WORDS));

    // The place in the patch: group, tap or tap, group, and the patch.
    logic last_group, last_tap, next_tap, next_group, patch_done, last_column, last_row;
    assign next_tap = out_take && (BY_CHANNEL || last_group);
    assign next_group = out_take && (!BY_CHANNEL || last_tap);
    assign patch_done = out_take && last_group && last_tap;
    qnn_counter #(.COUNT(CHANNELS / GROUP)) groups (
        .clk, .rst, .step(next_group), .last(last_group)
    );
    qnn_counter #(.COUNT(TAPS / WORD_TAPS)) taps (
        .clk, .rst, .step(next_tap), .last(last_tap)
    );
    qnn_counter #(.COUNT(COLUMNS)) columns (
        .clk, .rst, .step(patch_done), .last(last_column)
    );
    qnn_counter #(.COUNT(ROWS)) rows (
        .clk, .rst, .step(patch_done && last_column), .last(last_row)
    );

    place_t left, channel;
    part_t part;
    place_t tap_offset[WORD_TAPS];
    for (genvar at = 0; at < WORD_TAPS; ++at) begin : g_tap
        localparam int START =
            at / KERNEL_WIDTH * DOWN_WORDS + at % KERNEL_WIDTH * ACROSS_WORDS;
        column_t column, moved;
        logic wraps;
        assign moved = column + column_t'(TAPS_ACROSS);
        assign wraps = moved >= column_t'(KERNEL_WIDTH);
        always_ff @(posedge clk) begin
            if (rst || (next_tap && last_tap)) begin
                column <= column_t'(at % KERNEL_WIDTH);
                tap_offset[at] <= place_t'(START);
            end else if (next_tap) begin
                column <= wraps ? moved - column_t'(KERNEL_WIDTH) : moved;
                tap_offset[at] <= tap_offset[at] + place_t'(wraps ? WRAP_WORDS : TAP_WORDS);
            end
        end
    end

    // The word of a piece that starts some channels behind the group's first, and its part there.
    place_t offsets[PIECES];
    part_t parts[PIECES];
    place_t last_offset;
    for (genvar i = 0; i < PIECES; ++i) begin : g_piece
        localparam int BEHIND = i * PIECE % GROUP;
        part_t moved;
        logic carry;
        assign moved = part + part_t'(BEHIND / PIECE % WORD_PIECES);
        assign carry = int'(moved) >= WORD_PIECES;
        assign parts[i] = carry ? moved - part_t'(WORD_PIECES) : moved;
        assign offsets[i] = left + tap_offset[i*PIECE/GROUP] + channel
            + place_t'(BEHIND / LANES_IN) + place_t'(carry);
    end
    assign last_offset = offsets[PIECES-1];

    // Of the pieces of an output word, the last is read last.
    // The lowest bit of each term is a carry into one adder: ahead + reads - last_offset - 1.
    logic signed [AHEAD_BITS:0] behind_last, moved_ahead;
    assign behind_last = {ahead, 1'b1} + {~ahead_t'(last_offset), reads};
    assign writes = !rows_done && behind_last >= 0;
    assign moved_ahead = {ahead, 1'b1}
        + {patch_done && last_column ? -ahead_t'(STEP_WORDS) : ahead_t'(0), in_pop};

    part_t next_part;
    logic part_carry;
    assign next_part = part + part_t'(GROUP_PIECES % WORD_PIECES);
    assign part_carry = int'(next_part) >= WORD_PIECES;

    always_ff @(posedge clk) begin
        if (restart) begin
            unread <= 1'b1;
            ahead <= '0;
            rows_done <= 1'b0;
            write_place <= '0;
            top <= '0;
        end else begin
            ahead <= moved_ahead[AHEAD_BITS:1];
            if (in_pop) begin
                unread <= !last_read;
                write_place <= wrapped(write_place + 1'b1);
            end
            if (patch_done && last_column) begin
                rows_done <= last_row;
                top <= wrapped(top + place_t'(STEP_WORDS));
            end
        end
        if (rst || (patch_done && last_column)) left <= '0;
        else if (patch_done) left <= left + place_t'(STRIDE_ACROSS * PIXEL_WORDS);
        if (rst || (next_group && last_group)) begin
            channel <= '0;
            part <= '0;
        end else if (next_group) begin
            channel <= channel + place_t'(GROUP_PIECES / WORD_PIECES) + place_t'(part_carry);
            part <= part_carry ? next_part - part_t'(WORD_PIECES) : next_part;
        end
    end

    // A word is stored one cycle after it is read, and can be in a patch of the same iteration.
    logic stores;
    logic [LANES_IN*BITS-1:0] stored;
    place_t store_place, top_1;
    logic unused;
    assign unused = &{1'b0, store_place, last_offset, moved_ahead[0]};
    always_ff @(posedge clk) begin
        stores <= in_pop && !rst;
        stored <= in_data;
        store_place <= write_place;
        top_1 <= top;
    end
    for (genvar i = 0; i < PIECES; ++i) begin : g_copy
        localparam int BUFFER_BITS = RING_WORDS > 1 ? $clog2(RING_WORDS) : 1;
        logic [LANES_IN*BITS-1:0] lines[RING_WORDS];
        logic [LANES_IN*BITS-1:0] word;
        place_t offset, place;
        logic unused_place;
        assign unused_place = &{1'b0, place};
        part_t part_1, part_2, part_3;
        always_ff @(posedge clk) begin
            if (stores) lines[store_place[BUFFER_BITS-1:0]] <= stored;
            offset <= offsets[i];
            place <= wrapped(top_1 + offset);
            word <= lines[place[BUFFER_BITS-1:0]];
            part_1 <= parts[i];
            part_2 <= part_1;
            part_3 <= part_2;
        end
        assign out_data[i*PIECE*BITS+:PIECE*BITS] = word[int'(part_3)*PIECE*BITS+:PIECE*BITS];
    end
    qnn_delay #(.WIDTH(1), .CYCLES(3)) delay (.clk, .rst, .data(out_take), .delayed(out_push));
endmodule
