// Sends bytes over a serial line: a start bit, eight bits from the lowest, a stop bit (8N1).
module qnn_uart_send #(
    parameter int CYCLES_PER_BIT = 868
) (
    input  logic       clk,
    input  logic       rst,
    input  logic       valid,
    output logic       ready,
    input  logic [7:0] data,
    output logic       line
);
    typedef logic [$clog2(CYCLES_PER_BIT + 1)-1:0] count_t;

    count_t count;
    logic [8:0] bits;
    logic [3:0] left;
    assign ready = left == '0;
    always_ff @(posedge clk) begin
        if (rst) begin
            count <= '0;
            left <= '0;
            bits <= '1;
            line <= 1'b1;
        end else if (ready) begin
            line <= !valid;
            count <= count_t'(CYCLES_PER_BIT - 1);
            bits <= {1'b1, data};
            if (valid) left <= 4'd10;
        end else begin
            count <= count == '0 ? count_t'(CYCLES_PER_BIT - 1) : count - 1'b1;
            if (count == '0) begin
                left <= left - 4'd1;
                line <= bits[0];
                bits <= {1'b1, bits[8:1]};
            end
        end
    end
endmodule
