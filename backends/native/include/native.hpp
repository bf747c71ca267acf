// The library that the C++ of a network includes.
#pragma once

#include "qnn/activations.hpp"
#include "qnn/products.hpp"
#include "qnn/run.hpp"
#include "qnn/steps.hpp"
