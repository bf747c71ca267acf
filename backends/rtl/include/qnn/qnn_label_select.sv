// The indices of the K largest scores in descending order. Among equal scores the lowest index comes
// first, or the highest one if LAST is 1.
//
// The iteration that reads the last of WORDS words of scores writes the first indices; the latency
// is 1 cycle.
module qnn_label_select #(
    parameter int LANES_IN = 1,
    parameter int LANES_OUT = 1,
    parameter int WORDS = 1,
    parameter int K = 1,
    parameter bit LAST = 0,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int OUT_BITS = 4
) (
    input  logic                          clk,
    input  logic                          rst,
    input  logic                          in_valid,
    input  logic [LANES_IN*IN_BITS-1:0]   in_data,
    output logic                          in_pop,
    input  logic                          out_room,
    output logic                          out_take,
    output logic                          out_push,
    output logic [LANES_OUT*OUT_BITS-1:0] out_data
);
    localparam int STEPS = WORDS + K / LANES_OUT - 1;
    localparam int STEP_BITS = STEPS > 1 ? $clog2(STEPS) : 1;
    localparam int PLACE_BITS = $clog2(K + LANES_IN + 1);
    typedef logic signed [IN_BITS:0] score_t;
    typedef logic [OUT_BITS-1:0] index_t;
    typedef logic [PLACE_BITS-1:0] place_t;

    logic fire, reads, writes, last;
    logic [STEP_BITS-1:0] step, written;
    qnn_place #(.COUNT(STEPS)) steps (.clk, .rst, .step(fire), .value(step), .last);
    assign reads = int'(step) < WORDS;
    assign writes = int'(step) >= WORDS - 1;
    assign fire = (in_valid || !reads) && (out_room || !writes);
    assign in_pop = fire && reads;
    assign out_take = fire && writes;

    // The best scores so far, in order, and their number.
    score_t best[K], scores[LANES_IN];
    index_t indices[K], first_index;
    place_t held;

    for (genvar i = 0; i < LANES_IN; ++i) begin : g_lane
        qnn_number #(.BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .IS_BIPOLAR(IN_BIPOLAR)) decode (
            .code(in_data[i*IN_BITS+:IN_BITS]), .number(scores[i])
        );
    end

    // Whether a score is ahead of one with a higher index.
    function automatic logic ahead(score_t earlier, score_t later);
        return LAST ? earlier > later : earlier >= later;
    endfunction

    // The place of a score is the number of scores ahead of it.
    place_t held_place[K], place[LANES_IN];
    always_comb begin
        for (int k = 0; k < K; ++k) held_place[k] = place_t'(k);
        for (int i = 0; i < LANES_IN; ++i) begin
            place[i] = '0;
            for (int other = 0; other < LANES_IN; ++other) begin
                if (other < i && ahead(scores[other], scores[i])) place[i] += 1'b1;
                if (other > i && !ahead(scores[i], scores[other])) place[i] += 1'b1;
            end
            for (int k = 0; k < K; ++k) begin
                if (place_t'(k) < held && ahead(best[k], scores[i])) place[i] += 1'b1;
                else held_place[k] += 1'b1;
            end
        end
    end

    always_ff @(posedge clk) begin
        if (in_pop) begin
            for (int k = 0; k < K; ++k) begin
                for (int i = 0; i <= k; ++i)
                    if (held_place[i] == place_t'(k)) begin
                        best[k] <= best[i];
                        indices[k] <= indices[i];
                    end
                for (int i = 0; i < LANES_IN; ++i)
                    if (place[i] == place_t'(k)) begin
                        best[k] <= scores[i];
                        indices[k] <= first_index + index_t'(i);
                    end
            end
        end
        if (rst || (fire && last)) begin
            held <= '0;
            first_index <= '0;
        end else if (in_pop) begin
            held <= int'(held) + LANES_IN < K ? held + place_t'(LANES_IN) : place_t'(K);
            first_index <= first_index + index_t'(LANES_IN);
        end
        written <= step - STEP_BITS'(WORDS - 1);
        out_push <= out_take && !rst;
    end
    for (genvar i = 0; i < LANES_OUT; ++i) begin : g_result
        assign out_data[i*OUT_BITS+:OUT_BITS] = indices[int'(written)*LANES_OUT+i];
    end
endmodule
