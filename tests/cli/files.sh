# SPDX-License-Identifier: MIT
# files.sh - Inputs that cannot be read end with 3, outputs that cannot be written with 4, and an older
# file is never touched.
. "$(dirname "$0")/common.sh"
picture make a.png 24x17 3 8
fit=("${tiny[@]}" --steps 5)

refuse 3 'missing.png' fit missing.png -o a.inr "${fit[@]}"
refuse 3 '.' fit . -o a.inr "${fit[@]}"
cp a.png broken.png
picture break broken.png
refuse 3 'broken.png' fit broken.png -o a.inr "${fit[@]}"
: >empty.png
refuse 3 'empty.png' fit empty.png -o a.inr "${fit[@]}"
head -c 60 a.png >short.png
refuse 3 'short.png' info short.png
refuse 3 'missing.json' fit a.png -o a.inr --config missing.json
printf '{"network": {"n_neurons": 8,}}' >bad.json
refuse 3 'bad.json.*(line|column|:1)' fit a.png -o a.inr --config bad.json
printf '{"network": {"neurons": 8}}' >key.json
refuse 3 'neurons' fit a.png -o a.inr --config key.json
[ ! -e a.inr ] || fail "a failed fit left an output"

refuse 4 'folder' fit a.png -o . "${fit[@]}"
refuse 4 'no/such' fit a.png -o no/such/a.inr "${fit[@]}"
run 0 fit a.png -o a.inr "${fit[@]}"
cp a.inr before.inr
refuse 4 'a.inr.*-f' fit a.png -o a.inr "${fit[@]}"
cmp -s a.inr before.inr || fail "the existing output was changed"
run 0 -q fit a.png -o a.inr "${fit[@]}" --seed 9 -f
! cmp -s a.inr before.inr || fail "-f did not replace the output"

run 0 render --device cpu a.inr -o b.png
refuse 4 'b.png.*-f' render a.inr -o b.png
refuse 2 'suffix' render a.inr -o b.abc
refuse 2 'depth' render a.inr -o c.png --depth 12
run 2 render a.inr -o c.jpg --depth 16
[ ! -e c.jpg ] || fail "a refused rendering left an output"

# models that are not
head -c 300 a.inr >short.inr
refuse 3 'short.inr' info short.inr
refuse 3 'short.inr' render short.inr -o c.png
refuse 3 'a.png' render a.png -o c.png
refuse 2 'both models' eval a.inr before.inr

# a size limit stands for a full disk: the message is ours, the old file stays, no rest is left
cp a.inr before.inr
(ulimit -f 1 && "$program" -q fit a.png -o a.inr -f --device cpu --steps 2 --width 64) >out 2>err
[ $? -eq 4 ] || fail "a file-size limit must end with code 4"
has err '^inrush: .*a.inr'
cmp -s a.inr before.inr || fail "a failed write changed the older file"
[ "$(ls -A | grep -c tmp)" -eq 0 ] || fail "a failed write left a temporary file"

# a really full disk, where mounting is permitted
mkdir disk
if mount -t tmpfs -o size=8k tmpfs disk 2>/dev/null; then
    last='fit to a full disk'
    "$program" -q fit a.png -o disk/a.inr --device cpu --steps 2 --width 64 >out 2>err
    [ $? -eq 4 ] || fail "a full disk must end with code 4"
    has err 'disk is full'
    [ -z "$(ls -A disk)" ] || fail "a full disk holds a temporary file"
    umount disk
fi

# results that do not reach standard output
if [ -e /dev/full ]; then
    last='list >/dev/full'
    : >out
    "$program" list >/dev/full 2>err
    [ $? -eq 4 ] || fail "a full standard output must end with code 4"
    has err 'standard output'
fi

# root may write everywhere
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    chmod 500 closed
    refuse 4 'permission' fit a.png -o closed/a.inr "${fit[@]}"
fi
finish
