// Repacks words into words of another width, where neither width divides the other.
module qnn_regroup #(
    parameter int IN_WIDTH = 6,
    parameter int OUT_WIDTH = 4
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    input  logic [IN_WIDTH-1:0]  in_data,
    output logic                 in_pop,
    input  logic                 out_room,
    output logic                 out_take,
    output logic                 out_push,
    output logic [OUT_WIDTH-1:0] out_data
);
    localparam int HELD_BITS = IN_WIDTH + OUT_WIDTH;
    typedef logic [$clog2(HELD_BITS + 1)-1:0] bits_t;

    // Fewer bits than an output word are held when a word is read.
    logic [HELD_BITS-1:0] held, filled;
    bits_t count, filled_count;
    logic reads, writes, fire;

    assign reads = count < bits_t'(OUT_WIDTH);
    assign filled = reads ? held | (HELD_BITS'(in_data) << count) : held;
    assign filled_count = reads ? count + bits_t'(IN_WIDTH) : count;
    assign writes = filled_count >= bits_t'(OUT_WIDTH);

    assign fire = (in_valid || !reads) && (out_room || !writes);
    assign in_pop = fire && reads;
    assign out_take = fire && writes;
    assign out_push = out_take;
    assign out_data = filled[OUT_WIDTH-1:0];

    always_ff @(posedge clk) begin
        if (rst) begin
            held  <= '0;
            count <= '0;
        end else if (fire) begin
            held  <= writes ? filled >> OUT_WIDTH : filled;
            count <= writes ? filled_count - bits_t'(OUT_WIDTH) : filled_count;
        end
    end
endmodule
