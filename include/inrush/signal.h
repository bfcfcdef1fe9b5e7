/* SPDX-License-Identifier: MIT
 *
 * signal.h - A signal is what we fit: images read from and written to common formats, and samples
 * on a grid of any dimension.
 *
 *     struct inr_image img = {0};
 *     struct inr_error err = {0};
 *     if (inr_image_read("photo.png", &img, &err) != INR_OK)
 *         puts(err.text);
 *     inr_image_free(&img);
 *
 * Thread safety: separate images may be used from separate threads.
 * Ownership: the caller owns every struct inr_image and releases it with inr_image_free.
 */
#ifndef INRUSH_SIGNAL_H
#define INRUSH_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How samples are stored, in memory and on disk. Integer formats mean [0,1] as 0..max. */
enum inr_depth {
    INR_DEPTH_U8,  /* 8 bits, 0..255 */
    INR_DEPTH_U16, /* 16 bits, native byte order in memory, 0..65535 */
    INR_DEPTH_F32  /* 32-bit float, any finite value; linear light by convention (.hdr, .pfm) */
};

/* Bytes of one sample of a depth: 1, 2 or 4. */
size_t inr_depth_size(enum inr_depth depth);

/* A raster in its source depth. pixels: [height][width][channels], no padding.
 * channels: 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha (alpha straight, not premultiplied).
 * Palette images arrive as RGB or RGBA; 1/2/4-bit grey arrives as U8. */
struct inr_image {
    uint32_t width, height; /* both >= 1 */
    uint32_t channels;      /* 1..4 */
    enum inr_depth depth;
    void *pixels;
    uint8_t *icc; /* ICC profile bytes as found in the file, or NULL */
    size_t icc_size;
    char icc_name[80];
    int png_gamma; /* gAMA chunk of a PNG x 100000, 0: none */
    int png_srgb;  /* sRGB chunk rendering intent + 1, 0: none */
};

/* Read an image; the format is decided by content, not by suffix. `path` "-" reads standard input.
 * Errors: INR_ERR_INPUT (cannot read, not an image, damaged, float samples that are NaN or
 * infinite), INR_ERR_MEMORY. On failure *image is zeroed. */
enum inr_status inr_image_read(const char *path, struct inr_image *image, struct inr_error *err);

/* Release pixels and profile; the struct is zeroed. NULL is accepted. */
void inr_image_free(struct inr_image *image);

/* A sample as a float: integers scaled to [0,1], floats as they are. */
float inr_image_sample(const struct inr_image *image, uint32_t x, uint32_t y, uint32_t c);

/* Convert rows [row, row + n) to floats in the scale of inr_image_sample: out [n][width][channels].
 */
void inr_image_rows(const struct inr_image *image, uint32_t row, uint32_t n, float *out);

/* Writes an image row by row, so that the pixels never have to be in memory at once (formats .jpg,
 * .bmp and .tga buffer the picture). The format follows from the suffix of `path`: .png .ppm .pgm
 * .pnm .pam .pfm .hdr .jpg .jpeg .bmp .tga. The file appears under its name only at finish. */
struct inr_image_writer;

/* Description of the picture to write: pixels is not used. Depths a format cannot hold are an
 * INR_ERR_USAGE that names those it can; .hdr and .pfm take F32, .png U8 and U16, .ppm/.pgm/.pam
 * U8 and U16 (alpha: .pam), .jpg/.bmp/.tga U8. */
enum inr_status inr_image_writer_open(const char *path, const struct inr_image *description,
                                      struct inr_image_writer **out, struct inr_error *err);

/* The depth that `path`'s format would store a picture of depth `wanted` in. */
enum inr_depth inr_image_depth_for(const char *path, enum inr_depth wanted);

/* Append n rows of floats [n][width][channels]; integer depths clamp to [0,1] and round to nearest.
 */
enum inr_status inr_image_writer_rows(struct inr_image_writer *w, const float *rows, uint32_t n,
                                      struct inr_error *err);

/* Flush, sync and rename into place. The writer is released in every case. */
enum inr_status inr_image_writer_finish(struct inr_image_writer *w, struct inr_error *err);

/* Abandon: remove the temporary file and release. NULL is accepted. */
void inr_image_writer_abort(struct inr_image_writer *w);

/* Clamp to [0,1] and round to the nearest level of an integer depth, in place, so that metrics see
 * what a reader of the file will see. F32 leaves the values as they are. */
void inr_quantise(float *values, size_t n, enum inr_depth depth);

/* True when the suffix of `path` names an image format that can be written. */
bool inr_image_can_write(const char *path);

