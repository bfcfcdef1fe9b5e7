#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Includes point down: fails on an #include of a folder that is not below the includer's.

base <- signal, field <- exec <- select <- fit <- task <- codec, bench <- cli; base <- plot <- bench, cli;
base, signal <- shape <- task.
signal and field do not know each other. Only exec/vulkan includes a Vulkan header; include/inrush includes only itself.
"""
import pathlib
import re
import sys

BELOW = {
    "base": set(),
    "plot": {"base"},
    "signal": {"base"},
    "shape": {"base", "signal"},
    "field": {"base"},
    "exec": {"base", "signal", "field"},
    "select": {"base", "signal", "field", "exec"},
    "fit": {"base", "signal", "field", "exec", "select"},
    "task": {"base", "signal", "field", "exec", "select", "fit", "shape"},
    "codec": {"base", "signal", "field", "exec", "select", "fit", "task"},
    "bench": {"base", "signal", "field", "exec", "select", "fit", "task", "codec", "plot", "shape"},
    "cli": {"base", "plot", "fit", "task", "codec", "bench"},
}

def main(root):
    failures = []
    for path in sorted(root.glob("src/**/*.[ch]")):
        folder = path.relative_to(root / "src").parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
            if not match:
                continue
            target = match.group(2)
            where = f"{path.relative_to(root)}:{number}"
            if re.match(r"(vulkan/|volk)", target) and "exec/vulkan" not in str(path):
                failures.append(f"{where}: only src/exec/vulkan includes {target}")
            if match.group(1) == "<":
                continue
            top = target.split("/")[0]
            if top in BELOW and top != folder and top not in BELOW[folder]:
                failures.append(f"{where}: {folder} must not include {target}")
            if folder == "cli" and top not in {"cli", "inrush", "bench", "plot", "task"} and \
                    target not in {"base/clock.h", "base/file.h"}:
                failures.append(f"{where}: cli uses the public headers, not {target}")
    for path in sorted(root.glob("include/inrush/*.h")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([^"]+)"', line)
            if match and not match.group(1).startswith("inrush/"):
                failures.append(f"{path.name}:{number}: public headers include only each other")
    print("\n".join(failures))
    return 1 if failures else 0

if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
