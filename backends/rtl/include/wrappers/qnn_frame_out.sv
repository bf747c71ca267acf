// Holds the words of one result at a port of the design, and sends them as single bytes.
module qnn_frame_out #(
    parameter int WORD_BYTES = 1,
    parameter int FRAME_WORDS = 1
) (
    input  logic                    clk,
    input  logic                    rst,
    input  logic                    tvalid,
    output logic                    tready,
    input  logic [8*WORD_BYTES-1:0] tdata,
    // All words of a result are held.
    output logic                    full,
    input  logic                    pop,
    output logic [7:0]              data
);
    logic room, takes, held, last;
    logic [8*WORD_BYTES-1:0] word, rest;
    assign tready = room;
    assign full = !room;
    assign takes = tvalid && room;
    qnn_fifo #(.WIDTH(8 * WORD_BYTES), .DEPTH(FRAME_WORDS)) held_words (
        .clk, .rst, .room, .take(takes), .push(takes), .push_data(tdata),
        .valid(held), .data(word), .pop(pop && last)
    );

    // Bytes of the word that were sent.
    logic [(WORD_BYTES > 1 ? $clog2(WORD_BYTES) : 1)-1:0] place;
    qnn_place #(.COUNT(WORD_BYTES)) bytes (.clk, .rst, .step(pop), .value(place), .last);
    assign rest = word >> (8 * place);
    assign data = rest[7:0];

    logic unused;
    assign unused = &{1'b0, rest, held};
endmodule
