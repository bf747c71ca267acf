// Writes the words of a port of the design to a buffer in memory over AXI4.
//
// The words of FRAME_WORDS a frame follow one another without a gap; bytes behind the last word are
// not written. `address` is a multiple of BUS_BYTES.
module qnn_axi_write #(
    parameter int BUS_BYTES = 8,
    parameter int WORD_BYTES = 8,
    parameter int FRAME_WORDS = 1
) (
    input  logic                    clk,
    input  logic                    rst,
    input  logic                    start,
    input  logic [63:0]             address,
    input  logic [31:0]             frames,
    output logic                    busy,
    output logic                    error,
    output logic [63:0]             awaddr,
    output logic [7:0]              awlen,
    output logic                    awvalid,
    input  logic                    awready,
    output logic [8*BUS_BYTES-1:0]  wdata,
    output logic [BUS_BYTES-1:0]    wstrb,
    output logic                    wlast,
    output logic                    wvalid,
    input  logic                    wready,
    input  logic [1:0]              bresp,
    input  logic                    bvalid,
    output logic                    bready,
    input  logic                    tvalid,
    output logic                    tready,
    input  logic [8*WORD_BYTES-1:0] tdata
);
    localparam int BURST = 16;
    localparam int DEPTH = 2 * BURST;
    typedef logic [47:0] count_t;
    typedef logic [$clog2(DEPTH):0] beats_t;
    typedef logic [$clog2(BURST):0] burst_t;

    localparam count_t BUS = count_t'(BUS_BYTES);

    // The sizes of a run, in the two cycles after the start.
    logic counts, sizes, first;
    count_t count, bytes, beats_of_run;
    assign bytes = count * count_t'(WORD_BYTES) + BUS - 1'b1;
    logic [BUS_BYTES-1:0] last_bytes;
    always_ff @(posedge clk) begin
        counts <= start && !rst;
        sizes <= counts && !rst;
        first <= sizes && !rst;
        if (start) count <= count_t'(frames) * count_t'(FRAME_WORDS);
        beats_of_run <= bytes / BUS;
        // The bytes of the last beat, one less, are the remainder of `bytes`.
        last_bytes <= ~({BUS_BYTES{1'b1}} << 1 << (bytes % BUS));
    end

    // Words to pack, beats to fill, beats to write.
    count_t words, beats, unwritten;

    logic word_valid, word_room, takes, pops;
    logic [8*WORD_BYTES-1:0] word;
    assign tready = word_room;
    assign takes = tvalid && word_room;
    qnn_fifo #(.WIDTH(8 * WORD_BYTES), .DEPTH(2)) port (
        .clk, .rst, .room(word_room), .take(takes), .push(takes), .push_data(tdata),
        .valid(word_valid), .data(word), .pop(pops && words != '0)
    );

    // Behind the last word, zeros fill the last beat.
    logic fills, fill_push, room, moves;
    logic [8*BUS_BYTES-1:0] filled;
    qnn_repack #(.IN_WIDTH(8 * WORD_BYTES), .OUT_WIDTH(8 * BUS_BYTES)) repack (
        .clk, .rst(rst || beats == '0), .in_valid((word_valid || words == '0) && beats != '0),
        .in_data(words == '0 ? '0 : word), .in_pop(pops),
        .out_room(room && beats != '0), .out_take(fills), .out_push(fill_push), .out_data(filled)
    );
    logic beat_valid;
    qnn_fifo #(.WIDTH(8 * BUS_BYTES), .DEPTH(DEPTH)) filled_beats (
        .clk, .rst, .room, .take(fills), .push(fill_push), .push_data(filled),
        .valid(beat_valid), .data(wdata), .pop(moves)
    );
    always_ff @(posedge clk) begin
        if (rst) begin
            words <= '0;
            beats <= '0;
            unwritten <= '0;
        end else if (first) begin
            words <= count;
            beats <= beats_of_run;
            unwritten <= beats_of_run;
        end else begin
            if (pops && words != '0) words <= words - 1'b1;
            if (fills) beats <= beats - 1'b1;
            if (moves) unwritten <= unwritten - 1'b1;
        end
    end

    // A burst is requested when all of its beats are there.
    beats_t ready_beats;
    burst_t burst, requested, in_burst;
    // Bursts without a response.
    logic [7:0] outstanding;
    logic left, offers;
    qnn_axi_burst #(.BUS_BYTES(BUS_BYTES), .BEATS(BURST)) bursts (
        .clk, .rst, .load(first), .address, .beats(beats_of_run), .count(burst), .left,
        .allowed(in_burst == '0 && ready_beats >= beats_t'(burst) && !outstanding[7]), .offers,
        .valid(awvalid), .ready(awready), .start(awaddr), .len(awlen)
    );
    assign wvalid = beat_valid && in_burst != '0;
    assign wlast = in_burst == burst_t'(1);
    assign wstrb = unwritten == count_t'(1) ? last_bytes : '1;
    assign moves = wvalid && wready;
    always_ff @(posedge clk) begin
        if (rst) begin
            ready_beats <= '0;
            in_burst <= '0;
        end else begin
            ready_beats <= ready_beats + beats_t'(fills) - (offers ? beats_t'(burst) : '0);
            if (awvalid && awready) in_burst <= requested;
            else if (moves) in_burst <= in_burst - 1'b1;
        end
        if (offers) requested <= burst;
    end

    assign bready = 1'b1;
    assign busy = counts || sizes || first || unwritten != '0 || outstanding != '0;
    always_ff @(posedge clk) begin
        if (rst) outstanding <= '0;
        else outstanding <= outstanding + 8'(offers) - 8'(bvalid);
        if (rst || start) error <= 1'b0;
        else if (bvalid && bresp[1]) error <= 1'b1;
    end

    logic unused;
    assign unused = &{1'b0, bresp[0], left};
endmodule
