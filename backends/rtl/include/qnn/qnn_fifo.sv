// A channel: a FIFO of DEPTH words between two processes.
//
// The writer reserves room with `take` in the cycle in which an iteration starts, and delivers the
// word with `push` when it leaves the writer's pipeline, so that a pipeline never has to stop. A
// word can be read in the cycle after it was pushed; its room is free in the cycle after it was
// popped. Outputs are registers, or a multiplexer or a small memory behind registers.
module qnn_fifo #(
    parameter int WIDTH = 8,
    parameter int DEPTH = 2,
    // The maximum depth of a FIFO that is read without a register behind the memory, as LUTs can do.
    localparam int MAX_LUT_DEPTH = 128
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
            free <= free + (take ? '1 : count_t'(1));
            room <= !take || free != count_t'(1);
        end
    end

    // Whether a word is left when one is read.
    logic more;
    always_ff @(posedge clk) begin
        if (rst) valid <= 1'b0;
        else if (push) valid <= 1'b1;
        else if (pop) valid <= more;
    end

    if (DEPTH == 1) begin : g_register
        assign more = 1'b0;
        always_ff @(posedge clk) if (push) data <= push_data;
    end else begin : g_memory
        localparam int PLACE_BITS = $clog2(DEPTH);
        // Memories of up to 512 words have a power of two anyway, so that places wrap by themselves.
        localparam int WORDS = DEPTH <= 512 ? 1 << PLACE_BITS : DEPTH;
        typedef logic [PLACE_BITS-1:0] place_t;

        logic [WIDTH-1:0] words[WORDS];
        place_t head, tail, next_head;

        function automatic place_t after(place_t place);
            return WORDS < 1 << PLACE_BITS && place == place_t'(WORDS - 1) ? '0 : place + 1'b1;
        endfunction

        assign next_head = pop ? after(head) : head;
        assign more = next_head != tail;
        always_ff @(posedge clk) begin
            if (rst) begin
                head <= '0;
                tail <= '0;
            end else begin
                head <= next_head;
                if (push) tail <= after(tail);
            end
        end
        always_ff @(posedge clk) if (push) words[tail] <= push_data;

        if (DEPTH <= MAX_LUT_DEPTH) begin : g_luts
            assign data = words[head];
        end else begin : g_block
            // The memory returns the old word at the place that is written; the new one passes it.
            logic [WIDTH-1:0] stored, newest;
            logic bypass;
            assign data = bypass ? newest : stored;
            always_ff @(posedge clk) begin
                stored <= words[next_head];
                newest <= push_data;
                bypass <= push && tail == next_head;
            end
        end
    end

`ifdef QNN_SIMULATION
    // `peak` is the maximum number of words with reserved room, including one that is being read.
    // It is printed at the end of a simulation with `+channels`.
    int reserved, peak, held;
    assign reserved = DEPTH - int'(free) + int'(take);
    always_ff @(posedge clk) begin
        if (rst) {peak, held} <= '0;
        else begin
            if (reserved > peak) peak <= reserved;
            held <= held + int'(push) - int'(pop);
        end
    end
    final begin
        if ($test$plusargs("channels"))
            $display("channel %m %0d %0d %0d", held, peak, DEPTH);
    end
`endif
endmodule
