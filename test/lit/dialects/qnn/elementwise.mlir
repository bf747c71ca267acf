// RUN: %{pretty}
// RUN: %{generic}

%x, %d, %i = "test.op"() : () -> (tensor<2x3xf32>, tensor<f64>, tensor<2x3xsi4>)

// Activations.
%relu0 = qnn.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %relu0 = qnn.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %relu0 = "qnn.relu"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%relu1 = qnn.relu %i {layer = "Relu_0"} : (tensor<2x3xsi4>) -> tensor<2x3xui3>
// CHECK: %relu1 = qnn.relu %i {layer = "Relu_0"} : (tensor<2x3xsi4>) -> tensor<2x3xui3>
// GENERIC: %relu1 = "qnn.relu"(%i) <{layer = "Relu_0"}> : (tensor<2x3xsi4>) -> tensor<2x3xui3>
%leaky0 = qnn.leaky_relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %leaky0 = qnn.leaky_relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %leaky0 = "qnn.leaky_relu"(%x) <{alpha = 1.000000e-02 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%leaky1 = qnn.leaky_relu %x {alpha = 0.01 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %leaky1 = qnn.leaky_relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %leaky1 = "qnn.leaky_relu"(%x) <{alpha = 1.000000e-02 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%leaky2 = qnn.leaky_relu %x {alpha = 0.25 : f32, layer = "Leaky_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %leaky2 = qnn.leaky_relu %x {alpha = 2.500000e-01 : f32, layer = "Leaky_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %leaky2 = "qnn.leaky_relu"(%x) <{alpha = 2.500000e-01 : f32, layer = "Leaky_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%clip0 = qnn.clip %x {high = 1.0 : f32, low = -1.0 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %clip0 = qnn.clip %x {high = 1.000000e+00 : f32, low = -1.000000e+00 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %clip0 = "qnn.clip"(%x) <{high = 1.000000e+00 : f32, low = -1.000000e+00 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%clip1 = qnn.clip %x {low = 0.0 : f32, high = 6.0 : f32, layer = "Clip_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %clip1 = qnn.clip %x {low = 0.000000e+00 : f32, high = 6.000000e+00 : f32, layer = "Clip_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %clip1 = "qnn.clip"(%x) <{low = 0.000000e+00 : f32, high = 6.000000e+00 : f32, layer = "Clip_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%hard0 = qnn.hard_sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %hard0 = qnn.hard_sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %hard0 = "qnn.hard_sigmoid"(%x) <{alpha = 2.000000e-01 : f32, beta = 5.000000e-01 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%hard1 = qnn.hard_sigmoid %x {alpha = 0.2 : f32, beta = 0.5 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %hard1 = qnn.hard_sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %hard1 = "qnn.hard_sigmoid"(%x) <{alpha = 2.000000e-01 : f32, beta = 5.000000e-01 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%hard2 = qnn.hard_sigmoid %x {alpha = 0.125 : f32, beta = 0.25 : f32, layer = "HardSigmoid_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %hard2 = qnn.hard_sigmoid %x {alpha = 1.250000e-01 : f32, beta = 2.500000e-01 : f32, layer = "HardSigmoid_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %hard2 = "qnn.hard_sigmoid"(%x) <{alpha = 1.250000e-01 : f32, beta = 2.500000e-01 : f32, layer = "HardSigmoid_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%sigmoid0 = qnn.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %sigmoid0 = qnn.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %sigmoid0 = "qnn.sigmoid"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%sigmoid1 = qnn.sigmoid %d {layer = "Sigmoid_0"} : (tensor<f64>) -> tensor<f64>
// CHECK: %sigmoid1 = qnn.sigmoid %d {layer = "Sigmoid_0"} : (tensor<f64>) -> tensor<f64>
// GENERIC: %sigmoid1 = "qnn.sigmoid"(%d) <{layer = "Sigmoid_0"}> : (tensor<f64>) -> tensor<f64>
%tanh0 = qnn.tanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %tanh0 = qnn.tanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %tanh0 = "qnn.tanh"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%tanh1 = qnn.tanh %x {layer = "Tanh_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %tanh1 = qnn.tanh %x {layer = "Tanh_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %tanh1 = "qnn.tanh"(%x) <{layer = "Tanh_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%softplus0 = qnn.softplus %x {layer = "Softplus_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %softplus0 = qnn.softplus %x {layer = "Softplus_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %softplus0 = "qnn.softplus"(%x) <{layer = "Softplus_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%softsign0 = qnn.softsign %x {layer = "Softsign_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %softsign0 = qnn.softsign %x {layer = "Softsign_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %softsign0 = "qnn.softsign"(%x) <{layer = "Softsign_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%erf0 = qnn.erf %x {layer = "Erf_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %erf0 = qnn.erf %x {layer = "Erf_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %erf0 = "qnn.erf"(%x) <{layer = "Erf_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%gelu0 = qnn.gelu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %gelu0 = qnn.gelu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %gelu0 = "qnn.gelu"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%silu0 = qnn.silu %x {layer = "Silu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %silu0 = qnn.silu %x {layer = "Silu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %silu0 = "qnn.silu"(%x) <{layer = "Silu_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%mish0 = qnn.mish %x {layer = "Mish_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %mish0 = qnn.mish %x {layer = "Mish_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %mish0 = "qnn.mish"(%x) <{layer = "Mish_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%hard_swish0 = qnn.hard_swish %x {layer = "HardSwish_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %hard_swish0 = qnn.hard_swish %x {layer = "HardSwish_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %hard_swish0 = "qnn.hard_swish"(%x) <{layer = "HardSwish_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%gelu1 = qnn.gelu %x {by_tanh, layer = "Gelu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %gelu1 = qnn.gelu %x {by_tanh, layer = "Gelu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %gelu1 = "qnn.gelu"(%x) <{by_tanh, layer = "Gelu_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%elu0 = qnn.elu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %elu0 = qnn.elu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %elu0 = "qnn.elu"(%x) <{alpha = 1.000000e+00 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%elu1 = qnn.elu %x {alpha = 1.0 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %elu1 = qnn.elu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %elu1 = "qnn.elu"(%x) <{alpha = 1.000000e+00 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%elu2 = qnn.elu %x {alpha = 0.1 : f32, layer = "Elu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %elu2 = qnn.elu %x {alpha = 1.000000e-01 : f32, layer = "Elu_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %elu2 = "qnn.elu"(%x) <{alpha = 1.000000e-01 : f32, layer = "Elu_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%sign0 = qnn.sign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %sign0 = qnn.sign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %sign0 = "qnn.sign"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%sign1 = qnn.sign %x {layer = "Sign_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %sign1 = qnn.sign %x {layer = "Sign_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %sign1 = "qnn.sign"(%x) <{layer = "Sign_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%floor0 = qnn.floor %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %floor0 = qnn.floor %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %floor0 = "qnn.floor"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%floor1 = qnn.floor %x {layer = "Floor_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %floor1 = qnn.floor %x {layer = "Floor_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %floor1 = "qnn.floor"(%x) <{layer = "Floor_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%ceil0 = qnn.ceil %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %ceil0 = qnn.ceil %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %ceil0 = "qnn.ceil"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%ceil1 = qnn.ceil %x {layer = "Ceil_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %ceil1 = qnn.ceil %x {layer = "Ceil_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %ceil1 = "qnn.ceil"(%x) <{layer = "Ceil_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
%round0 = qnn.round %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %round0 = qnn.round %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %round0 = "qnn.round"(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
%round1 = qnn.round %x {layer = "Round_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %round1 = qnn.round %x {layer = "Round_0"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %round1 = "qnn.round"(%x) <{layer = "Round_0"}> : (tensor<2x3xf32>) -> tensor<2x3xf32>

// A float that needs more than six digits.
%leaky3 = qnn.leaky_relu %x {alpha = 0.123456789 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %leaky3 = qnn.leaky_relu %x {alpha = 0.123456791 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %leaky3 = "qnn.leaky_relu"(%x) <{alpha = 0.123456791 : f32}> : (tensor<2x3xf32>) -> tensor<2x3xf32>

%slope, %slopes = "test.op"() : () -> (tensor<1xf32>, tensor<3xf32>)
%prelu0 = qnn.prelu %x, %slope : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<2x3xf32>
// CHECK: %prelu0 = qnn.prelu %x, %slope : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<2x3xf32>
// GENERIC: %prelu0 = "qnn.prelu"(%x, %slope) : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<2x3xf32>
%prelu1 = qnn.prelu %x, %slopes {layer = "PRelu_0"} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: %prelu1 = qnn.prelu %x, %slopes {layer = "PRelu_0"} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// GENERIC: %prelu1 = "qnn.prelu"(%x, %slopes) <{layer = "PRelu_0"}> : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>

// Arithmetic, of floats and of integers; shapes broadcast from either side.
%row, %column, %scalar = "test.op"() : () -> (tensor<3xf32>, tensor<2x1xf32>, tensor<f32>)
%add0 = qnn.add %x, %row : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: %add0 = qnn.add %x, %row : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// GENERIC: %add0 = "qnn.add"(%x, %row) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
%add1 = qnn.add %row, %column : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
// CHECK: %add1 = qnn.add %row, %column : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
// GENERIC: %add1 = "qnn.add"(%row, %column) : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
%add2 = qnn.add %i, %i {layer = "Add_0"} : (tensor<2x3xsi4>, tensor<2x3xsi4>) -> tensor<2x3xsi5>
// CHECK: %add2 = qnn.add %i, %i {layer = "Add_0"} : (tensor<2x3xsi4>, tensor<2x3xsi4>) -> tensor<2x3xsi5>
// GENERIC: %add2 = "qnn.add"(%i, %i) <{layer = "Add_0"}> : (tensor<2x3xsi4>, tensor<2x3xsi4>) -> tensor<2x3xsi5>
%sub0 = qnn.sub %scalar, %x : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %sub0 = qnn.sub %scalar, %x : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %sub0 = "qnn.sub"(%scalar, %x) : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
%u = "test.op"() : () -> tensor<2x3xui4>
%sub1 = qnn.sub %u, %i {layer = "Sub_0"} : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi6>
// CHECK: %sub1 = qnn.sub %u, %i {layer = "Sub_0"} : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi6>
// GENERIC: %sub1 = "qnn.sub"(%u, %i) <{layer = "Sub_0"}> : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi6>
%b = "test.op"() : () -> tensor<2x3x!qnn.bipolar>
%mul0 = qnn.mul %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %mul0 = qnn.mul %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// GENERIC: %mul0 = "qnn.mul"(%x, %x) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
%mul1 = qnn.mul %b, %b {layer = "Mul_0"} : (tensor<2x3x!qnn.bipolar>, tensor<2x3x!qnn.bipolar>) -> tensor<2x3x!qnn.bipolar>
// CHECK: %mul1 = qnn.mul %b, %b {layer = "Mul_0"} : (tensor<2x3x!qnn.bipolar>, tensor<2x3x!qnn.bipolar>) -> tensor<2x3x!qnn.bipolar>
// GENERIC: %mul1 = "qnn.mul"(%b, %b) <{layer = "Mul_0"}> : (tensor<2x3x!qnn.bipolar>, tensor<2x3x!qnn.bipolar>) -> tensor<2x3x!qnn.bipolar>
%mul2 = qnn.mul %u, %i : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi8>
// CHECK: %mul2 = qnn.mul %u, %i : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi8>
// GENERIC: %mul2 = "qnn.mul"(%u, %i) : (tensor<2x3xui4>, tensor<2x3xsi4>) -> tensor<2x3xsi8>
%div0 = qnn.div %x, %column : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
// CHECK: %div0 = qnn.div %x, %column : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
// GENERIC: %div0 = "qnn.div"(%x, %column) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
%div1 = qnn.div %x, %scalar {layer = "Div_0"} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
// CHECK: %div1 = qnn.div %x, %scalar {layer = "Div_0"} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
// GENERIC: %div1 = "qnn.div"(%x, %scalar) <{layer = "Div_0"}> : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
