// Reads a buffer in memory over AXI4, and sends its words to a port of the design.
//
// The words of FRAME_WORDS a frame follow one another without a gap; or, if TIMES is not 0, the
// buffer has one block of FRAME_WORDS words, which is read TIMES times for each frame. `address` is
// a multiple of BUS_BYTES.
module qnn_axi_read #(
    parameter int BUS_BYTES = 8,
    parameter int WORD_BYTES = 8,
    parameter int FRAME_WORDS = 1,
    parameter int TIMES = 0
) (
    input  logic                    clk,
    input  logic                    rst,
    input  logic                    start,
    input  logic [63:0]             address,
    input  logic [31:0]             frames,
    output logic                    busy,
    output logic                    error,
    output logic [63:0]             araddr,
    output logic [7:0]              arlen,
    output logic                    arvalid,
    input  logic                    arready,
    input  logic [8*BUS_BYTES-1:0]  rdata,
    input  logic [1:0]              rresp,
    input  logic                    rlast,
    input  logic                    rvalid,
    output logic                    rready,
    output logic                    tvalid,
    input  logic                    tready,
    output logic [8*WORD_BYTES-1:0] tdata
);
    localparam int BURST = 16;
    localparam int DEPTH = 4 * BURST;
    localparam bit REPEATS = TIMES != 0;
    // Whether a block ends with a beat, so that beats of the next one may follow it.
    localparam bit WHOLE = FRAME_WORDS * WORD_BYTES % BUS_BYTES == 0;
    typedef logic [47:0] count_t;
    typedef logic [$clog2(DEPTH):0] beats_t;

    localparam count_t FACTOR = REPEATS ? count_t'(TIMES) : count_t'(FRAME_WORDS);
    localparam count_t BUS = count_t'(BUS_BYTES);

    // The sizes of a run, in the two cycles after the start.
    logic counts, sizes, first;
    count_t count, block_words, block_beats;
    assign block_words = REPEATS ? count_t'(FRAME_WORDS) : count;
    always_ff @(posedge clk) begin
        counts <= start && !rst;
        sizes <= counts && !rst;
        first <= sizes && !rst;
        if (start) count <= count_t'(frames) * FACTOR;
        block_beats <= (block_words * count_t'(WORD_BYTES) + BUS - 1'b1) / BUS;
    end

    // Blocks to request, and blocks and words to send.
    count_t requests, blocks, words;
    logic load, offers, left, pops, sends, ends;
    assign load = requests != '0 && !first && !left && (WHOLE || requests == blocks);
    assign ends = sends && words == count_t'(1);
    assign busy = counts || sizes || first || blocks != '0;
    always_ff @(posedge clk) begin
        if (rst) begin
            requests <= '0;
            blocks <= '0;
            words <= '0;
        end else if (first) begin
            requests <= REPEATS ? count : count_t'(count != '0);
            blocks <= REPEATS ? count : count_t'(count != '0);
        end else begin
            if (load) requests <= requests - 1'b1;
            if (ends) blocks <= blocks - 1'b1;
            if (sends) words <= words - 1'b1;
            else if (words == '0 && blocks != '0) words <= block_words;
        end
    end

    // A burst is requested when there is room for all of its beats.
    beats_t free;
    logic [$clog2(BURST):0] burst;
    qnn_axi_burst #(.BUS_BYTES(BUS_BYTES), .BEATS(BURST)) bursts (
        .clk, .rst, .load, .address, .beats(block_beats), .count(burst), .left,
        .allowed(free >= beats_t'(BURST)), .offers,
        .valid(arvalid), .ready(arready), .start(araddr), .len(arlen)
    );
    always_ff @(posedge clk) begin
        if (rst) free <= beats_t'(DEPTH);
        else free <= free + beats_t'(pops) - (offers ? beats_t'(burst) : '0);
    end

    logic beat_valid, beat_room;
    logic [8*BUS_BYTES-1:0] beat;
    assign rready = 1'b1;
    qnn_fifo #(.WIDTH(8 * BUS_BYTES), .DEPTH(DEPTH)) beats (
        .clk, .rst, .room(beat_room), .take(rvalid), .push(rvalid), .push_data(rdata),
        .valid(beat_valid), .data(beat), .pop(pops)
    );
    always_ff @(posedge clk) begin
        if (rst || start) error <= 1'b0;
        else if (rvalid && rresp[1]) error <= 1'b1;
    end

    // Between two blocks the rest of the last beat is dropped.
    logic active, room;
    logic word_push;
    logic [8*WORD_BYTES-1:0] word;
    assign active = words != '0;
    qnn_repack #(.IN_WIDTH(8 * BUS_BYTES), .OUT_WIDTH(8 * WORD_BYTES)) repack (
        .clk, .rst(rst || !active), .in_valid(beat_valid && active), .in_data(beat), .in_pop(pops),
        .out_room(room && active), .out_take(sends), .out_push(word_push), .out_data(word)
    );
    qnn_fifo #(.WIDTH(8 * WORD_BYTES), .DEPTH(2)) port (
        .clk, .rst, .room, .take(sends), .push(word_push), .push_data(word),
        .valid(tvalid), .data(tdata), .pop(tvalid && tready)
    );

    logic unused;
    assign unused = &{1'b0, rlast, rresp[0], beat_room};
endmodule
