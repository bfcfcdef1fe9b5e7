# SPDX-License-Identifier: MIT
# pictures.sh - Size, depth, channels, alpha and colour profile travel from fit to file to render.
. "$(dirname "$0")/common.sh"

# head FILE: width height depth colour-type chunks...
head_is()
{
    picture head "$1" >head
    grep -Eq "$2" head || fail "$1 is $(cat head), not $2"
}

colour=(- 0 4 2 6)
for channels in 1 2 3 4; do
    for depth in 8 16; do
        picture make a.png 24x17 $channels $depth icc
        run 0 -q fit a.png -o a.inr "${tiny[@]}" --steps 5 -f
        run 0 -q render --device cpu a.inr -o b.png -f
        head_is b.png "^24 17 $depth ${colour[channels]} .*iCCP"
    done
done
run 0 -q render --device cpu a.inr -o c.png --depth 8
head_is c.png '^24 17 8 6 '

for size in 1x1 1x9 9x1; do
    picture make s.png $size 3 8
    run 0 -q fit s.png -o s.inr "${tiny[@]}" --steps 5 -f --json
    run 0 -q render --device cpu s.inr -o t.png -f
    head_is t.png "^${size%x*} ${size#*x} 8 2 "
    run 0 -q eval --device cpu s.inr s.png
done

# any size; a crop is the same pixels as the whole
picture make a.png 24x17 3 8
run 0 -q fit a.png -o a.inr "${tiny[@]}" --steps 30 -f
run 0 -q render --device cpu a.inr -o big.png --scale 3
head_is big.png '^72 51 '
run 0 -q render --device cpu a.inr -o part.png --scale 3 --crop 10,20,31x17
head_is part.png '^31 17 '
picture crop big.png part.png 10 20
run 0 -q render --device cpu a.inr -o same.png --size 72x51 --crop 31x17+10+20
cmp -s part.png same.png || fail "two spellings of a crop differ"
run 0 -q render --device cpu a.inr -o wide.png --size 48x
head_is wide.png '^48 34 '
run 0 -q render --device cpu a.inr -o wide.png --size x34 -f --json
json 'd["width"] == 48 and d["height"] == 34'
for wrong in 10,20 10,20,0x5 10,20,5x 5x5+1 70,0,5x5 -1,0,5x5; do
    run 2 render a.inr -o x.png --scale 3 --crop=$wrong
done
for wrong in 0x5 x axb 5x5x5 ''; do
    refuse 2 'size' render a.inr -o x.png --size="$wrong"
done
for wrong in 0 -1 nan inf 1e12 big; do
    refuse 2 'scale' render a.inr -o x.png --scale=$wrong
done
refuse 2 'give one' render a.inr -o x.png --scale 2 --size 4x4

# float out of integers and back
run 0 -q render --device cpu a.inr -o f.pfm
run 0 -q eval --device cpu a.inr f.pfm --json
json 'd["psnr"] is None or d["psnr"] > 50'
run 0 -q fit f.pfm -o f.inr "${tiny[@]}" --steps 5
run 0 info f.inr
has out 'depth +float'
run 0 -q render --device cpu f.inr -o f.png
head_is f.png '^24 17 (8|16) 2 '
finish
