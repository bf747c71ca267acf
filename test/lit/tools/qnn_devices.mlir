// The known devices, their resources, and the confidence of each figure.

// RUN: qnn devices | filecheck %s --match-full-lines --strict-whitespace
//      CHECK:name              part                         lut       alm          ff  bram36     m20k    uram      dsp  clock_mhz  bandwidth_gb_s
//      CHECK:u250              xcu250-figd2104-2L-e  1,500,000*            3,000,000*  2,304*           1,280*  11,520*       250?             77
//      CHECK:z7020             xc7z020clg400-1          53,200               106,400     140                0      220        100?            4.2?
//      CHECK:* measured, ? estimated; figures without a mark are the vendor's
// CHECK-NEXT:these boards are accepted as device names: pynq-z1, pynq-z2, ultra96, ultra96-v2, vcu118, zc706, zcu102, zedboard

// For devices that are named, the source of each figure, too.
// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn devices z7020 | filecheck %s --match-full-lines --check-prefix SOURCE
//      SOURCE: z7020: Zynq-7020, on pynq-z1, pynq-z2, zedboard
// SOURCE-NEXT:   lut: the vendor's product table (vendor)
//      SOURCE:   clock_mhz: typical of such designs; not a limit of the device (guess)

// RUN: qnn devices z7020 --json | filecheck %s --match-full-lines --check-prefix JSON
//      JSON: {
// JSON-NEXT:   "z7020": {
// JSON-NEXT:     "description": "Zynq-7020",
// JSON-NEXT:     "vendor": "xilinx",
// JSON-NEXT:     "part": "xc7z020clg400-1",
// JSON-NEXT:     "boards": {
// JSON-NEXT:       "pynq-z1": "xc7z020clg400-1",
//      JSON:     "lut": 53200,
//      JSON:     "sources": {
// JSON-NEXT:       "lut": {
// JSON-NEXT:         "from": "the vendor's product table",
// JSON-NEXT:         "confidence": "vendor"
// JSON-NEXT:       },

// RUN: %{status} 1 qnn devices z702 2>> %t/errors
//      ERRORS: qnn: unknown device 'z702'; did you mean z7020?
// ERRORS-NOT: {{.+}}
// RUN: filecheck %s --match-full-lines --check-prefix ERRORS --input-file %t/errors
