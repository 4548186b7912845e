# One toolchain: Clang 19 with libstdc++ (docs/decisions/0001-toolchain.md).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines: build Paraph with clang++-19 (cmake --preset dev), see docs/decisions/0001-toolchain.md.")
endif()
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# -O0: sanitized coroutines compile in half the time, and the tests are quick enough. A fuzzer wants runs a second.
set(CMAKE_CXX_FLAGS_DEV "-O0 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_FUZZ "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1" CACHE STRING "" FORCE)
set(PARAPH_SANITIZE "" CACHE STRING "sanitizers, comma separated")
option(PARAPH_FUZZ "build the libFuzzer targets" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  # No directory in the hash: a fresh clone or a second preset reuses what was compiled before.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(paraph_flags INTERFACE)
target_compile_options(paraph_flags INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
target_link_options(paraph_flags INTERFACE -fuse-ld=lld)
if(PARAPH_SANITIZE)
  target_compile_options(paraph_flags INTERFACE -fsanitize=${PARAPH_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(paraph_flags INTERFACE -fsanitize=${PARAPH_SANITIZE})
endif()
if(PARAPH_FUZZ)
  target_compile_options(paraph_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(paraph_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_compile_definitions(paraph_flags INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE)
