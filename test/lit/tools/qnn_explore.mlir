// Frame rates and resources of a design; its own folding does not matter.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn explore %s --devices zu3eg,z7020 -o %t/out 2> /dev/null | filecheck %s --match-full-lines --strict-whitespace
//      CHECK:z7020 at 100 MHz
// CHECK-NEXT:    frames/s  cycles         lut          ff  bram36
// CHECK-NEXT:25,000,000.0       4  {{.*%.*%.*}}2   1%
// CHECK-NEXT:12,500,000.0       8  {{.*}}
//      CHECK:   781,250.0     128  {{.*}}
// CHECK-EMPTY:
// CHECK-NEXT:zu3eg at 200 MHz
//      CHECK:50,000,000.0       4  {{.*}}
//      CHECK:device  MHz  fastest, frames/s  roof, frames/s  designs  tightest resource (share of budget)
// CHECK-NEXT:z7020   100       25,000,000.0    25,000,000.0        6                             lut, 12%
// CHECK-NEXT:zu3eg   200       50,000,000.0    50,000,000.0        6                              lut, 9%

// As JSON; finished points are not computed again, and the result is the same.
// RUN: qnn explore %s --devices zu3eg,z7020 --json -o %t/out 2> /dev/null > %t/again.json
// RUN: diff %t/out/explore.json %t/again.json
// RUN: filecheck %s --match-full-lines --check-prefix JSON --input-file %t/again.json
//      JSON: {
// JSON-NEXT:   "ops": 256,
// JSON-NEXT:   "arithmetic_intensity": 12.8,
// JSON-NEXT:   "curves": [
// JSON-NEXT:     {
// JSON-NEXT:       "device": "z7020",
// JSON-NEXT:       "clock_mhz": 100.0,
// JSON-NEXT:       "roofline": {
// JSON-NEXT:         "gops": {{[0-9.]+}},
// JSON-NEXT:         "external_gops": {{53.76.*}},
// JSON-NEXT:         "fps": {{25000000.0.*}}
// JSON-NEXT:       },
// JSON-NEXT:       "fastest": {
// JSON-NEXT:         "fps": {{[0-9.]+}},
// JSON-NEXT:         "interval_cycles": {{[0-9]+}},
//      JSON:       "impossible_below_cycles": {{[0-9]+}},
// JSON-NEXT:       "front": [

// One rate: the smallest device that reaches it.
// RUN: qnn explore %s --devices u250,z7020 --clocks 200,100 --fps 30000000 2> /dev/null | filecheck %s --match-full-lines --check-prefix RATE
//      RATE: device  MHz{{ +}}frames/s
// RATE-NEXT: z7020   100  fastest{{ +}}25,000,000.0
// RATE-NEXT: z7020   200  {{.* lut .* ff .* bram36 .*}}50,000,000.0
// RATE-NEXT: u250    100  fastest{{ +}}25,000,000.0
// RATE-NEXT: u250    200  {{.*}}50,000,000.0
// RATE-EMPTY:
// RATE-NEXT: 30,000,000 frames/s: z7020 at 200 MHz is the smallest: 50,000,000.0 frames/s with {{.*}}

// Errors are one line on standard error, and exit status 1.
// RUN: %{status} 1 qnn explore %s --devices z7020,z7021 2>> %t/errors
// ERRORS:      qnn: unknown device 'z7021'; did you mean z7020?
// RUN: %{status} 1 qnn explore %t/none.mlir 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}none.mlir: no such file or directory
// RUN: echo 'vendor = 3' > %t/mine.toml
// RUN: %{status} 1 qnn explore %s --devices %t/mine.toml 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}mine.toml is not a valid device file: add the missing keys description, part, clock_mhz, resources
// RUN: %{status} 1 qnn explore %s --devices z7020 --fps 1e9 2>> %t/errors
// ERRORS-NEXT: qnn: explore: {{.*}}
// ERRORS-NEXT: qnn: no device reaches 1,000,000,000 frames/s: the fastest is z7020 at 100 MHz, with {{[0-9,.]+}} frames/s
// RUN: %{status} 1 qnn explore %s --devices z7020 --clocks 100,700 2>> %t/errors
// ERRORS-NEXT: qnn: z7020 cannot run at 700 MHz: the limit of xc7z020clg400-1 is 388 MHz {{.*}}
// RUN: %{status} 1 qnn explore %s --devices z7020 -o %t/none/out 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}none/out: no such file or directory
// RUN: %{status} 1 qnn explore %s --devices z7020 -o %s 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}qnn_explore.mlir: file exists
// RUN: mkdir -p %t/others && touch %t/others/mine
// RUN: %{status} 1 qnn explore %s --devices z7020 -o %t/others 2>> %t/errors
// ERRORS-NEXT: qnn: {{.*}}others holds 'mine' and no exploration to continue: name another folder

// An error in the command line ends with exit status 2.
// RUN: %{status} 2 qnn explore %s --devices z7020,, 2>> %t/errors
// ERRORS-NEXT: qnn: argument --devices: 'z7020,,' is not a list of names with commas between them
// RUN: %{status} 2 qnn explore %s --clocks 100,0 2>> %t/errors
// ERRORS-NEXT: qnn: argument --clocks: '0' is not a number above 0
// RUN: %{status} 2 qnn explore %s --fps 0 2>> %t/errors
// ERRORS-NEXT: qnn: argument --fps: '0' is not a number above 0
// ERRORS-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors

stream.design @main {
  %x = stream.source "x" : !stream.channel<4x8xui2, lanes = 4, depth = 2>
  %y = stream.matvec %x weights(@w) accumulator = si6 storage = lut {layer = "Gemm_0"}
    : (!stream.channel<4x8xui2, lanes = 4, depth = 2>)
   -> !stream.channel<4x4xsi6, lanes = 2, depth = 8>
  stream.sink "y" %y : !stream.channel<4x4xsi6, lanes = 2, depth = 8>
}
qnn.data @w "0xa53c96f0" : tensor<4x8x!qnn.bipolar>
