// A channel: a FIFO of DEPTH words between two processes.
//
// The writer reserves room with `take` in the cycle in which an iteration starts, and delivers the
// word with `push` when it leaves the writer's pipeline, so that a pipeline never has to stop. A
// word can be read in the cycle after it was pushed; its room is free in the cycle after it was
// popped. All outputs are registers, or one multiplexer behind a register.
module qnn_fifo #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 2
) (
    input  logic             clk,
    input  logic             rst,
    output logic             room,
    input  logic             take,
    input  logic             push,
    input  logic [WIDTH-1:0] push_data,
    output logic             valid,
    output logic [WIDTH-1:0] data,
    input  logic             pop
);
    localparam int COUNT_BITS = $clog2(DEPTH + 1);
    typedef logic [COUNT_BITS-1:0] count_t;

    // Room that no word has reserved.
    count_t free;
    always_ff @(posedge clk) begin
        if (rst) begin
            free <= count_t'(DEPTH);
            room <= 1'b1;
        end else if (take != pop) begin
            free <= take ? free - 1'b1 : free + 1'b1;
            room <= !take || free != count_t'(1);
        end
    end

    // Words that can be read.
    count_t held;
    always_ff @(posedge clk) begin
        if (rst) begin
            held  <= '0;
            valid <= 1'b0;
        end else if (push != pop) begin
            held  <= push ? held + 1'b1 : held - 1'b1;
            valid <= push || held != count_t'(1);
        end
    end

    if (DEPTH == 1) begin : g_register
        always_ff @(posedge clk) if (push) data <= push_data;
    end else begin : g_memory
        localparam int PLACE_BITS = $clog2(DEPTH);
        typedef logic [PLACE_BITS-1:0] place_t;

        logic [WIDTH-1:0] words[DEPTH];
        place_t head, tail, next_head;
        logic [WIDTH-1:0] stored, newest;
        logic bypass;

        function automatic place_t after(place_t place);
            return place == place_t'(DEPTH - 1) ? '0 : place + 1'b1;
        endfunction

        assign next_head = pop ? after(head) : head;
        assign data = bypass ? newest : stored;

        always_ff @(posedge clk) begin
            if (rst) begin
                head <= '0;
                tail <= '0;
            end else begin
                head <= next_head;
                if (push) tail <= after(tail);
            end
        end

        // The memory returns the old word at the place that is written; the new one passes it.
        always_ff @(posedge clk) begin
            if (push) words[tail] <= push_data;
            stored <= words[next_head];
            newest <= push_data;
            bypass <= push && tail == next_head;
        end
    end

`ifdef QNN_SIMULATION
    // The most words that have room at the same time, even one that is being read; on request it is
    // reported at the end.
    int reserved, peak;
    assign reserved = DEPTH - int'(free) + int'(take);
    always_ff @(posedge clk) begin
        if (rst) peak <= 0;
        else if (reserved > peak) peak <= reserved;
    end
    final begin
        if ($test$plusargs("channels"))
            $display("channel %m %0d %0d %0d", held, peak, DEPTH);
    end
`endif
endmodule
