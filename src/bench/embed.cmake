# SPDX-License-Identifier: MIT
# Writes OUTPUT, a C file with the suites of FILES as byte arrays and the table of them.
# Usage: cmake -DOUTPUT=suites.c "-DFILES=a.json;b.json" -P embed.cmake
# Or the text of one file as the string NAME: cmake -DOUTPUT=a.c -DNAME=a "-DTEXT=a.css" -P embed.cmake
if(TEXT)
    file(READ ${TEXT} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    file(WRITE ${OUTPUT} "extern const char ${NAME}[];\nconst char ${NAME}[] = {${bytes}0};\n")
    return()
endif()
set(arrays "")
set(rows "")
foreach(file ${FILES})
    get_filename_component(name ${file} NAME_WE)
    string(MAKE_C_IDENTIFIER ${name} id)
    file(READ ${file} hex HEX)
    file(READ ${file} content)
    string(JSON about GET "${content}" about)
    string(REPLACE "\"" "\\\"" about "${about}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const char text_${id}[] = {${bytes}};\n")
    string(APPEND rows "    {\"${name}\", \"${about}\", text_${id}, sizeof text_${id}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"bench/suite.h\"\n\n${arrays}
static const struct inr_bench_builtin table[] = {\n${rows}};

bool inr_bench_builtin_at(size_t index, struct inr_bench_builtin *builtin)
{
    if (index >= sizeof table / sizeof table[0])
        return false;
    *builtin = table[index];
    return true;
}
")
