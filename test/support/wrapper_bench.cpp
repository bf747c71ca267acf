/// Drives the wrappers of designs as their hosts do, with random waits.
///
///     simulation WRAPPER FOLDER SEED
///
/// Reads the frames of each input of the wrapper in NAME.bin, and writes NAME.result.bin for each
/// output. `wiring.hpp` declares the wrappers of a simulation.
#include <deque>
#include <map>

#include "bench.hpp"

using qnn::Bytes;
using qnn::fail;

struct Random {
    std::uint64_t state;
    unsigned next() {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return unsigned(state >> 33);
    }
    bool chance() { return next() & 1; }
};

struct Model {
    virtual ~Model() {}
    virtual void drive(Random&) {}
    /// Looks at the signals before the edge.
    virtual void sample() {}
};

/// An AXI4 memory at an address, for one master.
struct Memory : Model {
    std::string name;
    std::size_t bus = 0;
    std::uint64_t base = 0;
    Bytes bytes;
    bool fails = false;
    struct Burst { std::uint64_t address; unsigned left; };
    std::deque<Burst> reads, writes;
    unsigned responses = 0;
    // Read channel.
    CData *arvalid = nullptr, *arready, *arlen, *rvalid, *rready, *rresp, *rlast;
    QData* araddr;
    std::function<void(const unsigned char*)> put;
    // Write channel.
    CData *awvalid = nullptr, *awready, *awlen, *wvalid, *wready, *wlast, *bvalid, *bready, *bresp;
    QData* awaddr;
    std::function<std::uint64_t()> strobes;
    std::function<void(Bytes&)> get;

    Burst burst(std::uint64_t address, unsigned len) {
        const std::uint64_t size = bus * (len + 1);
        if (address % bus) fail(name + ": a burst is not aligned");
        if (len > 15) fail(name + ": a burst has more than 16 beats");
        if (address / 4096 != (address + size - 1) / 4096) fail(name + ": a burst crosses 4 KiB");
        if (address < base || address + size > base + bytes.size()) fail(name + ": outside the buffer");
        return {address - base, len + 1};
    }

    void drive(Random& random) override {
        if (arvalid) {
            *arready = random.chance() && reads.size() < 4;
            if (!*rvalid && !reads.empty() && random.chance()) {
                put(&bytes[reads.front().address]);
                *rlast = reads.front().left == 1;
                *rresp = fails ? 2 : 0;
                *rvalid = 1;
            }
        }
        if (awvalid) {
            *awready = random.chance() && writes.size() < 4;
            *wready = random.chance() && !writes.empty();
            if (!*bvalid && responses && random.chance()) *bvalid = 1;
            *bresp = fails ? 2 : 0;
        }
    }

    bool read_ends = false, write_ends = false;

    void sample() override {
        if (arvalid) {
            read_ends = *rvalid && *rready;
            if (read_ends) {
                Burst& first = reads.front();
                first.address += bus;
                if (--first.left == 0) reads.pop_front();
            }
            if (*arvalid && *arready) reads.push_back(burst(*araddr, *arlen));
        }
        if (awvalid) {
            write_ends = *bvalid && *bready;
            if (write_ends) --responses;
            if (*wvalid && *wready) {
                Burst& first = writes.front();
                Bytes data;
                get(data);
                for (std::size_t i = 0; i < bus; ++i)
                    if (strobes() >> i & 1) bytes[first.address + i] = data[i];
                first.address += bus;
                --first.left;
                if ((first.left == 0) != *wlast) fail(name + ": WLAST is not at the end of a burst");
                if (first.left == 0) {
                    writes.pop_front();
                    ++responses;
                }
            }
            if (*awvalid && *awready) writes.push_back(burst(*awaddr, *awlen));
        }
    }

    void after() {
        if (read_ends) *rvalid = 0;
        if (write_ends) *bvalid = 0;
        read_ends = write_ends = false;
    }
};

/// A sender of words with valid and ready.
struct Sender : Model {
    Bytes bytes;
    std::size_t word, frame, sent = 0, junk = 0;
    CData *valid, *ready, *start = nullptr, *end = nullptr;
    std::function<void(const unsigned char*)> put;
    bool moved = false, repeats = false;
    void drive(Random& random) override {
        if (*valid || sent == bytes.size() || !random.chance()) return;
        put(&bytes[sent]);
        if (start) {
            *start = sent % frame == 0 && junk == 0;
            *end = sent % frame == frame - word && junk == 0;
        }
        *valid = 1;
    }
    void sample() override { moved = *valid && *ready; }
    void after() {
        if (!moved) return;
        *valid = moved = false;
        if (junk) --junk;
        else sent += word;
        if (repeats && sent == bytes.size()) sent = 0;
    }
};