/* What a signal's samples were stored as: decides the scale they came in and what a result is
 * written as. Integers fill [0,1]. */
enum inr_sample {
    INR_SAMPLE_FLOAT, /* as they are */
    INR_SAMPLE_BOOL,  /* 0 and 1 */
    INR_SAMPLE_U8,
    INR_SAMPLE_U16,
    INR_SAMPLE_INTEGER /* of another size, or with a sign */
};

/* Samples on a regular grid, whatever they depict: a sound (1 axis), a picture (2), a volume or a
 * sampled distance field (3). values: [point][channel], points row-major with the first axis
 * fastest, so a picture's axes are x then y. Integers are scaled to [0,1] by the range of their
 * type, signed ones from its least value (so an 8-bit 0 becomes 128/255); bools are 0 and 1; floats
 * stay as they are; sounds are in [-1,1], of which an integer format's range fills all but the
 * last step. */
struct inr_signal {
    int dims;          /* 1..3 */
    uint32_t shape[3]; /* points per axis, each >= 1; 1 beyond dims */
    uint32_t channels; /* >= 1 */
    float *values;     /* finite */
    double rate;       /* sound: samples per second; otherwise 0 */
    enum inr_sample sample;
};

/* Read a picture, a .npy array or a sound, told apart by content; "-" reads standard input. NumPy:
 * 1 to 3 axes of bool, integers or floats of either byte order, C or Fortran order, first NumPy
 * axis slowest; a last axis of 1..4 after two or more larger ones is taken as channels, and so is a
 * fourth axis. Sound: whatever libsndfile reads, channels as they are. A value that is NaN or
 * infinite is an error that names the place. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. On failure
 * *signal is zeroed. */
enum inr_status inr_signal_read(const char *path, struct inr_signal *signal, struct inr_error *err);

/* The same where a picture should stay one, with depth and profile: a picture goes to *image,
 * anything else to *signal, and the other is zeroed. */
enum inr_status inr_signal_or_image_read(const char *path, struct inr_signal *signal,
                                         struct inr_image *image, struct inr_error *err);

/* The samples of an image as a signal; the caller releases it. Errors: INR_ERR_MEMORY. */
enum inr_status inr_signal_from_image(const struct inr_image *image, struct inr_signal *signal,
                                      struct inr_error *err);

/* Points of the grid: the product of shape. */
size_t inr_signal_points(const struct inr_signal *signal);

/* Release the values; the struct is zeroed. NULL is accepted. */
void inr_signal_free(struct inr_signal *signal);

/* Write a signal in the format of the suffix of `path`; the file appears complete or not at all.
 * .npy: one array in C order, NumPy's first axis the slowest, channels last, of bool, 8 or 16 bit
 * as `sample` says and float32 otherwise. .wav, .flac: one axis and a rate, as floats or with 24
 * bits, which clamp to [-1,1]. Picture formats take 2 axes and 1 to 4 channels; samples
 * that are no 8-bit or bool ones are stored with 16 bits, as floats in .pfm and .hdr, else with 8.
 * Integers clamp to [0,1] and round; bools are values of at least 0.5. What NumPy's shape alone
 * cannot tell apart reads back as another signal: sound with channels as a picture, a picture
 * narrower than its channels as a volume. Errors: INR_ERR_USAGE (suffix, shape), INR_ERR_OUTPUT,
 * INR_ERR_MEMORY. */
enum inr_status inr_signal_write(const char *path, const struct inr_signal *signal,
                                 struct inr_error *err);

/* True when the suffix of `path` names a format that inr_signal_write knows. */
bool inr_signal_can_write(const char *path);
/* True when it names one of sounds. */
bool inr_sound_can_write(const char *path);

/* False when values outside [0,1] would be clamped in the format of `path`. */
bool inr_signal_fits(const char *path, const struct inr_signal *signal);

/* What the values of a signal are like; all channels together. */
struct inr_signal_stats {
    double min, max, mean;
    double std;       /* root of the mean square distance from the mean */
    double psnr_mean; /* PSNR, with a peak of 1, of a model that gives each channel's mean: the
                         floor that any model must beat; +infinity when the channels are constant */
};

struct inr_signal_stats inr_signal_stats(const struct inr_signal *signal);

/* A signal that is made, not read. */
struct inr_generator {
    const char *name;    /* lower case */
    const char *summary; /* one line */
    uint32_t side[2];    /* points per axis unless asked otherwise, with 2 and 3 axes; 0: there is
                            no such signal */
    bool random;         /* depends on the seed */
    bool banded;         /* depends on the bandwidth */
    bool odd;            /* an even side grows by one */
    bool binary;         /* values are 0 and 1 */
};

