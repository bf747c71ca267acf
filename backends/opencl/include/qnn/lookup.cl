/// Replaces every element by an entry of a table: one table for all channels, or one for each.
///
/// The definitions of elementwise.h but ACTIVATE; FIRST, the element that selects the first entry;
/// TABLE, which reads the memory of a lane; TABLE_GROUPS, the groups of channels in it, 1 for a
/// table that all channels share.
#define ACTIVATE JOIN(NAME, _entry)

/// The code of an entry: encoding it as a number of type OUTPUT gives the same code.
ulong ACTIVATE(NUMBER(INPUT) number, uint group, uint c) {
    const uint entry = (long)number - FIRST;
    const WORD(TABLE_BITS) code = TABLE(c, TABLE_GROUPS == 1 ? 0 : group, entry);
    return code.part[0];
}

#include "qnn/elementwise.h"