struct Receiver : Model {
    Bytes bytes;
    std::size_t word, frame;
    CData *valid, *ready, *start, *end;
    std::function<void(Bytes&)> get;
    void drive(Random& random) override { *ready = random.chance(); }
    void sample() override {
        if (!*valid || !*ready) return;
        if (*start != (bytes.size() % frame == 0)) fail("startofpacket is not at the start");
        get(bytes);
        if (*end != (bytes.size() % frame == 0)) fail("endofpacket is not at the end");
    }
};

struct Lite {
    CData *awvalid, *awready, *wvalid, *wready, *wstrb, *bvalid, *bready;
    CData *arvalid, *arready, *rvalid, *rready, *irq;
    SData *awaddr, *araddr;
    IData *wdata, *rdata;
};

struct Serial {
    // The lines of a UART, or those of SPI.
    CData *rx = nullptr, *tx, *sck, *cs_n, *mosi, *miso;
};

struct Port {
    std::string name;
    std::size_t word, frame;
    bool is_output;
};

struct Host {
    CData* clk = nullptr;
    std::vector<Port> ports;
    std::vector<Memory*> memories;
    std::vector<Sender*> senders;
    std::vector<Receiver*> receivers;
    Lite* lite = nullptr;
    Serial* serial = nullptr;
};

#include "wiring.hpp"

struct World {
    VerilatedContext context;
    Vdesign top{&context};
    Random random;
    std::map<std::string, Host> hosts;
    std::vector<Memory*> memories;
    std::vector<Sender*> senders;
    std::vector<Receiver*> receivers;
    CData* clk = nullptr;
    std::uint64_t cycle = 0;

    void tick() {
        for (Memory* model : memories) model->drive(random);
        for (Sender* model : senders) model->drive(random);
        for (Receiver* model : receivers) model->drive(random);
        top.eval();
        for (Memory* model : memories) model->sample();
        for (Sender* model : senders) model->sample();
        for (Receiver* model : receivers) model->sample();
        *clk = 1;
        top.eval();
        *clk = 0;
        for (Memory* model : memories) model->after();
        for (Sender* model : senders) model->after();
        if (++cycle > 2000000) fail("too many cycles");
    }

    void reset() {
        top.rst = 1;
        for (int i = 0; i < 6; ++i) tick();
        top.rst = 0;
        for (int i = 0; i < 6; ++i) tick();
    }

    void write(Lite& bus, unsigned address, unsigned value) {
        // The address and the word come in any order.
        bool address_sent = false, word_sent = false, answered = false;
        while (!answered) {
            if (!address_sent && random.chance()) *bus.awvalid = 1, *bus.awaddr = address;
            if (!word_sent && random.chance()) *bus.wvalid = 1, *bus.wdata = value, *bus.wstrb = 15;
            *bus.bready = random.chance();
            top.eval();
            const bool a = *bus.awvalid && *bus.awready, w = *bus.wvalid && *bus.wready;
            answered = *bus.bvalid && *bus.bready;
            tick();
            if (a) address_sent = true, *bus.awvalid = 0;
            if (w) word_sent = true, *bus.wvalid = 0;
        }
        *bus.bready = 0;
    }

    unsigned read(Lite& bus, unsigned address) {
        unsigned found = 0;
        bool sent = false, answered = false;
        while (!answered) {
            if (!sent && random.chance()) *bus.arvalid = 1, *bus.araddr = address;
            *bus.rready = random.chance();
            top.eval();
            const bool a = *bus.arvalid && *bus.arready;
            answered = *bus.rvalid && *bus.rready;
            found = *bus.rdata;
            tick();
            if (a) sent = true, *bus.arvalid = 0;
        }
        *bus.rready = 0;
        return found;
    }
};

const int UART_CYCLES = 8, SPI_HALF = 8;

/// The bytes of a host over a UART or SPI.
struct Line {
    World& world;
    Serial& serial;
    std::deque<unsigned> received;
    int count = 0, bits = 0;
    unsigned shifted = 0;

