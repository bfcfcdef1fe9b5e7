/* SPDX-License-Identifier: MIT
 *
 * embree.h - Embree 4 where there is one, else Embree 3, and the one call that differs.
 */
#ifndef INR_SHAPE_EMBREE_H
#define INR_SHAPE_EMBREE_H

#if INR_EMBREE == 4
#include <embree4/rtcore.h>
#else
#include <embree3/rtcore.h>
#endif

/* True when the ray meets something between tnear and tfar. */
static inline int inr_embree_occluded(RTCScene scene, struct RTCRay *ray)
{
#if INR_EMBREE == 4
    rtcOccluded1(scene, ray, NULL);
#else
    struct RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    rtcOccluded1(scene, &context, ray);
#endif
    return ray->tfar < 0.0f; /* Embree's mark */
}

#endif
