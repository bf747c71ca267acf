// The packages and programs that are installed, by task.

// RUN: qnn doctor | filecheck %s
//      CHECK:task {{ +}}needs {{ +}}found, or how to install it
// CHECK-NEXT:all {{ +}}xdsl {{ +}}yes  0.{{.*}}
// CHECK-NEXT:all {{ +}}numpy {{ +}}yes  {{.*}}
//      CHECK:run --engine hls {{ +}}ap_int.h

// RUN: qnn doctor --json | filecheck %s --check-prefix JSON
// JSON:      {
// JSON-NEXT:   "python": "3.{{.*}}",
// JSON-NEXT:   "needs": [
// JSON-NEXT:     {
// JSON-NEXT:       "for": "all",
// JSON-NEXT:       "what": "xdsl",
// JSON-NEXT:       "found": "0.{{.*}}",
