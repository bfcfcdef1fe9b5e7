/* SPDX-License-Identifier: MIT
 *
 * task_kind.c - The tables of tasks, readouts and scales.
 */
#include "fit/task_kind.h"

#define ROWS(name, ...)                                                                            \
    bool name(size_t index, struct inr_registry_row *row)                                          \
    {                                                                                              \
        static const struct inr_registry_row rows[] = {__VA_ARGS__};                               \
        if (index >= sizeof rows / sizeof rows[0])                                                 \
            return false;                                                                          \
        *row = rows[index];                                                                        \
        return true;                                                                               \
    }

ROWS(inr_task_kind_at,
     {INR_TASK_AUTO, "auto",
      "by the input: image, volume, series, sdf for meshes and points, or occupancy for bools"},
     {INR_TASK_IMAGE, "image", "a picture as it is, or an array of two axes"},
     {INR_TASK_VOLUME, "volume", "an array of three axes as it is"},
     {INR_TASK_SERIES, "series", "samples along one axis as they are: a sound, an array"},
     {INR_TASK_OCCUPANCY, "occupancy",
      "inside or outside, of bools or of a mesh: scored by intersection over union at --threshold, "
      "arrays written as bool"},
     {INR_TASK_DENOISE, "denoise",
      "noise of deviation --noise is added and fitted; scored against the clean signal, or against "
      "--reference with the input as it is"},
     {INR_TASK_INPAINT, "inpaint",
      "a random share --keep of the samples is known, or those that --mask shows white; scored on "
      "all and on the unknown ones"},
     {INR_TASK_SUPER_RESOLUTION, "super_resolution",
      "means over blocks of --factor an axis are fitted, the full size is scored; or the input as "
      "it is, scored against a larger --reference"},
     {INR_TASK_CT, "ct",
      "parallel-beam projections of the picture at --angles are fitted, the picture is scored; or "
      "a sinogram with --size, scored by its residual or against --reference"},
     {INR_TASK_SDF, "sdf",
      "signed distance to a mesh or to points, negative inside; or an array of distances in units "
      "of --spacing; scored by intersection over union and mean distance error"})

ROWS(inr_readout_kind_at, {INR_READOUT_POINT, "point", "a sample is the field at its centre"},
     {INR_READOUT_MEAN, "mean", "a sample is the mean of the field over the points it covers"})

ROWS(inr_rescale_kind_at,
     {INR_RESCALE_AUTO, "auto",
      "integers as they are; floats of pictures, and of arrays that leave [0,1], by their least "
      "and greatest value"},
     {INR_RESCALE_ON, "on", "always by the least and greatest value"},
     {INR_RESCALE_OFF, "off",
      "never: samples are meant to lie in [0,1], PSNR has peak 1 and results are clamped"})

ROWS(inr_sign_kind_at,
     {INR_SIGN_AUTO, "auto",
      "meshes: winding, or stab where triangles disagree; points: normal, or none without normals"},
     {INR_SIGN_WINDING, "winding",
      "winding number of at least 1/2: sensible for meshes with holes too"},
     {INR_SIGN_STAB, "stab", "no ray escapes: needs no orientation; hollows count as outside"},
     {INR_SIGN_NORMAL, "normal", "side of the normal at the closest point"},
     {INR_SIGN_NONE, "none", "distances without a sign"})

struct inr_task_config inr_task_default(void)
{
    return (struct inr_task_config){.kind = INR_TASK_AUTO,
                                    .rescale = INR_RESCALE_AUTO,
                                    .threshold = 0.5f,
                                    .noise = 0.05f,
                                    .keep = 0.2f,
                                    .factor = 4,
                                    .readout = INR_READOUT_POINT,
                                    .angles = 100,
                                    .sign = INR_SIGN_AUTO,
                                    .surface_share = 0.5f,
                                    .near_share = 0.375f,
                                    .near_sigma = 0.01f,
                                    .pool = 1u << 18,
                                    .reuse = 64,
                                    .spacing = 1.0f};
}
