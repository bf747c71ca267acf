// RUN: %{diagnostics}

// An error is located at the op that causes it, not at the text after it.

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: {{.*}}other.op{{.*}}
other.op

"test.op"() : () -> ()

// -----

// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: {{.*}}other.type{{.*}}
"test.op"() : () -> !other.type

"test.op"() : () -> ()

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: {{.*}}%z{{.*}}
  %y = qnn.relu %z : (tensor<4xf32>) -> tensor<4xf32>
  func.return %y : tensor<4xf32>
}

// -----

%x = "test.op"() : () -> tensor<4xf32>
// CHECK: {{.*}}:[[# @LINE + 1]]:{{[0-9]+}}: {{.*}}f64{{.*}}
%y = qnn.clip %x {low = 0.0 : f64, high = 1.0 : f32} : (tensor<4xf32>) -> tensor<4xf32>

"test.op"() : () -> ()

// -----

func.func private @f()
// CHECK: {{.*}}:[[# @LINE + 1]]:1: {{.*}}"f"
func.func private @f()

// -----

// CHECK: {{.*}}:{{[0-9]+}}:{{[0-9]+}}: {{.*}}'}'{{.*}}
func.func @main() {
  func.return
