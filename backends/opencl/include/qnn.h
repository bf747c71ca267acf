/// Streaming processes of quantized neural networks as single-work-item kernels.
///
/// Each kind of process is a file that a design includes once for each process, after it defines
/// the process's NAME, channels, types and numbers; the design undefines them afterwards. Each
/// process is one flat loop, which starts an iteration in every cycle; an iteration reads and
/// writes at most one word of each channel.
#ifndef QNN_H
#define QNN_H

#pragma OPENCL EXTENSION cl_intel_channels : enable

#include "qnn/channels.h"
#include "qnn/counter.h"
#include "qnn/types.h"
#include "qnn/words.h"

/// The values of PRODUCTS: product.h says what they mean.
#define XNOR 0
#define BY_WEIGHT 1
#define BY_INPUT 2
#define MULTIPLIED 3

/// A process without the host: it runs from the moment that the device is configured.
#define PROCESS                                                                                    \
    __attribute__((max_global_work_dim(0))) __attribute__((autorun)) __kernel void

/// A process that the host starts.
#define TASK __attribute__((max_global_work_dim(0))) __kernel void

#endif
