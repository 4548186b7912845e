# Precompiled headers, for builds from nothing (script/build, script/test): a third less work. Without them, as presets configure by
# default, ccache serves better, and a file that forgets an include is found.
option(PARAPH_PCH "precompile the headers that most rooms and all tests share" OFF)

# Called once, when the room `base` stands.
function(paraph_make_pch)
  if(NOT PARAPH_PCH)
    return()
  endif()
  set(shared <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <vector> <fmt/format.h>
      "\"base/result.h\"" "\"base/task.h\"" "\"base/text.h\"" "<boost/asio/co_spawn.hpp>" "<boost/asio/post.hpp>")
  file(WRITE "${CMAKE_BINARY_DIR}/pch/empty.cpp.in" "// What a precompiled header is attached to.\n")
  foreach(kind rooms tests)
    set(source "${CMAKE_BINARY_DIR}/pch/${kind}.cpp")
    configure_file("${CMAKE_BINARY_DIR}/pch/empty.cpp.in" "${source}" COPYONLY)
    add_library(paraph_pch_${kind} OBJECT "${source}")
    target_link_libraries(paraph_pch_${kind} PRIVATE paraph_base)
    target_compile_options(paraph_pch_${kind} PRIVATE -Xclang -fno-pch-timestamp)
  endforeach()
  target_precompile_headers(paraph_pch_rooms PRIVATE ${shared})
  target_link_libraries(paraph_pch_tests PRIVATE GTest::gmock)
  target_precompile_headers(paraph_pch_tests PRIVATE ${shared} <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# For a target that links `base`. KIND is `rooms`: it knows Asio anyway; or `tests`.
function(paraph_use_pch TARGET KIND)
  if(TARGET paraph_pch_${KIND})
    target_compile_options(${TARGET} PRIVATE -Xclang -fno-pch-timestamp)
    target_precompile_headers(${TARGET} REUSE_FROM paraph_pch_${KIND})
  endif()
endfunction()
