# SPDX-License-Identifier: MIT
# What `cmake --install` puts in place: program, library, headers, pkg-config file, manual page and
# completions. Included once, at the end of the top CMakeLists.txt.
option(INRUSH_SHARED "Build and install libinrush as a shared library too" OFF)

file(GLOB INRUSH_HEADERS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/inrush/*.h)

# The folders of the library: those that the topmost ones link, found by walking down. The commands and
# the benchmarks belong to the program.
function(inr_collect target)
    get_property(found GLOBAL PROPERTY INR_LIBRARY_FOLDERS)
    if(NOT TARGET ${target} OR target IN_LIST found OR target STREQUAL inr_flags)
        return()
    endif()
    set_property(GLOBAL APPEND PROPERTY INR_LIBRARY_FOLDERS ${target})
    get_target_property(links ${target} LINK_LIBRARIES)
    foreach(link ${links})
        string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" link "${link}")
        if(link MATCHES "^inr_")
            inr_collect(${link})
        endif()
    endforeach()
endfunction()
foreach(top codec task fit select)
    inr_collect(inr_${top})
endforeach()
get_property(INRUSH_FOLDERS GLOBAL PROPERTY INR_LIBRARY_FOLDERS)

# One archive out of the folders' archives. `ar -M` keeps members of equal name apart.
set(archive ${CMAKE_BINARY_DIR}/libinrush.a)
set(script "create ${archive}\n")
set(archives "")
foreach(folder ${INRUSH_FOLDERS})
    string(APPEND script "addlib $<TARGET_FILE:${folder}>\n")
    list(APPEND archives $<TARGET_FILE:${folder}>)
endforeach()
string(APPEND script "save\nend\n")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/libinrush.mri CONTENT "${script}")
add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} -M < ${CMAKE_BINARY_DIR}/libinrush.mri
    COMMAND ${CMAKE_RANLIB} ${archive}
    DEPENDS ${INRUSH_FOLDERS} ${archives} ${CMAKE_BINARY_DIR}/libinrush.mri
    COMMENT "Joining libinrush.a" VERBATIM)
add_custom_target(libinrush ALL DEPENDS ${archive})
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})

# Embree has no pkg-config file.
set(embree "")
if(INRUSH_SHAPES)
    get_filename_component(embree ${EMBREE_LIBRARY} NAME_WE)
    string(REGEX REPLACE "^lib" "-l" embree ${embree})
    set(INRUSH_PC_SHAPES "assimp ")
    set(INRUSH_SHAPE_LIBRARIES PkgConfig::ASSIMP ${EMBREE_LIBRARY})
endif()

# The shared library exports what the public headers declare and nothing else.
if(INRUSH_SHARED)
    set(map "INRUSH_${PROJECT_VERSION_MAJOR} {\n  global:\n")
    foreach(header ${INRUSH_HEADERS})
        file(READ ${header} text)
        string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
        string(REGEX MATCHALL "inr_[a-z0-9_]+\\(" functions "${text}")
        foreach(function ${functions})
            string(REPLACE "(" ";\n" function "    ${function}")
            string(APPEND map "${function}")
        endforeach()
    endforeach()
    string(APPEND map "  local: *;\n};\n")
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/libinrush.map CONTENT "${map}")
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/libinrush_version.c
        CONTENT "#include \"inrush/inrush.h\"\nstatic const char version[] __attribute__((used)) = \"inrush \" INR_VERSION;\n")
    add_library(inrush_shared SHARED ${CMAKE_BINARY_DIR}/libinrush_version.c)
    add_dependencies(inrush_shared libinrush)
    target_link_options(inrush_shared PRIVATE
        "LINKER:--whole-archive,${archive},--no-whole-archive"
        "LINKER:--version-script=${CMAKE_BINARY_DIR}/libinrush.map")
    target_link_libraries(inrush_shared PRIVATE inr_flags PkgConfig::JANSSON PkgConfig::OPENBLAS
        ${FFTW_THREADS} PkgConfig::FFTW PkgConfig::FFTW_DOUBLE Threads::Threads
        ${INRUSH_SHAPE_LIBRARIES} PNG::PNG PkgConfig::SNDFILE ZLIB::ZLIB OpenMP::OpenMP_C m
        ${CMAKE_DL_LIBS})
    set_target_properties(inrush_shared PROPERTIES OUTPUT_NAME inrush VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS "${archive};${CMAKE_BINARY_DIR}/libinrush.map")
    install(TARGETS inrush_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()

# Who links the archive alone must name what it needs; a shared library names it itself.
if(INRUSH_SHARED)
    set(INRUSH_PC_PRIVATE .private)
    set(INRUSH_PC_LIBS_PRIVATE "${embree} -lfftw3f_threads -lfftw3f -pthread -fopenmp -lm -ldl")
else()
    set(INRUSH_PC_LIBS "${embree} -lfftw3f_threads -lfftw3f -pthread -fopenmp -lm -ldl")
endif()
# Found relative to the file itself, so that `cmake --install --prefix` may move the tree.
file(RELATIVE_PATH INRUSH_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" INRUSH_PC_PREFIX "${INRUSH_PC_PREFIX}")
configure_file(${CMAKE_SOURCE_DIR}/cmake/inrush.pc.in ${CMAKE_BINARY_DIR}/inrush.pc @ONLY)
install(TARGETS inrush RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${INRUSH_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/inrush)
install(FILES ${CMAKE_BINARY_DIR}/inrush.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The program writes its own manual page and completions, which a cross build cannot run.
if(NOT CMAKE_CROSSCOMPILING)
    set(pages ${CMAKE_BINARY_DIR}/pages)
    file(MAKE_DIRECTORY ${pages})
    add_custom_command(OUTPUT ${pages}/inrush.1 ${pages}/inrush ${pages}/_inrush ${pages}/inrush.fish
        COMMAND inrush help --man > ${pages}/inrush.1
        COMMAND inrush completion bash > ${pages}/inrush
        COMMAND inrush completion zsh > ${pages}/_inrush
        COMMAND inrush completion fish > ${pages}/inrush.fish
        DEPENDS inrush COMMENT "Writing the manual page and completions" VERBATIM)
    add_custom_target(inrush_pages ALL DEPENDS ${pages}/inrush.1)
    install(FILES ${pages}/inrush.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${pages}/inrush
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${pages}/_inrush DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${pages}/inrush.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
