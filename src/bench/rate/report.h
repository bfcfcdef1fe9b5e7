/* SPDX-License-Identifier: MIT
 *
 * report.h - What the parts of the page of rates share.
 */
#ifndef INR_BENCH_RATE_REPORT_H
#define INR_BENCH_RATE_REPORT_H

#include "bench/rate/table.h"
#include "bench/report_internal.h"

struct inr_rate_report {
    const struct inr_rate_tables *tables;
    struct inr_report page; /* results, out, err and failed are set */
};

/* PSNR and MS-SSIM over bits a pixel, and the legend. */
enum inr_status inr_rate_charts(const struct inr_rate_report *r);

#endif
