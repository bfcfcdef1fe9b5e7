/* SPDX-License-Identifier: MIT
 *
 * codec.h - Fitted fields as small files, `.inrz`.
 *
 *     struct inr_error err = {0};
 *     uint8_t *bytes;
 *     size_t size;
 *     inr_codec_pack(model, &settings, &bytes, &size, &err);   // of any fitted model
 *     inr_codec_unpack(bytes, size, "photo.inrz", &model, &err); // a model again: render it
 *
 * The file needs nothing but itself. All of its bytes count in the rates that are reported.
 *
 * Format, version 1. Numbers are little-endian; "varint" has seven bits a byte, low ones first, the
 * top bit set in all bytes but the last; "signed" is the varint of 2 v, or -2 v - 1 below 0;
 * "number" is the signed of twice a whole number within +-2^20, or the varint 1 and the four bytes
 * of a float.
 *
 *     4 bytes   "INRZ"
 *     1 byte    1: the version
 *     varint    bytes of the header
 *     ...       header
 *     4 bytes   CRC-32 (zlib) of everything before
 *     varint    bytes of the weights
 *     ...       weights
 *     4 bytes   CRC-32 of the weights' bytes
 *     with nested networks the last three once for every level, from the smallest
 *     with a colour profile: varint, that many bytes of ICC profile, their CRC-32
 *
 * and nothing behind. The header:
 *
 *     1 byte    method: 0, weights; 1, latents: see below
 *     1 byte    bit 0 a profile follows, 1 samples lie in [0,1], 2 and 3 axes - 1,
 *               4 to 6 stored samples (enum inr_sample), 7 extras follow
 *     varint    task, an id of `inrush list task`
 *     varint    points of each axis: width, height, length
 *     varint    channels
 *     number    scale, then shift: the field's output is scale * sample + shift
 *     extras    varint which: bit 0 lattice, 1 rate, 2 peak, 3 threshold, 4 frame, 5 angles; then
 *               those, in this order: varint lattice; number rate (sound, samples a second); number
 *               peak (of PSNR); number threshold; of a shape centre x, y, z and scale (field
 *               coordinates are (point - centre) * scale) as four 8-byte doubles and a varint id of
 *               `inrush list sign`, 0 for arrays of distances; varint projections (task ct)
 *     varint    seed of frozen tables (random Fourier features, filters)
 *     signed    activation, an id of `inrush list activation`
 *     settings  1 byte number in the list of src/codec/settings.c, value; rising; 255 ends. Values
 *               are signed, a number for real settings, three signed for sides; absent ones are 0
 *     3 bytes   bits of weights, of biases (0: the rule of struct inr_quantizer), and of the first
 *               layer times two plus the granularity; 128 is added to the first byte where
 *     1 byte    follows: companding B of the weights, 1..8
 *     varint    with nested networks, of every level: its PSNR in 1/100 dB, 0: not measured
 *
 * The weights are a range code (src/codec/range.h, symbol.h, weights.h, context.h): for every
 * trainable tensor in the order of the field's slices its steps, a model, its levels; parameter =
 * step * level, a product of two floats. With companding it is step * (level (8 + B |level|)) for
 * tensors of at most 7 bits but biases, phases, constants and what multiplies the coordinates
 * themselves. Of N nested networks the weights of level k hold the scalars that level k has and
 * level k - 1 has not, tensor by tensor in the order they have there: unit i of n belongs to level
 * floor(i N / n) + 1 and those above, a weight to the higher level of its two units, a step of a
 * row to its unit's, one of a tensor to 1, biases of the outputs to their own. Models go on from
 * level to level, so the file up to the end of any level decodes to that network.
 *
 * Decoded weights are the same bits on every machine. Values rendered from them are those of the
 * device's floating point: at the sizes, crops and devices that tests try they agree within 1e-4 of
 * the range, so samples of 8 bits by one level.
 *
 * A latent-coded picture (method 1) is in the place of weights; its header:
 *
 *     1 byte    method: 1
 *     1 byte    bit 0 a profile follows, 1 and 2 channels - 1 (grey, grey + alpha, RGB, RGB +
 *               alpha), 3 samples have 16 bits, 4 to 6 number of grids, 7 initial
 *               networks 1, else 0
 *     varint    width, height: 2^26 pixels at most
 *     1 byte    step i: (8 + i mod 8) 2^(i div 8 - 12), what a latent of 1 is to the synthesis
 *     2 bytes   four bits each, low ones first: shifts of the entropy network's weights, its
 *               biases, the synthesis network's weights, its biases; a level of 1 is 2^-shift
 *
 * The section is one range code: the levels of all parameters as differences to those of the
 * initial networks (src/codec/latent/start_0.c, start_1.c), then the grids, smallest first, row by
 * row (src/codec/latent/code.h; networks and contexts: net.h; the entropy network in whole numbers:
 * predict.h). Samples are rounded to their depth. Every machine with IEEE floats gives the same
 * picture, bit for bit.
 *
 * Thread safety and ownership as in fit.h.
 */
