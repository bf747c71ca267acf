/// Words of an AXI stream for simulation, as the vendor's header of this name declares them, without
/// the side channels USER, ID and DEST.
#ifndef QNN_SIMULATION_AP_AXI_SDATA_H
#define QNN_SIMULATION_AP_AXI_SDATA_H

#include <ap_int.h>

template <int DATA, int USER, int ID, int DEST>
struct ap_axiu {
    static_assert(USER == 0 && ID == 0 && DEST == 0, "USER, ID and DEST are not supported in a simulation");
    ap_uint<DATA> data;
    ap_uint<(DATA + 7) / 8> keep;
    ap_uint<(DATA + 7) / 8> strb;
    ap_uint<1> last;
};

#endif
