/* SPDX-License-Identifier: MIT
 *
 * signal_internal.h - What the readers of signals share: decoding from memory, and the sentences.
 */
#ifndef INR_SIGNAL_SIGNAL_INTERNAL_H
#define INR_SIGNAL_SIGNAL_INTERNAL_H

#include "inrush/signal.h"

/* More values than this are refused, as for pictures. */
#define INR_SIGNAL_MAX_VALUES 2147483647u

/* Decode a file that is in memory; `name` is for messages. What inr_signal_read does once the bytes
 * are there, and the door for the fuzzer. Errors as inr_signal_read. */
enum inr_status inr_signal_decode(const uint8_t *data, size_t size, const char *name,
                                  struct inr_signal *signal, struct inr_error *err);

/* True when the bytes start as a NumPy file does. */
bool inr_npy_probe(const uint8_t *data, size_t size);

/* The array of a NumPy file (format versions 1 to 3). On failure *signal may hold memory that the
 * caller releases. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_npy_decode(const uint8_t *data, size_t size, const char *name,
                               struct inr_signal *signal, struct inr_error *err);

/* Write a .npy file, see inr_signal_write. Errors: INR_ERR_OUTPUT. */
enum inr_status inr_npy_write(const char *path, const struct inr_signal *signal,
                              struct inr_error *err);

/* The sound of a file in any format that libsndfile knows by content; *known: whether it knew this
 * one, else nothing is said in err. On failure *signal may hold memory that the caller releases.
 * Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_sound_decode(const uint8_t *data, size_t size, const char *name, bool *known,
                                 struct inr_signal *signal, struct inr_error *err);

/* Write a sound in the format of the suffix of `path`: .wav, .flac. Errors: INR_ERR_USAGE (not a
 * sound), INR_ERR_OUTPUT. */
enum inr_status inr_sound_write(const char *path, const struct inr_signal *signal,
                                struct inr_error *err);

/* The sentence for want of memory. */
enum inr_status inr_signal_no_memory(struct inr_error *err, const char *name);

#endif
