// A word, CYCLES later.
module qnn_delay #(
    parameter int WIDTH = 1,
    parameter int CYCLES = 1
) (
    input  logic             clk,
    input  logic             rst,
    input  logic [WIDTH-1:0] data,
    output logic [WIDTH-1:0] delayed
);
    if (CYCLES == 0) begin : g_wire
        assign delayed = data;

        logic unused;
        assign unused = &{1'b0, clk, rst};
    end else begin : g_registers
        logic [WIDTH-1:0] words[CYCLES];
        always_ff @(posedge clk) begin
            for (int i = 0; i < CYCLES; ++i) begin
                if (rst) words[i] <= '0;
                else words[i] <= i == 0 ? data : words[i-1];
            end
        end
        assign delayed = words[CYCLES-1];
    end
endmodule
