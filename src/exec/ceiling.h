/* SPDX-License-Identifier: MIT
 *
 * ceiling.h - What a device can do at most, measured by kernels that do nothing else.
 */
#ifndef INR_EXEC_CEILING_H
#define INR_EXEC_CEILING_H

#include "exec/device.h"

/* Rates are medians; 0 where the device has no such thing. A multiply-add counts as two flops. */
struct inr_ceiling {
    double fp32;              /* flop/s; of the CPU: cblas_sgemm, see bench/speed.h */
    double matrix;            /* flop/s of matrix units: 16-bit factors, 32-bit sums */
    double read, write, copy; /* bytes/s of device memory; copy counts both ways */
    double shared;            /* bytes/s read from memory that a workgroup shares */
    double launch;            /* seconds from one kernel that does nothing to the next */
    double submit;            /* seconds from a submission to the news of its end */
    bool timestamps;          /* by the device's clock; else by the host's */
};

/* Measure a Vulkan device for about `seconds`. Errors: INR_ERR_NO_DEVICE, INR_ERR_MEMORY,
 * INR_ERR_DEVICE_LOST. */
enum inr_status inr_vk_ceiling(const struct inr_device *device, double seconds,
                               const struct inr_log *log, struct inr_ceiling *out,
                               struct inr_error *err);

#endif
