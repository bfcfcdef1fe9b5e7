/* SPDX-License-Identifier: MIT
 *
 * published.c - Reads the published points that come with the program.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/rate/curve.h"

/* published.json, embedded. */
extern const char inr_rate_published_json[];

static void read_points(const json_t *points, struct inr_rate_curve *curve)
{
    const double none = (double)NAN;
    size_t i;
    json_t *point;
    json_array_foreach(points, i, point)
    {
        if (curve->n == INR_RATE_POINTS_MAX)
            break;
        curve->points[curve->n++] =
            (struct inr_rate_point){.asked = none,
                                    .bpp = json_number_value(json_array_get(point, 0)),
                                    .psnr = json_number_value(json_array_get(point, 1)),
                                    .ssim = none,
                                    .ms_ssim = none,
                                    .encode = none,
                                    .decode = none,
                                    .pictures = 24};
    }
}

enum inr_status inr_rate_published(struct inr_rate_curves *curves, struct inr_error *err)
{
    json_t *root = json_loads(inr_rate_published_json, 0, NULL);
    size_t i;
    json_t *from;
    if (!root)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the published points");
    json_array_foreach(json_object_get(root, "curves"), i, from)
    {
        if (curves->n == INR_RATE_CURVES_MAX)
            break;
        struct inr_rate_curve *curve = &curves->at[curves->n++];
        snprintf(curve->name, sizeof curve->name, "%s",
                 json_string_value(json_object_get(from, "name")));
        snprintf(curve->source, sizeof curve->source, "%s",
                 json_string_value(json_object_get(from, "source")));
        curve->published = true;
        curve->main_line = json_is_true(json_object_get(from, "line"));
        read_points(json_object_get(from, "points"), curve);
    }
    json_decref(root);
    return INR_OK;
}
