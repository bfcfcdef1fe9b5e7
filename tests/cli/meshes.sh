# SPDX-License-Identifier: MIT
# meshes.sh - What `info` says of meshes and clouds, good and bad.
. "$(dirname "$0")/common.sh"

tetra tetra.obj
run 0 info tetra.obj
has out '^tetra\.obj: a closed mesh of 4 triangles in 1 piece$'
has out '^box          0 0 0 to 1 1 1$'
has out '^volume       0\.166667$'
empty err
run 0 info tetra.obj --json
json 'd["type"] == "mesh" and d["closed"] and d["vertices"] == 4 and d["components"] == 1'
json 'd["box"] == [[0, 0, 0], [1, 1, 1]] and abs(d["volume"] - 1 / 6) < 1e-6 and d["crossing_edges"] == 0'

head -n 7 tetra.obj >open.obj
run 0 info open.obj
has out 'an open mesh of 3 triangles in 1 piece, with 3 open edges$'
printf '0 0 0 0 0 1\n1 0 0 0 0 1\n' >points.xyz
run 0 info points.xyz
has out 'a cloud of 2 points with normals$'

printf 'v nan 0 0\nv 0 1 0\nv 1 0 0\nf 1 2 3\n' >nan.obj
refuse 3 'nan\.obj: nothing is left' info nan.obj
printf 'ply\nformat ascii 1.0\nelement vertex 9\n' >cut.ply
refuse 3 'cut\.ply: damaged PLY' info cut.ply
: >empty.stl
refuse 3 'empty\.stl: the file is empty' info empty.stl
refuse 3 'missing\.glb: no such file' info missing.glb
mkdir folder.obj
refuse 3 'folder\.obj: is a folder' info folder.obj
finish
