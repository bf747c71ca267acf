// Copies WORDS words of weights into a memory once, and sends them again and again.
//
// A word has LANES rows, each the low bits of whole bytes.
module qnn_weights #(
    parameter int LANES = 1,
    parameter int BITS = 8,
    parameter int BYTES = 1,
    parameter int WORDS = 2
) (
    input  logic                     clk,
    input  logic                     rst,
    input  logic                     tvalid,
    output logic                     tready,
    input  logic [LANES*BYTES*8-1:0] tdata,
    input  logic                     out_room,
    output logic                     out_take,
    output logic                     out_push,
    output logic [LANES*BITS-1:0]    out_data
);
    logic copied, stores, last;
    logic [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] place;
    qnn_place #(.COUNT(WORDS)) words (
        .clk, .rst, .step(stores || out_take), .value(place), .last
    );
    assign tready = !copied;
    assign stores = tvalid && !copied;
    assign out_take = copied && out_room;

    logic [LANES*BITS-1:0] row;
    for (genvar lane = 0; lane < LANES; ++lane) begin : g_lane
        assign row[lane*BITS+:BITS] = tdata[lane*BYTES*8+:BITS];
    end

    // The word that is sent next is read in advance: when the last one is stored, or one is sent.
    logic [LANES*BITS-1:0] word;
    assign out_push = out_take;
    assign out_data = word;
    if (WORDS == 1) begin : g_register
        always_ff @(posedge clk) if (stores) word <= row;
    end else begin : g_memory
        localparam int PLACE_BITS = $clog2(WORDS);
        logic [LANES*BITS-1:0] memory[WORDS];
        logic [PLACE_BITS-1:0] next;
        assign next = last ? '0 : place + 1'b1;
        always_ff @(posedge clk) begin
            if (stores) memory[place] <= row;
            if ((stores && last) || out_take) word <= memory[next];
        end
    end
    always_ff @(posedge clk) begin
        if (rst) copied <= 1'b0;
        else if (stores && last) copied <= 1'b1;
    end

    logic unused;
    assign unused = &{1'b0, tdata, place};
endmodule
