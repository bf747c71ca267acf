/// Runs a program compiled by aoc over the frames in a folder, and compares the results.
///
///     ./host [--emulation] top.aocx [vectors]
///
/// With --emulation the program is for the vendor's emulator, as `make aoc-emulation` compiles it.
/// Frames are read from PORT.bin, results are written to PORT.result.bin. The exit status is 1 if
/// results differ from those in PORT.bin, and 2 if something fails.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "design.hpp"

typedef std::vector<char> Bytes;

static void check(cl_int status, const std::string& what) {
    if (status != CL_SUCCESS) throw std::runtime_error(what + ": error " + std::to_string(status));
}

static Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

static void write_file(const std::string& path, const Bytes& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), std::streamsize(bytes.size()));
    if (!file) throw std::runtime_error("cannot write " + path);
}

/// The board, and the program on it.
struct Board {
    cl_device_id device;
    cl_context context;
    cl_program program;

    Board(const std::string& path, const std::string& platform) : device(find(platform)) {
        cl_int status;
        context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &status);
        check(status, "context");
        const Bytes binary = read_file(path);
        const std::size_t size = binary.size();
        const unsigned char* data = reinterpret_cast<const unsigned char*>(binary.data());
        program = clCreateProgramWithBinary(context, 1, &device, &size, &data, nullptr, &status);
        check(status, path);
        check(clBuildProgram(program, 1, &device, "", nullptr, nullptr), path);
    }

    /// The first device of the platform whose name contains a text.
    static cl_device_id find(const std::string& wanted) {
        // Some loaders return an error if there are no platforms.
        cl_uint count = 0;
        clGetPlatformIDs(0, nullptr, &count);
        std::vector<cl_platform_id> platforms(count);
        if (count > 0) check(clGetPlatformIDs(count, platforms.data(), nullptr), "platforms");
        for (cl_platform_id platform : platforms) {
            char name[256] = "";
            clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name - 1, name, nullptr);
            cl_device_id device;
            if (std::string(name).find(wanted) == std::string::npos) continue;
            check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr), name);
            return device;
        }
        throw std::runtime_error(
            "no OpenCL platform is called " + wanted + ": install the vendor's runtime"
        );
    }
};

/// A kernel that the host starts, with a queue of its own.
struct Task {
    const Port& port;
    cl_command_queue queue;
    cl_kernel kernel;

    Task(const Board& board, const Port& which) : port(which) {
        cl_int status;
        queue = clCreateCommandQueue(board.context, board.device, 0, &status);
        check(status, port.name);
        kernel = clCreateKernel(board.program, port.kernel, &status);
        check(status, port.kernel);
    }

    void number(cl_uint place, cl_uint value) {
        check(clSetKernelArg(kernel, place, sizeof value, &value), port.kernel);
    }

    void start() {
        check(clEnqueueTask(queue, kernel, 0, nullptr, nullptr), port.kernel);
        check(clFlush(queue), port.kernel);
    }
};

/// A task with the buffer of the board that it reads or writes.
struct Stream : Task {
    cl_mem buffer;
    std::size_t size;

    Stream(const Board& board, const Port& which, cl_uint frames)
        : Task(board, which), size(port.bytes * frames) {
        cl_int status;
        buffer = clCreateBuffer(board.context, CL_MEM_READ_WRITE, size, nullptr, &status);
        check(status, port.name);
        check(clSetKernelArg(kernel, 0, sizeof buffer, &buffer), port.kernel);
    }

    void fill(const Bytes& bytes) {
        if (bytes.size() != size) throw std::runtime_error(std::string(port.name) + ": the file has another number of frames than the first port's");
        check(
            clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, size, bytes.data(), 0, nullptr, nullptr),
            port.name
        );
    }

    /// The bytes that the kernel has written, once it has ended.
    Bytes take() {
        Bytes bytes(size);
        check(
            clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, size, bytes.data(), 0, nullptr, nullptr),
            port.name
        );
        return bytes;
    }
};

static int run(
    const std::string& platform, const std::string& program, const std::string& vectors
) {
    std::vector<Bytes> inputs;
    for (const Port& port : SOURCES) inputs.push_back(read_file(vectors + "/" + port.name + ".bin"));
    const Port& first = SOURCES.empty() ? LINKS.at(0) : SOURCES[0];
    const std::size_t size = read_file(vectors + "/" + first.name + ".bin").size();
    const cl_uint frames = cl_uint(size / first.bytes);
    if (frames == 0 || size % first.bytes != 0) {
        throw std::runtime_error(
            std::string(first.name) + ".bin has " + std::to_string(size) + " bytes: a frame has " +
            std::to_string(first.bytes)
        );
    }
    const Board board(program, platform);
    std::vector<Task> links;
    for (const Port& port : LINKS) {
        links.emplace_back(board, port);
        links.back().number(0, frames);
        links.back().start();
    }
    std::vector<Stream> sinks, others;
    for (const Port& port : SINKS) {
        sinks.emplace_back(board, port, frames);
        sinks.back().number(1, 0);
        sinks.back().number(2, frames);
        sinks.back().start();
    }
    for (const Port& port : WEIGHTS) {
        others.emplace_back(board, port, 1);
        others.back().fill(read_file(std::string("weights/") + port.name + ".dat"));
    }
    for (std::size_t i = 0; i < SOURCES.size(); ++i) {
        others.emplace_back(board, SOURCES[i], frames);
        others.back().fill(inputs[i]);
    }
    for (Stream& stream : others) {
        stream.number(1, frames);
        stream.start();
    }
    int status = 0;
    for (Stream& sink : sinks) {
        const std::string path = vectors + "/" + sink.port.name;
        const Bytes found = sink.take();
        write_file(path + ".result.bin", found);
        if (!std::ifstream(path + ".bin")) continue;
        const bool same = found == read_file(path + ".bin");
        std::fprintf(
            same ? stdout : stderr, same ? "%s: the results are correct\n" : "%s: the results are wrong\n",
            sink.port.name
        );
        if (!same) status = 1;
    }
    for (Task& link : links) check(clFinish(link.queue), link.port.name);
    return status;
}

int main(int count, char** arguments) {
    std::vector<std::string> options(arguments + 1, arguments + count);
    const bool emulation = !options.empty() && options[0] == "--emulation";
    if (emulation) options.erase(options.begin());
    if (options.empty() || options.size() > 2) {
        std::fprintf(stderr, "%s [--emulation] top.aocx [vectors]\n", arguments[0]);
        return 2;
    }
    int status = 2;
    try {
        const std::string platform = emulation ? "FPGA Emulation" : "FPGA SDK";
        status = run(platform, options[0], options.size() > 1 ? options[1] : "vectors");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    std::fflush(stdout);
    // Kernels that run forever would keep the emulator alive.
    std::_Exit(status);
}
