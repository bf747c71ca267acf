/// Streaming processes of quantized neural networks as single-work-item kernels.
///
/// Each kind of process is a file that is included once for each process of a design, behind
/// definitions of its NAME, its channels, its types and its numbers; the file undefines them. Each
/// is one flat loop, which begins an iteration in every cycle and in it reads and writes at most one
/// word of every channel.
#ifndef QNN_H
#define QNN_H

#pragma OPENCL EXTENSION cl_intel_channels : enable

#include "qnn/channels.h"
#include "qnn/counter.h"
#include "qnn/types.h"
#include "qnn/words.h"

/// How products are computed: see product.h.
#define XNOR 0
#define BY_WEIGHT 1
#define BY_INPUT 2
#define MULTIPLIED 3

/// A process that the host has no part in: it runs from the moment that the device is configured.
#define PROCESS                                                                                    \
    __attribute__((max_global_work_dim(0))) __attribute__((autorun)) __kernel void

/// A process that the host starts.
#define TASK __attribute__((max_global_work_dim(0))) __kernel void

#endif
