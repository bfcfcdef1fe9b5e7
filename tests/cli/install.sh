# SPDX-License-Identifier: MIT
# install.sh - What is installed is complete: the example of fit.h compiles with the flags of pkg-config
# alone, runs, and the program reads its model. BUILD, CMAKE and CC come from CMakeLists.txt.
. "$(dirname "$0")/common.sh"
: >out
: >err
last='(install)'

"$CMAKE" --install "$BUILD" --prefix "$scratch/usr" >log 2>&1 || fail "install: $(tail -n 1 log)"
for file in bin/inrush include/inrush/fit.h share/man/man1/inrush.1 \
    share/bash-completion/completions/inrush share/zsh/site-functions/_inrush \
    share/fish/vendor_completions.d/inrush.fish; do
    [ -s "usr/$file" ] || fail "$file is not installed"
done
pc=$(find usr -name inrush.pc)
[ -n "$pc" ] || fail "inrush.pc is not installed"
export PKG_CONFIG_PATH="$scratch/${pc%/*}"
flags=$(pkg-config --cflags --libs inrush) || fail "pkg-config does not know inrush"

# the example is the indented part of the first comment
{
    printf '#include <inrush/fit.h>\n#include <stdio.h>\nint main(void)\n{\n'
    sed -n '/\*\//q; s/^ \*     //p' usr/include/inrush/fit.h
    printf 'return 0;\n}\n'
} >example.c
sed -i 's/2000/20/' example.c
picture make photo.png 24x17 3 8
# shellcheck disable=SC2086
$CC -std=c11 -Wall -Wextra ${CFLAGS:-} example.c -o example $flags 2>err ||
    fail "the example of fit.h does not compile"
lib=$(dirname "$(find usr -name libinrush.a)")
LD_LIBRARY_PATH="$scratch/$lib" ./example >out 2>err || fail "the example of fit.h does not run"
has out '^[0-9.]+ dB$'
program=$scratch/usr/bin/inrush
run 0 info photo.inr
finish
