/// Streaming processes of quantized neural networks. Each is one pipelined loop, which begins an
/// iteration in every cycle and in it reads and writes at most one word of every stream.
#ifndef QNN_HPP
#define QNN_HPP

#include "qnn/add.hpp"
#include "qnn/axis.hpp"
#include "qnn/concat.hpp"
#include "qnn/crop.hpp"
#include "qnn/depthwise.hpp"
#include "qnn/fork.hpp"
#include "qnn/label_select.hpp"
#include "qnn/link.hpp"
#include "qnn/lookup.hpp"
#include "qnn/matvec.hpp"
#include "qnn/memory.hpp"
#include "qnn/offset.hpp"
#include "qnn/pad.hpp"
#include "qnn/pool.hpp"
#include "qnn/repeat.hpp"
#include "qnn/resize.hpp"
#include "qnn/scale.hpp"
#include "qnn/sink.hpp"
#include "qnn/source.hpp"
#include "qnn/split.hpp"
#include "qnn/threshold.hpp"
#include "qnn/upsample.hpp"
#include "qnn/window.hpp"

#endif
