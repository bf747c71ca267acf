// Repeats every pixel, down and across.
//
// The words of a line are stored while its first copy is written. The first word of each pixel is
// read from the stream when the pixel is written for the first time.
module qnn_upsample #(
    parameter int WIDTH = 8,
    parameter int PIXELS = 1,
    parameter int DOWN = 2,
    parameter int ACROSS = 2,
    parameter int PIXEL_WORDS = 1
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             in_valid,
    input  logic [WIDTH-1:0] in_data,
    output logic             in_pop,
    input  logic             out_room,
    output logic             out_take,
    output logic             out_push,
    output logic [WIDTH-1:0] out_data
);
    localparam int LINE_WORDS = PIXELS * PIXEL_WORDS;
    localparam int BITS = LINE_WORDS > 1 ? $clog2(LINE_WORDS) : 1;

    logic last_word, last_across, last_pixel, first_across, first_down, reads, reused;
    qnn_counter #(.COUNT(PIXEL_WORDS)) word (
        .clk, .rst, .step(out_take), .last(last_word)
    );
    qnn_counter #(.COUNT(ACROSS)) across (
        .clk, .rst, .step(out_take && last_word), .last(last_across)
    );
    qnn_counter #(.COUNT(PIXELS)) pixel (
        .clk, .rst, .step(out_take && last_word && last_across), .last(last_pixel)
    );
    logic last_down;
    qnn_counter #(.COUNT(DOWN)) down (
        .clk,
        .rst,
        .step(out_take && last_word && last_across && last_pixel),
        .last(last_down)
    );
    always_ff @(posedge clk) begin
        if (rst) begin
            first_across <= 1'b1;
            first_down <= 1'b1;
        end else if (out_take && last_word) begin
            first_across <= last_across;
            if (last_across && last_pixel) first_down <= last_down;
        end
    end

    assign reads = first_down && first_across;
    assign out_take = out_room && (in_valid || !reads);
    assign in_pop = out_take && reads;

    // The place of the word in its line; it returns to the start of the pixel for each copy.
    logic [BITS-1:0] place, start;
    always_ff @(posedge clk) begin
        if (rst) begin
            place <= '0;
            start <= '0;
        end else if (out_take) begin
            if (!last_word) place <= place + 1'b1;
            else if (!last_across) place <= start;
            else if (last_pixel) {place, start} <= '0;
            else begin
                place <= place + 1'b1;
                start <= place + 1'b1;
            end
        end
    end

    logic [WIDTH-1:0] line[LINE_WORDS];
    logic [WIDTH-1:0] stored, passed;
    always_ff @(posedge clk) begin
        if (in_pop) line[place] <= in_data;
        stored <= line[place];
        passed <= in_data;
        reused <= !reads;
        out_push <= out_take && !rst;
    end
    assign out_data = reused ? stored : passed;
endmodule