    void tick() {
        world.tick();
        if (!serial.rx) return;
        if (bits == 0 && !*serial.tx) bits = 10, count = UART_CYCLES / 2, shifted = 0;
        if (bits == 0 || --count > 0) return;
        count = UART_CYCLES;
        if (--bits == 9) return;
        if (bits > 0) shifted |= unsigned(*serial.tx) << (8 - bits);
        else if (!*serial.tx) fail("no stop bit");
        else received.push_back(shifted);
    }

    void wait(int cycles) {
        for (int i = 0; i < cycles; ++i) tick();
    }

    unsigned exchange(unsigned value) {
        unsigned found = 0;
        for (int i = 7; i >= 0; --i) {
            *serial.mosi = value >> i & 1;
            wait(SPI_HALF);
            found = found << 1 | *serial.miso;
            *serial.sck = 1;
            wait(SPI_HALF);
            *serial.sck = 0;
        }
        if (world.random.chance()) wait(world.random.next() % 40);
        return found;
    }

    void send(unsigned value) {
        if (!serial.rx) {
            if (*serial.cs_n) *serial.cs_n = 0, wait(SPI_HALF);
            exchange(value);
            return;
        }
        const unsigned framed = (value & 255) << 1 | 512;
        for (int i = 0; i < 10; ++i) {
            *serial.rx = framed >> i & 1;
            wait(UART_CYCLES);
        }
        if (world.random.chance()) wait(world.random.next() % 40);
    }

    unsigned receive() {
        if (!serial.rx) return exchange(world.random.next() & 255);
        while (received.empty()) tick();
        const unsigned found = received.front();
        received.pop_front();
        return found;
    }

    /// Deselects the slave, or sends a break.
    void abort() {
        if (!serial.rx) {
            wait(SPI_HALF);
            *serial.cs_n = 1;
            wait(SPI_HALF);
            return;
        }
        *serial.rx = 0;
        wait(12 * UART_CYCLES);
        *serial.rx = 1;
        wait(2 * UART_CYCLES);
        received.clear();
    }

    void pause() {
        if (!serial.rx) abort();
    }
};

Bytes frames_of(const std::string& folder, const Port& port) {
    return qnn::read_file(folder + "/" + port.name + ".bin");
}

