// The commands of a host that sends and receives bytes, over a serial line or an SPI bus:
//
//   F  the design replies with the eight bytes of its fingerprint, the lowest first
//   D  the design replies with 1, and the bytes of a frame of each input follow; or with 0 if it
//      still holds a frame, and no bytes follow
//   R  the design replies with 1, and then with the bytes of a result of each output; or with 0 if
//      no result is complete, and no bytes follow
//
// Other bytes are ignored. `aborts` ends a command; if its data was not complete, the design is
// reset, since it has taken a part of a frame.
module qnn_byte_host #(
    parameter logic [63:0] FINGERPRINT = '0,
    parameter int INPUTS = 1,
    parameter int OUTPUTS = 1,
    // The bytes of a frame of each port, the first in the lowest bits.
    parameter logic [32*INPUTS-1:0] INPUT_BYTES = '0,
    parameter logic [32*OUTPUTS-1:0] OUTPUT_BYTES = '0
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 aborts,
    input  logic                 valid,
    input  logic [7:0]           data,
    output logic                 reply_valid,
    input  logic                 reply_ready,
    output logic [7:0]           reply,
    // The design's reset.
    output logic                 core_rst,
    output logic [INPUTS-1:0]    in_valid,
    output logic [7:0]           in_data,
    input  logic [INPUTS-1:0]    in_empty,
    input  logic [OUTPUTS-1:0]   out_full,
    output logic [OUTPUTS-1:0]   out_pop,
    input  logic [8*OUTPUTS-1:0] out_data
);
    typedef enum logic [2:0] {IDLE, FINGER, ACCEPT, REFUSE, FRAME, OFFER, RESULT} state_t;
    localparam int PORTS = INPUTS > OUTPUTS ? INPUTS : OUTPUTS;
    localparam int PORT_BITS = PORTS > 1 ? $clog2(PORTS) : 1;
    typedef logic [PORT_BITS-1:0] port_t;

    state_t state;
    port_t port;
    logic [31:0] count;
    logic [63:0] finger;
    logic moves, in_last, out_last;
    assign in_last = count == INPUT_BYTES[32*port+:32] - 32'd1;
    assign out_last = count == OUTPUT_BYTES[32*port+:32] - 32'd1;
    assign moves = state == FRAME ? valid : reply_valid && reply_ready;

    logic [7:0] result;
    always_comb begin
        in_valid = '0;
        out_pop = '0;
        result = '0;
        for (int i = 0; i < INPUTS; ++i) begin
            in_valid[i] = state == FRAME && valid && port == port_t'(i);
        end
        for (int i = 0; i < OUTPUTS; ++i) begin
            if (port == port_t'(i)) result = out_data[8*i+:8];
            out_pop[i] = state == RESULT && moves && port == port_t'(i);
        end
    end
    assign in_data = data;
    assign reply_valid = state != IDLE && state != FRAME;
    always_comb begin
        case (state)
            FINGER: reply = finger[7:0];
            ACCEPT, OFFER: reply = 8'd1;
            RESULT: reply = result;
            default: reply = 8'd0;
        endcase
    end

    always_ff @(posedge clk) begin
        if (rst || aborts) begin
            state <= IDLE;
            port <= '0;
            count <= '0;
            finger <= FINGERPRINT;
        end else begin
            case (state)
                IDLE: if (valid) begin
                    case (data)
                        "F": state <= FINGER;
                        "D": state <= &in_empty ? ACCEPT : REFUSE;
                        "R": state <= &out_full ? OFFER : REFUSE;
                        default: state <= IDLE;
                    endcase
                end
                FINGER: if (moves) begin
                    finger <= {finger[7:0], finger[63:8]};
                    count <= count + 32'd1;
                    if (count == 32'd7) begin
                        count <= '0;
                        state <= IDLE;
                    end
                end
                ACCEPT: if (moves) state <= FRAME;
                OFFER: if (moves) state <= RESULT;
                FRAME, RESULT: if (moves) begin
                    count <= count + 32'd1;
                    if (state == FRAME ? in_last : out_last) begin
                        count <= '0;
                        port <= port + 1'b1;
                        if (port == port_t'((state == FRAME ? INPUTS : OUTPUTS) - 1)) begin
                            port <= '0;
                            state <= IDLE;
                        end
                    end
                end
                default: if (moves) state <= IDLE;
            endcase
        end
    end

    // A reset lasts for four cycles.
    logic [3:0] resets;
    assign core_rst = resets[3];
    always_ff @(posedge clk) begin
        if (rst || (aborts && (state == FRAME || state == RESULT))) resets <= '1;
        else resets <= resets << 1;
    end
endmodule
