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

/* What goes with a ray to the filters of the geometries that it meets: the first member of more. */
struct inr_embree_context {
#if INR_EMBREE == 4
    struct RTCRayQueryContext own;
#else
    struct RTCIntersectContext own;
#endif
};

/* Send a ray whose hits a filter looks at, and turns down, so that it goes on to the end. */
static inline void inr_embree_visit(RTCScene scene, struct RTCRay *ray,
                                    struct inr_embree_context *context)
{
#if INR_EMBREE == 4
    struct RTCOccludedArguments args;
    rtcInitOccludedArguments(&args);
    rtcInitRayQueryContext(&context->own);
    args.context = &context->own;
    rtcOccluded1(scene, ray, &args);
#else
    rtcInitIntersectContext(&context->own);
    rtcOccluded1(scene, &context->own, ray);
#endif
}

/* The first thing that the ray meets, if any: hit.geomID. */
static inline void inr_embree_intersect(RTCScene scene, struct RTCRayHit *ray)
{
#if INR_EMBREE == 4
    rtcIntersect1(scene, ray, NULL);
#else
    struct RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    rtcIntersect1(scene, &context, ray);
#endif
}

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
