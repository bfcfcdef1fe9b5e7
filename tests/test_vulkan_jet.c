/* SPDX-License-Identifier: MIT
 *
 * test_vulkan_jet.c - Gradients by the coordinates and the geometry loss on a Vulkan device against
 * central differences in double, for every kind of field.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jet_case.h"
#include "vulkan_case.h"

static void test_differences(void **state)
{
    (void)state;
    for (int i = 0; i < jet_case_count(); i++) {
        const struct jet_case_kind kind = jet_case_kind_at(i);
        struct jet_case c;
        jet_case_init(&c, &kind);
        struct inr_exec *exec = jet_case_exec(&c, vulkan_case_device(), vulkan_case_log());
        jet_case_check(&c, exec, kind.name);
        inr_exec_destroy(exec);
        jet_case_finish(&c);
    }
}

static void test_silent(void **state)
{
    (void)state;
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_silent),
    };
    vulkan_case_device();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
