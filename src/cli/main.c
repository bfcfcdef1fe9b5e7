/* SPDX-License-Identifier: MIT
 *
 * main.c - Entry of the program; everything else is in the library of commands.
 */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return inr_cli_main(argc, argv);
}
