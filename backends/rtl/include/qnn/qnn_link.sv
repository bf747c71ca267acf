// Carries the WORDS words of a frame to another device, evenly spaced over CYCLES cycles; a word
// arrives DELAY cycles after it was sent.
module qnn_link #(
    parameter int WIDTH = 8,
    parameter int WORDS = 1,
    parameter int CYCLES = 1,
    parameter int DELAY = 0
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
    // Counted from 1, word n is due in the last cycle c with c * WORDS <= n * CYCLES. The difference
    // of both is `lead` in this cycle and `last` in the one before.
    localparam int BITS = $clog2(CYCLES + WORDS);
    logic [BITS-1:0] last, lead;
    logic due, step;
    assign lead = last - BITS'(WORDS);
    assign due = lead < BITS'(WORDS);
    assign step = !due || in_pop;
    assign in_pop = due && in_valid && out_room;
    assign out_take = in_pop;
    always_ff @(posedge clk) begin
        if (rst) last <= BITS'(CYCLES);
        else if (step) last <= due ? lead + BITS'(CYCLES) : lead;
    end
    qnn_delay #(.WIDTH(WIDTH + 1), .CYCLES(DELAY)) way (
        .clk, .rst, .data({in_pop, in_data}), .delayed({out_push, out_data})
    );
endmodule
