// Repacks words into words of another width, the first in the lowest bits.
module qnn_repack #(
    parameter int IN_WIDTH = 8,
    parameter int OUT_WIDTH = 8
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
    if (IN_WIDTH == OUT_WIDTH) begin : g_same
        assign in_pop = in_valid && out_room;
        assign out_take = in_pop;
        assign out_push = in_pop;
        assign out_data = in_data;

        logic unused;
        assign unused = &{1'b0, clk, rst};
    end else if (IN_WIDTH % OUT_WIDTH == 0) begin : g_narrow
        qnn_narrow #(.IN_WIDTH(IN_WIDTH), .OUT_WIDTH(OUT_WIDTH)) repack (.*);
    end else if (OUT_WIDTH % IN_WIDTH == 0) begin : g_widen
        qnn_widen #(.IN_WIDTH(IN_WIDTH), .OUT_WIDTH(OUT_WIDTH)) repack (.*);
    end else begin : g_regroup
        qnn_regroup #(.IN_WIDTH(IN_WIDTH), .OUT_WIDTH(OUT_WIDTH)) repack (.*);
    end
endmodule