#ifndef INRUSH_CODEC_H
#define INRUSH_CODEC_H

#include "inrush/fit.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INR_CODEC_VERSION 1

/* What is in a file. */
enum inr_codec_method {
    INR_CODEC_WEIGHTS = 0, /* a field: inr_codec_unpack */
    INR_CODEC_LATENT = 1   /* a picture: inr_codec_picture */
};

/* How a fitted model is stored. */
struct inr_codec_settings {
    struct inr_quantizer quantizer; /* bits 0: the one the field was trained with, learnt steps
                                       included, else 8 bits; other steps follow from the weights */
    bool profile;                   /* keep the colour profile */
    double psnr[INR_MAX_NESTED];    /* nested networks: of each, 0: not measured */
};

/* Make a file's bytes of any model; *bytes [*size] is the caller's to free.
 * Weights that training did not quantise are quantised now; a reparameterised field is collapsed
 * first. What the file holds is what inr_codec_unpack gives, so scores are to be taken of that.
 * Errors: INR_ERR_USAGE (bits), INR_ERR_INPUT (a weight is not finite), INR_ERR_MEMORY. */
enum inr_status inr_codec_pack(const struct inr_model *model,
                               const struct inr_codec_settings *settings, uint8_t **bytes,
                               size_t *size, struct inr_error *err);

/* True for the first bytes of such a file. */
bool inr_codec_recognise(const uint8_t *head, size_t size);

/* The method of such a file, of which the first 16 bytes suffice; -1: no such file, or cut. */
int inr_codec_method_of(const uint8_t *head, size_t size);

/* Bytes of a latent-coded file's parts, to fractions: the code has no borders inside. */
struct inr_codec_parts {
    double entropy, synthesis; /* networks */
    double grid[7];            /* of full size, half, quarter ... */
    int grids;
    size_t profile;
    size_t rest; /* header and checksums */
};

/* The picture in a latent-coded file's bytes, and where they went unless parts is NULL. device as
 * in inr_fit_config, but "auto" and NULL are the CPU, whose picture is the same everywhere, bit for
 * bit; that of others is within one level of it. threads of the CPU, 0: all. The caller releases
 * *image. Nothing is allocated before the header has passed its checksum and the size is plausible
 * for the bytes that follow; no more than about 90 bytes a pixel are. Errors: INR_ERR_INPUT (not
 * such a file, newer, cut, damaged), INR_ERR_USAGE (a compressed field), INR_ERR_MEMORY, those of
 * devices. */
enum inr_status inr_codec_picture(const uint8_t *bytes, size_t size, const char *name,
                                  const char *device, int threads, struct inr_image *image,
                                  struct inr_codec_parts *parts, struct inr_error *err);

/* The model in a file's bytes; `name` is for messages. Nothing is allocated before the header has
 * passed its checksum and its sizes are plausible for the bytes that follow. Errors: INR_ERR_INPUT
 * (not such a file, newer version, cut, damaged; it says where), INR_ERR_MEMORY. */
enum inr_status inr_codec_unpack(const uint8_t *bytes, size_t size, const char *name,
                                 struct inr_model **model, struct inr_error *err);

/* The same, but of nested networks number `level`, from 1, for which the file may end behind it. A
 * file that ends before gives the highest level that is whole, see config.field.level (0: all of
 * them). Level 0: everything. Errors: those and INR_ERR_USAGE (no such level). */
enum inr_status inr_codec_unpack_level(const uint8_t *bytes, size_t size, int level,
                                       const char *name, struct inr_model **model,
                                       struct inr_error *err);

/* A level of nested networks. */
struct inr_codec_level {
    uint64_t bytes; /* of the file up to its end; 0: the file is cut or damaged before that */
    double psnr;    /* 0: not measured */
};

/* levels [INR_MAX_NESTED], *n of them, 1 of a single network. Errors: as inr_codec_unpack, of the
 * header alone; _read: of a file, 0 levels where it is a model file. */
enum inr_status inr_codec_levels(const uint8_t *bytes, size_t size, const char *name,
                                 struct inr_codec_level *levels, int *n, struct inr_error *err);
