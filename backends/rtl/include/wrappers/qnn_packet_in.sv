// A port of an Avalon-ST sink with packets: a packet is a frame of FRAME_WORDS words.
//
// Words that do not begin a packet where a frame begins are dropped: after a packet of the wrong
// length the design finds the beginning of a frame again.
module qnn_packet_in #(
    parameter int WIDTH = 8,
    parameter int FRAME_WORDS = 1
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             valid,
    output logic             ready,
    input  logic [WIDTH-1:0] data,
    input  logic             startofpacket,
    input  logic             endofpacket,
    output logic             tvalid,
    input  logic             tready,
    output logic [WIDTH-1:0] tdata
);
    logic takes, held, begins, drops, last, frame_starts;
    assign takes = valid && ready;
    qnn_fifo #(.WIDTH(WIDTH + 1), .DEPTH(2)) held_words (
        .clk, .rst, .room(ready), .take(takes), .push(takes), .push_data({startofpacket, data}),
        .valid(held), .data({begins, tdata}), .pop(drops || (tvalid && tready))
    );
    assign drops = held && frame_starts && !begins;
    assign tvalid = held && !drops;
    qnn_counter #(.COUNT(FRAME_WORDS)) word (.clk, .rst, .step(tvalid && tready), .last);
    always_ff @(posedge clk) begin
        if (rst) frame_starts <= 1'b1;
        else if (tvalid && tready) frame_starts <= last;
    end

    logic unused;
    assign unused = &{1'b0, endofpacket};
endmodule