void save(const std::string& folder, const Port& port, const Bytes& bytes) {
    std::ofstream file(folder + "/" + port.name + ".result.bin", std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
}

void print_fingerprint(std::uint64_t value) { std::printf("fingerprint %016llx\n", (unsigned long long)value); }

/// Two runs: all frames but the last, then the last one.
void run_memory(World& world, Host& host, const std::string& folder, std::size_t frames) {
    Lite& lite = *host.lite;
    const unsigned count_register = 0x10 + 12 * unsigned(host.ports.size());
    std::map<std::string, Bytes> results;
    world.write(lite, 0x4, 1);
    world.write(lite, 0x8, 1);
    for (int run = 0; run < 2; ++run) {
        const std::size_t count = run ? 1 : frames - 1, first = run ? frames - 1 : 0;
        for (std::size_t i = 0; i < host.ports.size(); ++i) {
            const Port& port = host.ports[i];
            Memory& memory = *host.memories[i];
            memory.base = (std::uint64_t(i + 3) << 32) + 4096 * 7 - 3 * memory.bus;
            if (port.is_output) {
                memory.bytes.assign(port.frame * count + memory.bus, 0xa5);
            } else {
                const Bytes all = frames_of(folder, port);
                const bool once = all.size() == port.frame;
                const auto begin = all.begin() + (once ? 0 : long(port.frame * first));
                memory.bytes.assign(begin, begin + long(port.frame * (once ? 1 : count)));
                memory.bytes.resize((memory.bytes.size() + memory.bus - 1) / memory.bus * memory.bus);
            }
            world.write(lite, 0x10 + 12 * unsigned(i), unsigned(memory.base));
            world.write(lite, 0x14 + 12 * unsigned(i), unsigned(memory.base >> 32));
        }
        world.write(lite, count_register, unsigned(count));
        if (world.read(lite, count_register) != count) fail("FRAMES has another value");
        if (world.read(lite, 0x0) != 4) fail("the design is not idle before a run");
        world.write(lite, 0x0, 1);
        while (!*lite.irq) world.tick();
        if (world.read(lite, 0x0) != 0xe) fail("done is not set");
        if (world.read(lite, 0x0) != 0x4) fail("done is not cleared by reading");
        world.write(lite, 0xc, 1);
        world.tick();
        if (*lite.irq) fail("the interrupt is not cleared");
        if (world.read(lite, 0xff4)) fail("an access has failed");
        for (std::size_t i = 0; i < host.ports.size(); ++i) {
            if (!host.ports[i].is_output) continue;
            const Bytes& bytes = host.memories[i]->bytes;
            const std::size_t size = host.ports[i].frame * count;
            for (std::size_t n = size; n < bytes.size(); ++n)
                if (bytes[n] != 0xa5) fail("bytes behind the results were written");
            Bytes& all = results[host.ports[i].name];
            all.insert(all.end(), bytes.begin(), bytes.begin() + long(size));
        }
    }
    // A run of no frames ends; a failed access is reported.
    world.write(lite, count_register, 0);
    world.write(lite, 0x0, 1);
    while (world.read(lite, 0x0) != 0xe) {}
    world.write(lite, count_register, 1);
    for (Memory* memory : host.memories) memory->fails = true;
    world.write(lite, 0x0, 1);
    while (!(world.read(lite, 0x0) & 2)) {}
    if (world.read(lite, 0xff4) != 1) fail("a failed access is not reported");
    for (const Port& port : host.ports)
        if (port.is_output) save(folder, port, results[port.name]);
    print_fingerprint(world.read(lite, 0xff8) | std::uint64_t(world.read(lite, 0xffc)) << 32);
}

void run_stream(World& world, Host& host, const std::string& folder, std::size_t frames) {
    std::size_t n = 0, m = 0;
    for (const Port& port : host.ports) {
        if (port.is_output) continue;
        Sender& sender = *host.senders[n++];
        sender.bytes = frames_of(folder, port);
        sender.repeats = sender.start == nullptr;
        sender.junk = sender.repeats ? 0 : world.random.next() % 3;
    }
    for (const Port& port : host.ports)
        if (port.is_output)
            for (Receiver* receiver = host.receivers[m++]; receiver->bytes.size() < port.frame * frames;) world.tick();
    m = 0;
    for (const Port& port : host.ports)
        if (port.is_output) save(folder, port, host.receivers[m++]->bytes);
}

void run_serial(World& world, Host& host, const std::string& folder, std::size_t frames) {
    Line line{world, *host.serial};
    std::map<std::string, Bytes> results;
    line.send('?');
    line.send('F');
    std::uint64_t print = 0;
    for (int i = 0; i < 8; ++i) print |= std::uint64_t(line.receive()) << (8 * i);
    print_fingerprint(print);
    line.pause();
    line.send('R');
    if (line.receive() != 0) fail("there is a result before any frame");
    line.pause();
    // A frame that is broken off, in the first half of the tests within its first byte.
    line.send('D');
    if (line.receive() != 1) fail("a frame is refused");
    line.send(1);
    line.abort();
    line.wait(20);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        for (bool accepted = false; !accepted; line.pause()) {
            line.send('D');
            accepted = line.receive() == 1;
            if (!accepted) continue;
            for (const Port& port : host.ports) {
                if (port.is_output) continue;
                const Bytes all = frames_of(folder, port);
                for (std::size_t i = 0; i < port.frame; ++i) line.send(all[frame * port.frame + i]);
            }
        }
        for (bool complete = false; !complete; line.pause()) {
            line.send('R');
            complete = line.receive() == 1;
            if (!complete) continue;
            for (const Port& port : host.ports) {
                if (!port.is_output) continue;
                for (std::size_t i = 0; i < port.frame; ++i) results[port.name].push_back((unsigned char)line.receive());
            }
        }
    }
    for (const Port& port : host.ports)
        if (port.is_output) save(folder, port, results[port.name]);
}

int main(int, char** arguments) {
    World world;
    world.random.state = std::strtoull(arguments[3], nullptr, 10);
    const std::string folder = arguments[2];
    wire(world.top, world.hosts);
    Host& host = world.hosts.at(arguments[1]);
    world.clk = host.clk;
    world.memories = host.memories;
    world.senders = host.senders;
    world.receivers = host.receivers;
    for (auto& each : world.hosts)
        if (each.second.serial) *(each.second.serial->rx ? each.second.serial->rx : each.second.serial->cs_n) = 1;
    std::size_t frames = 0;
    for (const Port& port : host.ports) {
        if (port.is_output) continue;
        frames = std::max(frames, frames_of(folder, port).size() / port.frame);
    }
    world.reset();
    if (host.lite) run_memory(world, host, folder, frames);
    else if (host.serial) run_serial(world, host, folder, frames);
    else run_stream(world, host, folder, frames);
}
