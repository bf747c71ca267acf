// A build as one page.

// RUN: rm -rf %t && mkdir -p %t
// RUN: qnn compile %S/../../../examples/conv_bn.mlir --target hls --device z7020 -o %t/build 2> %t/steps > %t/table
// RUN: qnn report %t/build 2> %t/steps | filecheck %s --check-prefix WHERE
// WHERE: build/report.html
// RUN: qnn report %t/build -o %t/page.html 2> %t/steps
// RUN: diff %t/page.html %t/build/report.html
// RUN: filecheck %s --input-file %t/page.html
// CHECK: <title>conv_bn_top</title>

// RUN: %{status} 1 qnn report %t 2> %t/errors
// RUN: %{status} 1 qnn report %t/nowhere 2>> %t/errors
// RUN: %{status} 1 qnn report %t/build --explored %t 2>> %t/errors
// RUN: filecheck %s --check-prefix ERRORS --input-file %t/errors
// ERRORS:      qnn: {{.*}}.tmp is no build: qnn compile -o {{.*}}.tmp makes one
// ERRORS-NEXT: qnn: {{.*}}nowhere is no build
// ERRORS-NEXT: qnn: {{.*}}explore.json: no such file or directory
