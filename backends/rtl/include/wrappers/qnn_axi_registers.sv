// The registers of a design as an AXI4-Lite slave, in the layout of a kernel of HLS.
//
//   0x000        control: bit 0 start, bit 1 done (cleared by reading), bit 2 idle, bit 3 ready
//   0x004        bit 0 enables the interrupt
//   0x008        bit 0 lets `done` interrupt
//   0x00c        bit 0 is the interrupt; writing a one inverts it
//   0x010 + 12 i the address of buffer i: 64 bits
//   0x010 + 12 N the number of frames, for N buffers
//   0xff4        bit 0: an access to memory has failed since the last start
//   0xff8        the fingerprint of the design: 64 bits, read only
module qnn_axi_registers #(
    parameter int BUFFERS = 1,
    parameter logic [63:0] FINGERPRINT = '0
) (
    input  logic                  clk,
    input  logic                  rst,
    input  logic [11:0]           awaddr,
    input  logic                  awvalid,
    output logic                  awready,
    input  logic [31:0]           wdata,
    input  logic [3:0]            wstrb,
    input  logic                  wvalid,
    output logic                  wready,
    output logic [1:0]            bresp,
    output logic                  bvalid,
    input  logic                  bready,
    input  logic [11:0]           araddr,
    input  logic                  arvalid,
    output logic                  arready,
    output logic [31:0]           rdata,
    output logic [1:0]            rresp,
    output logic                  rvalid,
    input  logic                  rready,
    output logic                  start,
    output logic [64*BUFFERS-1:0] addresses,
    output logic [31:0]           frames,
    input  logic                  busy,
    input  logic                  error,
    output logic                  irq
);
    typedef logic [9:0] register_t;
    localparam register_t CONTROL = 10'h000, INTERRUPT_ENABLE = 10'h001, DONE_ENABLE = 10'h002;
    localparam register_t INTERRUPT = 10'h003, STATUS = 10'h3fd;
    localparam register_t FINGERPRINT_LOW = 10'h3fe, FINGERPRINT_HIGH = 10'h3ff;
    localparam register_t FRAMES = register_t'(4 + 3 * BUFFERS);

    // An address and a word are accepted independently, and written when both are there.
    logic address_held, word_held, write;
    register_t written;
    logic [31:0] word;
    logic [3:0] bytes;
    assign awready = !address_held;
    assign wready = !word_held;
    assign write = address_held && word_held && !bvalid;
    assign bresp = 2'b00;
    always_ff @(posedge clk) begin
        if (rst) begin
            address_held <= 1'b0;
            word_held <= 1'b0;
            bvalid <= 1'b0;
        end else begin
            if (write) begin
                address_held <= 1'b0;
                word_held <= 1'b0;
            end
            if (awvalid && awready) address_held <= 1'b1;
            if (wvalid && wready) word_held <= 1'b1;
            if (write) bvalid <= 1'b1;
            else if (bready) bvalid <= 1'b0;
        end
        if (awready) written <= awaddr[11:2];
        if (wready) begin
            word <= wdata;
            bytes <= wstrb;
        end
    end

    function automatic logic [31:0] merged(logic [31:0] old);
        for (int i = 0; i < 4; ++i) merged[8*i+:8] = bytes[i] ? word[8*i+:8] : old[8*i+:8];
    endfunction

    // A run: from the start until no port is busy. The ports are busy two cycles after the start.
    logic running, settling, done, finished, sets, clears;
    logic interrupt_enable, done_enable, interrupted;
    assign sets = write && written == CONTROL && bytes[0] && word[0];
    assign finished = running && !start && !settling && !busy;
    assign clears = arvalid && arready && araddr[11:2] == CONTROL;
    always_ff @(posedge clk) begin
        if (rst) begin
            start <= 1'b0;
            settling <= 1'b0;
            running <= 1'b0;
            done <= 1'b0;
            interrupted <= 1'b0;
            interrupt_enable <= 1'b0;
            done_enable <= 1'b0;
        end else begin
            start <= sets && !running;
            settling <= start;
            if (sets && !running) running <= 1'b1;
            else if (finished) running <= 1'b0;
            if (finished) done <= 1'b1;
            else if (clears) done <= 1'b0;
            if (finished && done_enable) interrupted <= 1'b1;
            else if (write && written == INTERRUPT && bytes[0] && word[0]) interrupted <= !interrupted;
            if (write && written == INTERRUPT_ENABLE && bytes[0]) interrupt_enable <= word[0];
            if (write && written == DONE_ENABLE && bytes[0]) done_enable <= word[0];
        end
        irq <= interrupt_enable && interrupted && !rst;
    end

    always_ff @(posedge clk) begin
        if (rst) begin
            addresses <= '0;
            frames <= '0;
        end else if (write) begin
            for (int i = 0; i < BUFFERS; ++i) begin
                for (int half = 0; half < 2; ++half) begin
                    if (written == register_t'(4 + 3 * i + half)) begin
                        addresses[64*i+32*half+:32] <= merged(addresses[64*i+32*half+:32]);
                    end
                end
            end
            if (written == FRAMES) frames <= merged(frames);
        end
    end

    logic [31:0] found;
    always_comb begin
        found = '0;
        case (araddr[11:2])
            CONTROL: found[3:0] = {done, !running, done, running};
            INTERRUPT_ENABLE: found[0] = interrupt_enable;
            DONE_ENABLE: found[0] = done_enable;
            INTERRUPT: found[0] = interrupted;
            FRAMES: found = frames;
            STATUS: found[0] = error;
            FINGERPRINT_LOW: found = FINGERPRINT[31:0];
            FINGERPRINT_HIGH: found = FINGERPRINT[63:32];
            default: begin
                for (int i = 0; i < BUFFERS; ++i) begin
                    for (int half = 0; half < 2; ++half) begin
                        if (araddr[11:2] == register_t'(4 + 3 * i + half)) begin
                            found = addresses[64*i+32*half+:32];
                        end
                    end
                end
            end
        endcase
    end

    assign arready = !rvalid;
    assign rresp = 2'b00;
    always_ff @(posedge clk) begin
        if (rst) rvalid <= 1'b0;
        else if (arvalid && arready) rvalid <= 1'b1;
        else if (rready) rvalid <= 1'b0;
        if (arready) rdata <= found;
    end

    logic unused;
    assign unused = &{1'b0, awaddr[1:0], araddr[1:0]};
endmodule
