# SPDX-License-Identifier: MIT
# scripts.sh - Completions parse and complete, the manual page renders without a warning, lists agree.
. "$(dirname "$0")/common.sh"

run 0 completion bash
cp out inrush.bash
bash -n inrush.bash || fail "the bash completion does not parse"

# complete WORDS...: what bash would offer for the last word
complete_words()
{
    bash -c '. ./inrush.bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _inrush; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$@" >out 2>err
    last="completion of $*"
}
complete_words inrush re
has out '^render$'
complete_words inrush fit --pre
has out '^--preset$'
has out '^--preview$'
complete_words inrush fit --preset w
has out '^wire$'
lacks out 'siren'
complete_words inrush fit --preset = w
has out '^wire$'
complete_words inrush list acti
has out '^activation$'
complete_words inrush render --depth ''
has out '^float$'
complete_words inrush help sel
has out '^selftest$'

run 0 completion zsh
has out '^#compdef inrush'
if command -v zsh >/dev/null; then
    zsh -n out || fail "the zsh completion does not parse"
fi
run 0 completion fish
if command -v fish >/dev/null; then
    fish -n out || fail "the fish completion does not parse"
fi
run 0 help --man
cp out inrush.1
has out '^\.SH EXIT STATUS'
if command -v man >/dev/null; then
    LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l inrush.1 >page 2>warnings
    [ ! -s warnings ] || fail "the manual page has warnings: $(head -n 1 warnings)"
elif command -v groff >/dev/null; then
    groff -ww -man -Tutf8 inrush.1 >page 2>warnings
    [ ! -s warnings ] || fail "the manual page has warnings: $(head -n 1 warnings)"
fi

# every long option of every help is in the manual page and in the completion
for command in fit render eval info spectrum list devices selftest bench; do
    run 0 help $command
    for option in $(grep -oE '^ +(-., )?--[a-z0-9-]+' out | grep -oE -- '--.*'); do
        grep -qF -- "${option//-/\\-}" inrush.1 || fail "$option is not in the manual page"
        grep -qF -- "$option" inrush.bash || fail "$option is not in the completion"
    done
done

run 0 list --json
cp out list.json
json '{"preset", "activation", "encoding", "init", "loss", "optimizer"} <= set(d)'
json 'all({"id", "name", "summary"} <= set(row) for rows in d.values() for row in rows)'
run 0 list activation --json
json 'd == j("list.json")["activation"]'
run 0 list activation
has out '^sine '

# what vi3nr makes of an activation
run 0 list init --activation gauss --sigma 10
has out 'sigma_p +0\.109868 .*cond = 1'
has out 'E f\^2 +0\.414214'
run 0 list init --activation gauss --sigma 10 --json
json 'd["sigma_p_source"] == "solved" and abs(d["cond"] - 1) < 1e-9 and d["fan_in"] == 256'
json 'abs(d["hidden_bound"] - 0.170711 * (3 / 256) ** 0.5) < 1e-6'
run 0 list init --activation sine --json
json 'd["sigma_p_source"] == "default" and d["first_layer"] == "siren" and d["first_bound"] == 0.5'
run 0 list init --activation sine --sigma-p 0.01 --json
json 'd["sigma_p_source"] == "given"'
finish
