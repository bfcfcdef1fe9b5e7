# SPDX-License-Identifier: MIT
"""Print the reference values of tests/test_metric.c, computed with numpy only.

An independent path: every window is weighted with the full two-dimensional Gaussian and its moments
are taken around the window's own mean, instead of the separable sums of products in metric.c.
Run it and paste the output into test_metric.c when a case is added.
"""
import numpy as np


def picture(width, height, channels, seed):
    """The pictures of the test: a linear congruential generator over smooth ramps, as float32."""
    state = np.uint32(seed)
    out = np.empty((height, width, channels), np.float32)
    with np.errstate(over="ignore"):
        for y in range(height):
            for x in range(width):
                for c in range(channels):
                    state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
                    noise = np.float32(state >> np.uint32(8)) / np.float32(1 << 24)
                    ramp = np.float32((x * 3 + y * 5 + c * 7) % 64) / np.float32(64)
                    out[y, x, c] = np.float32(0.5) * ramp + np.float32(0.5) * noise
    return out


def ssim(a, b, peak):
    height, width, channels = a.shape
    side = min(width, height, 11)
    side -= 1 - side % 2
    axis = np.arange(side) - (side - 1) / 2
    window = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    values = []
    for c in range(channels):
        for y in range(height - side + 1):
            for x in range(width - side + 1):
                p = a[y : y + side, x : x + side, c]
                q = b[y : y + side, x : x + side, c]
                mp, mq = (window * p).sum(), (window * q).sum()
                vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
                cov = (window * (p - mp) * (q - mq)).sum()
                values.append(
                    (2 * mp * mq + c1) * (2 * cov + c2) / ((mp**2 + mq**2 + c1) * (vp + vq + c2))
                )
    return np.mean(values)


def factors(p, q, peak):
    """Means of luminance times contrast-structure and of contrast-structure of one channel."""
    axis = np.arange(11) - 5
    window = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    similarity, contrast = [], []
    for y in range(p.shape[0] - 10):
        rows_p = np.lib.stride_tricks.sliding_window_view(p[y : y + 11], 11, 1)
        rows_q = np.lib.stride_tricks.sliding_window_view(q[y : y + 11], 11, 1)
        ps, qs = rows_p.transpose(1, 0, 2), rows_q.transpose(1, 0, 2)
        mp = (window * ps).sum((1, 2), keepdims=True)
        mq = (window * qs).sum((1, 2), keepdims=True)
        vp, vq = (window * (ps - mp) ** 2).sum((1, 2)), (window * (qs - mq) ** 2).sum((1, 2))
        cov = (window * (ps - mp) * (qs - mq)).sum((1, 2))
        mp, mq = mp.ravel(), mq.ravel()
        cs = (2 * cov + c2) / (vp + vq + c2)
        contrast.append(cs)
        similarity.append(cs * (2 * mp * mq + c1) / (mp**2 + mq**2 + c1))
    return np.mean(similarity), np.mean(contrast)


def pool(p):
    """Means of 2 x 2 pixels in single precision, added as metric.c adds."""
    p = p[: p.shape[0] // 2 * 2, : p.shape[1] // 2 * 2]
    return np.float32(0.25) * ((p[0::2, 0::2] + p[0::2, 1::2]) + (p[1::2, 0::2] + p[1::2, 1::2]))


def ms_ssim(a, b, peak):
    """Of float32 pictures; NaN when a side is below 176."""
    if min(a.shape[:2]) < 176:
        return np.nan
    values = []
    for c in range(a.shape[2]):
        p, q, value = a[:, :, c], b[:, :, c], 1.0
        for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
            similarity, contrast = factors(p.astype(np.float64), q.astype(np.float64), peak)
            value *= max(0.0, similarity if scale == 4 else contrast) ** weight
            p, q = pool(p), pool(q)
        values.append(value)
    return np.mean(values)


def large():
    """Cases of MS-SSIM: the second picture is a mix, or the negative of the first."""
    for width, height, channels, peak, share in [
        (176, 176, 1, 1.0, 0.25), (191, 180, 3, 1.0, 0.25), (200, 353, 2, 2.5, 0.75),
        (175, 300, 1, 1.0, 0.25),
    ]:
        a = picture(width, height, channels, 1)
        keep = np.float32(1 - share)
        b = keep * a + np.float32(share) * picture(width, height, channels, 2)
        print(f"    {{{width}, {height}, {channels}, {peak}, {share}, {ms_ssim(a, b, peak):.15f}}},")


def main():
    large()
    cases = [
        (32, 24, 3, 1.0), (11, 11, 1, 1.0), (12, 40, 2, 1.0), (10, 30, 1, 1.0),
        (7, 5, 4, 1.0), (1, 1, 1, 1.0), (1, 17, 3, 1.0), (2, 2, 1, 1.0), (33, 21, 3, 2.5),
    ]
    for width, height, channels, peak in cases:
        a = picture(width, height, channels, 1).astype(np.float64)
        noise = picture(width, height, channels, 2)
        mix = np.float32(0.75) * a.astype(np.float32) + np.float32(0.25) * noise
        b = mix.astype(np.float64)
        mse = ((a - b) ** 2).mean()
        print(
            f"    {{{width}, {height}, {channels}, {peak}, {mse:.15e}, "
            f"{10 * np.log10(peak**2 / mse):.12f}, {ssim(a, b, peak):.15f}, "
            f"{np.abs(a - b).mean():.15e}, {np.abs(a - b).max():.15e}}},"
        )


if __name__ == "__main__":
    main()
