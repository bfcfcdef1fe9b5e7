/* SPDX-License-Identifier: MIT
 *
 * test_jet.c - Gradients by the coordinates and the geometry loss on the CPU, for every activation,
 * encoding and architecture, against central differences in double.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/cpu/cpu.h"
#include "jet_case.h"

static void test_differences(void **state)
{
    (void)state;
    struct inr_device device;
    inr_cpu_describe(&device);
    for (int i = 0; i < jet_case_count(); i++) {
        const struct jet_case_kind kind = jet_case_kind_at(i);
        struct jet_case c;
        jet_case_init(&c, &kind);
        struct inr_exec *exec = jet_case_exec(&c, &device, NULL);
        jet_case_check(&c, exec, kind.name);
        inr_exec_destroy(exec);
        jet_case_finish(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
