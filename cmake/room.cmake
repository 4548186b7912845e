# A room sees only the headers of the rooms it names: each room's folder is reached through a link in an include folder of its
# own (build/rooms/NAME/PATH -> src/PATH), so `#include "mime/scan.h"` works only where `mime` is linked.
#
#   paraph_room(NAME [PATH path] [ROOMS room...] [LIBRARIES target...] [TEST_ROOMS room...] [TEST_LIBRARIES target...])
#
# Sources are every *.cpp of the folder (not of subfolders, and not main.cpp); *_test.cpp become the GoogleTest program NAME_test, which may see
# more (TEST_ROOMS); *_bench.cpp and *_fuzz.cpp are left to tools/ and tests/fuzz.
function(paraph_room NAME)
  cmake_parse_arguments(R "" "PATH" "ROOMS;LIBRARIES;TEST_ROOMS;TEST_LIBRARIES" ${ARGN})
  if(NOT R_PATH)
    set(R_PATH ${NAME})
  endif()
  set(dir "${CMAKE_SOURCE_DIR}/src/${R_PATH}")
  set(view "${CMAKE_SOURCE_DIR}/build/rooms/${NAME}")
  get_filename_component(parent "${view}/${R_PATH}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  if(NOT IS_SYMLINK "${view}/${R_PATH}")
    file(CREATE_LINK "${dir}" "${view}/${R_PATH}" SYMBOLIC)
  endif()

  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.cpp")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_(test|bench|fuzz)|/main)\\.cpp$")
  set(no_pch "^media_(worker|voice|picture)$")  # their libraries want flags that a precompiled header has not
  set(rooms ${R_ROOMS})
  list(TRANSFORM rooms PREPEND "paraph_")

  if(sources)
    add_library(paraph_${NAME} STATIC ${sources})
    target_include_directories(paraph_${NAME} PUBLIC "${view}")
    target_link_libraries(paraph_${NAME} PUBLIC ${rooms} ${R_LIBRARIES} paraph_flags)
    if(NAME MATCHES "^(net|relay|service|queue|session|source|media|dns|spf|dmarc|app)" AND NOT NAME MATCHES "${no_pch}")
      paraph_use_pch(paraph_${NAME} rooms)  # the rooms below floor 2 do without: they know no Asio, and it shall not slip in
    endif()
  else()
    add_library(paraph_${NAME} INTERFACE)
    target_include_directories(paraph_${NAME} INTERFACE "${view}")
    target_link_libraries(paraph_${NAME} INTERFACE ${rooms} ${R_LIBRARIES} paraph_flags)
  endif()

  if(tests AND NOT PARAPH_FUZZ)
    set(test_rooms ${R_TEST_ROOMS})
    list(TRANSFORM test_rooms PREPEND "paraph_")
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE paraph_${NAME} ${test_rooms} ${R_TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
    if(NOT NAME MATCHES "${no_pch}")
      paraph_use_pch(${NAME}_test tests)
    endif()
    add_test(NAME ${NAME} COMMAND ${NAME}_test)
    set_tests_properties(${NAME} PROPERTIES TIMEOUT 600 LABELS unit)
  endif()
endfunction()
