// Receives bytes over a serial line: a start bit, eight bits from the lowest, a stop bit (8N1).
//
// `broken` is set in the cycle in which a stop bit is missing, as in a break; the receiver then
// waits until the line is idle.
module qnn_uart_receive #(
    parameter int CYCLES_PER_BIT = 868
) (
    input  logic       clk,
    input  logic       rst,
    input  logic       line,
    output logic       valid,
    output logic [7:0] data,
    output logic       broken
);
    localparam int COUNT_BITS = $clog2(CYCLES_PER_BIT + 1);
    typedef logic [COUNT_BITS-1:0] count_t;
    typedef enum logic [1:0] {IDLE, START, BITS, BREAK} state_t;

    (* async_reg = "true" *) logic [1:0] sampled;
    state_t state;
    count_t count;
    logic [3:0] left;
    logic now;
    assign now = count == '0;

    always_ff @(posedge clk) begin
        valid <= 1'b0;
        broken <= 1'b0;
        sampled <= {sampled[0], line};
        if (rst) begin
            sampled <= 2'b11;
            state <= BREAK;
            count <= '0;
            left <= '0;
        end else begin
            count <= now ? count_t'(CYCLES_PER_BIT - 1) : count - 1'b1;
            case (state)
                IDLE: begin
                    // Bits are read in their middle.
                    count <= count_t'(CYCLES_PER_BIT / 2);
                    if (!sampled[1]) state <= START;
                end
                START: if (now) begin
                    left <= 4'd8;
                    state <= sampled[1] ? IDLE : BITS;
                end
                BITS: if (now) begin
                    left <= left - 4'd1;
                    if (left != '0) begin
                        data <= {sampled[1], data[7:1]};
                    end else begin
                        valid <= sampled[1];
                        broken <= !sampled[1];
                        state <= sampled[1] ? IDLE : BREAK;
                    end
                end
                BREAK: if (sampled[1]) state <= IDLE;
            endcase
        end
    end
endmodule
