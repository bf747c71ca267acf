// Packs single bytes into words for a port of the design, and holds the words of one frame.
module qnn_frame_in #(
    parameter int WORD_BYTES = 1,
    parameter int FRAME_WORDS = 1
) (
    input  logic                    clk,
    input  logic                    rst,
    input  logic                    valid,
    input  logic [7:0]              data,
    // No word is held.
    output logic                    empty,
    output logic                    tvalid,
    input  logic                    tready,
    output logic [8*WORD_BYTES-1:0] tdata
);
    logic room, take, push, popped;
    logic [8*WORD_BYTES-1:0] word;
    qnn_repack #(.IN_WIDTH(8), .OUT_WIDTH(8 * WORD_BYTES)) repack (
        .clk, .rst, .in_valid(valid), .in_data(data), .in_pop(popped),
        .out_room(room), .out_take(take), .out_push(push), .out_data(word)
    );
    qnn_fifo #(.WIDTH(8 * WORD_BYTES), .DEPTH(FRAME_WORDS)) held_words (
        .clk, .rst, .room, .take, .push, .push_data(word),
        .valid(tvalid), .data(tdata), .pop(tvalid && tready)
    );
    assign empty = !tvalid;

    logic unused;
    assign unused = &{1'b0, popped};
endmodule
