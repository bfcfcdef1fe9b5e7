// SPDX-License-Identifier: MIT
// planes.glsl - Reads planes of a slot: plane k of unit i is row k * units + i. Planes that the slot
// does not hold are zero.
#ifndef INR_ACT_PLANES
#define INR_ACT_PLANES

#define ACT_READ_Z(slot, at, plane)                                                                \
    act_z(slot[at], PLANES_IN > 1 ? slot[(at) + (plane)] : R(0.0),                                 \
          PLANES_IN > 2 ? slot[(at) + 2 * (plane)] : R(0.0),                                       \
          PLANES_IN > 3 ? slot[(at) + 3 * (plane)] : R(0.0))

#define ACT_READ_H(slot, at, plane)                                                                \
    act_h(slot[at], PLANES_OUT > 1 ? slot[(at) + (plane)] : R(0.0))

#define ACT_READ_P(buffer, offset)                                                                 \
    real[ACT_CONSTANTS](buffer[offset], buffer[(offset) + 1], buffer[(offset) + 2],                \
                        buffer[(offset) + 3], buffer[(offset) + 4], buffer[(offset) + 5])

#endif