/* The table of them, from 0; NULL past the end. */
const struct inr_generator *inr_generator_at(size_t index);

/* Make a signal of one channel with `side` points along each of 2 or 3 axes.
 *
 *     inr_signal_generate("bandlimited", 2, 0.5, 0, 1234, &signal, &err);
 *
 * side 0: that of the table. bandwidth: how fine the details are, [0.1, 0.9]; not used by signals
 * that have one setting. seed: below 2^32; the signals made of random numbers draw them as
 * numpy.random.seed(seed) does. With the sides of the table and a bandwidth of whole tenths, all
 * but the phantom are the signals of "Grids Often Outperform Implicit Neural Representations at
 * Compressing Dense Signals" (Kim and Fridovich-Keil 2025); Sierpinski's triangle is the set
 * itself, sampled at pixel centres, where theirs is a plot with an outline that thickens deep
 * levels. Band-limited noise leaves [0,1] at bandwidths of 0.8 and 0.9 and is constant with 3 axes
 * below 0.4. Errors: INR_ERR_USAGE, INR_ERR_MEMORY. On failure *signal is zeroed. */
enum inr_status inr_signal_generate(const char *name, int dims, double bandwidth, uint32_t side,
                                    uint64_t seed, struct inr_signal *signal,
                                    struct inr_error *err);

/* The ring of the star of that side in which a pixel lies: 0, with the finest details, to 8; -1
 * outside. Rings are equally wide; the study calls ring r a bandwidth of 0.9 - r / 10. */
int inr_star_ring(uint32_t side, uint32_t column, uint32_t row);

/* What two pictures differ by. peak is 1 for integer depths, the maximum of the reference for F32.
 */
struct inr_metric_result {
    double mse;  /* mean over pixels and channels */
    double psnr; /* 10 log10(peak^2 / mse); +infinity when mse is 0 */
    double ssim; /* Wang et al. 2004: 11 x 11 Gaussian window, sigma 1.5, K1 .01, K2 .03, mean over
                    windows that lie inside the picture and over channels; the window shrinks to
                    the largest odd size that fits a picture smaller than 11 */
    double ms_ssim; /* Wang, Simoncelli and Bovik 2003: SSIM at five scales, each half of the one
                       before by means of 2 x 2 pixels (an odd last row or column is left out),
                       with weights .0448 .2856 .3001 .2363 .1333, mean over channels; NaN where a
                       side is below 176, since the coarsest scale then holds no window */
    double mae;     /* mean absolute error */
    double max_error;
};

/* Streaming comparison of two pictures of equal size; memory is a few dozen rows. */
struct inr_metric;
enum inr_status inr_metric_begin(uint32_t width, uint32_t height, uint32_t channels, double peak,
                                 struct inr_metric **out, struct inr_error *err);
/* Append n rows of both pictures, [n][width][channels] floats. */
void inr_metric_rows(struct inr_metric *m, const float *reference, const float *test, uint32_t n);
/* The result over the rows given so far; releases m. */
struct inr_metric_result inr_metric_end(struct inr_metric *m);

/* How two signals are compared. */
struct inr_compare_options {
    double peak;      /* the greatest value there can be, for PSNR and SSIM */
    double threshold; /* values above it are inside, for IoU */
    bool clamp;       /* clamp the test, not the reference, to [0,1] first, as programs that write
                         pictures do; what the reference has beyond then bounds the PSNR */
};
#define INR_COMPARE_DEFAULT                                                                        \
    (struct inr_compare_options)                                                                   \
    {                                                                                              \
        .peak = 1.0, .threshold = 0.5, .clamp = false                                              \
    }

/* What two signals differ by; see struct inr_metric_result for the formulas. */
struct inr_scores {
    double mse;
    double psnr; /* +infinity when the signals are equal */
    double mae, max_error;
    double ssim;      /* 3 axes: mean over the slices of the last one; 1 axis: NaN */
    double ms_ssim;   /* likewise; NaN where a slice has a side below 176 */
    double iou;       /* values inside both / inside either; 1 when both are empty */
    double psnr_mean; /* PSNR of a model that gives the mean of each channel of the reference */
};

/* Compare two signals of one shape. options NULL: INR_COMPARE_DEFAULT. Errors: INR_ERR_INPUT
 * (shapes), INR_ERR_USAGE (options), INR_ERR_MEMORY. */
enum inr_status inr_signal_compare(const struct inr_signal *reference,
                                   const struct inr_signal *test,
                                   const struct inr_compare_options *options,
                                   struct inr_scores *scores, struct inr_error *err);

#ifdef __cplusplus
}
#endif
#endif
