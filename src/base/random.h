/* SPDX-License-Identifier: MIT
 *
 * random.h - Arrays of reproducible random numbers.
 *
 * Element i is a function of (seed, stream, tensor, i) alone: it depends neither on n nor on the
 * order of the calls, and a shader that draws inr_random(seed, stream, tensor, i) gets the same
 * bits. Streams are the INR_STREAM_ constants of common/random.glsl, which this header includes;
 * tensor takes the place of the step, and numbers the arrays of one stream.
 */
#ifndef INR_BASE_RANDOM_H
#define INR_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "common/random.glsl"

/* Fill out[n] uniformly from [low, high], 24 random bits an element. Bit for bit the same on every
 * machine. */
void inr_fill_uniform(float *out, size_t n, float low, float high, uint64_t seed, uint32_t stream,
                      uint32_t tensor);

/* Fill out[n] from the normal distribution (Box and Muller 1958, in double; |out - mean| stays
 * below 6.7 std). The same on every machine up to the last bit of its log, sqrt and cos. */
void inr_fill_normal(float *out, size_t n, float mean, float std, uint64_t seed, uint32_t stream,
                     uint32_t tensor);

#endif
