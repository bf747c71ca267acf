// A build as one HTML page.

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
// ERRORS:      qnn: {{.*}}.tmp is not a build; qnn compile -o FOLDER writes one
// ERRORS-NEXT: qnn: {{.*}}nowhere: no such folder; qnn compile -o {{.*}}nowhere writes one
// ERRORS-NEXT: qnn: {{.*}}explore.json: no such file or directory

// RUN: mkdir %t/fronts && echo '{}' > %t/fronts/explore.json
// RUN: %{status} 1 qnn report %t/fronts 2> %t/errors
// RUN: filecheck %s --check-prefix FRONTS --input-file %t/errors
// FRONTS: qnn: {{.*}}fronts is an exploration, not a build: use qnn report BUILD --explored {{.*}}fronts