enum inr_status inr_codec_read_levels(const char *path, struct inr_codec_level *levels, int *n,
                                      struct inr_error *err);

/* Read such a file, or a model file (inr_model_load), told apart by content. */
enum inr_status inr_codec_load(const char *path, struct inr_model **model, struct inr_error *err);
enum inr_status inr_codec_load_level(const char *path, int level, struct inr_model **model,
                                     struct inr_error *err);

/* How a picture is compressed. Exactly one of bytes and psnr may be set; with neither the field of
 * `config` is taken as it is. */
struct inr_compress_options {
    uint64_t bytes; /* size the file is to have, within 5 % */
    double psnr;    /* dB that it is to reach at least; the smallest file that does is sought */
    int effort;     /* 1..9: time of training, doubling from one to the next; 0: config.steps */
    bool profile;
    struct inr_fit_config config; /* of inr_compress_config, changed as wished; width and steps are
                                     decided here, and a batch of 0 is twice the steps */
};

struct inr_compress_result {
    uint8_t *bytes; /* free() it */
    size_t size;
    double bpp;  /* bits of the whole file a point of the picture */
    double psnr; /* of what the file decodes to, as written */
    double ssim;
    double seconds; /* of everything */
    uint64_t parameters;
    int width;
    int fits;                                      /* trainings it took, pilots included */
    struct inr_codec_level levels[INR_MAX_NESTED]; /* [n_levels] of nested networks */
    int n_levels;                                  /* 1: a single one */
};

/* Settings that compression starts from, for a picture of that size. */
void inr_compress_config(struct inr_fit_config *config);

/* What is about to be done, before it is begun. Latents: once, seconds of all of it with what
 * corrections usually take, as a few steps tell. Fields: after a pilot and at every further
 * training, of which a PSNR usually takes three. */
struct inr_compress_plan {
    int width; /* 0: latents */
    uint64_t steps;
    double seconds; /* from now on, about */
};

struct inr_compress_watch {
    void (*plan)(void *user, const struct inr_compress_plan *plan); /* or NULL */
    struct inr_fit_watch fit; /* of every training in turn; of latents all in one */
    void *user;
};

/* Compress a picture by a field. Towards a size the width is chosen, and in the last quarter of
 * training the steps of its weights: up to twice as wide or half as wide as bits say, for which a
 * file may state a bit more. result->bytes is the caller's; it is set for INR_OK, INR_TARGET_MISSED
 * (the size is off by more than 5 %, or no size reaches the PSNR) and INR_INTERRUPTED after a first
 * training. Errors: those of inr_fit and inr_codec_pack; INR_ERR_USAGE (a size that no field has).
 */
enum inr_status inr_compress_image(const struct inr_image *image, const char *name,
                                   const struct inr_compress_options *options,
                                   const struct inr_compress_watch *watch,
                                   struct inr_compress_result *result, struct inr_error *err);

/* The same by latents: quantised grids, an entropy network and a synthesis network, trained on the
 * CPU or a Vulkan device. Of options->config device, memory_limit, threads, seed and steps (0 with
 * an effort) count; with neither bytes nor
 * psnr about 0.5 bits a pixel are spent on a photograph. psnr: is reached, by 0.15 dB at most
 * where so little can be had. Interrupted, a file of what there was is made at once.
 * result->width is 0, ->fits the number of files made on the way. Training takes about 220 bytes a
 * pixel. Errors: INR_ERR_USAGE (float samples; more than 2^26 pixels), INR_ERR_MEMORY, those of
 * devices; INR_TARGET_MISSED and INR_INTERRUPTED as above. */
enum inr_status inr_compress_latent(const struct inr_image *image, const char *name,
                                    const struct inr_compress_options *options,
                                    const struct inr_compress_watch *watch,
                                    struct inr_compress_result *result, struct inr_error *err);

/* One line of inr_codec_selftest: what was compared, its error relative to the largest value, and
 * the error that passes. */
typedef void inr_codec_selftest_line(void *user, const char *kernel, const char *detail,
                                     double error, double tolerance, bool pass);

/* A step of latents by a Vulkan device, as inr_fit_config names it, against the CPU's; `line`
 * (NULL: none) is called for each comparison. The CPU itself: nothing is compared. Errors: those of
 * devices; INR_ERR_FAILED when a comparison fails. */
enum inr_status inr_codec_selftest(const char *device, inr_codec_selftest_line *line, void *user,
                                   const struct inr_log *log, struct inr_error *err);

#ifdef __cplusplus
}
#endif
#endif
