// The bursts of a transfer over AXI4: each ends at the latest at a multiple of BEATS beats, so that
// none crosses a boundary of 4 KiB.
//
// `load` starts a transfer of `beats` beats; a burst is offered when `allowed`, and stays until it
// is taken.
module qnn_axi_burst #(
    parameter int BUS_BYTES = 8,
    parameter int BEATS = 16
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   load,
    input  logic [63:0]            address,
    input  logic [47:0]            beats,
    // The beats of the next burst, and whether there is one.
    output logic [$clog2(BEATS):0] count,
    output logic                   left,
    input  logic                   allowed,
    // Whether a burst is offered from the next cycle on.
    output logic                   offers,
    output logic                   valid,
    input  logic                   ready,
    output logic [63:0]            start,
    output logic [7:0]             len
);
    localparam int BUS_BITS = $clog2(BUS_BYTES);
    localparam int COUNT_BITS = $clog2(BEATS) + 1;
    typedef logic [COUNT_BITS-1:0] count_t;

    logic [63-BUS_BITS:0] place;
    logic [47:0] remaining;
    count_t room;
    assign room = count_t'(BEATS) - count_t'(place[COUNT_BITS-2:0]);
    assign count = remaining < 48'(room) ? count_t'(remaining) : room;
    assign left = remaining != '0;
    assign offers = left && allowed && !valid;

    always_ff @(posedge clk) begin
        if (rst) begin
            remaining <= '0;
            valid <= 1'b0;
        end else begin
            if (load) remaining <= beats;
            else if (offers) remaining <= remaining - 48'(count);
            if (offers) valid <= 1'b1;
            else if (ready) valid <= 1'b0;
        end
        if (load) place <= address[63:BUS_BITS];
        else if (offers) place <= place + (64 - BUS_BITS)'(count);
        if (offers) begin
            start <= {place, BUS_BITS'(0)};
            len <= 8'(count) - 8'd1;
        end
    end

    logic unused;
    assign unused = &{1'b0, address};
endmodule
