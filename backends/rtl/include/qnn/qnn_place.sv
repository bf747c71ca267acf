// Counts steps from 0 to COUNT - 1 and starts again.
module qnn_place #(
    parameter int COUNT = 2,
    localparam int BITS = COUNT > 1 ? $clog2(COUNT) : 1
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            step,
    output logic [BITS-1:0] value,
    output logic            last
);
    if (COUNT == 1) begin : g_constant
        assign value = '0;
        assign last = 1'b1;

        logic unused;
        assign unused = &{1'b0, clk, rst, step};
    end else begin : g_counter
        always_ff @(posedge clk) begin
            if (rst) begin
                value <= '0;
                last  <= 1'b0;
            end else if (step) begin
                value <= last ? '0 : value + 1'b1;
                last  <= !last && value == BITS'(COUNT - 2);
            end
        end
    end
endmodule
