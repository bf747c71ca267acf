// The library behind emitted networks.
#pragma once

#include "qnn/activations.hpp"
#include "qnn/products.hpp"
#include "qnn/run.hpp"
#include "qnn/steps.hpp"
