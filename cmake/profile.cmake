# The release program is optimised as a whole, for the code that runs often (docs/decisions/0014-profile.md). Included after the toolchain.
set(PARAPH_PROFILE "" CACHE STRING "`use`: what tools/profile counted; `count`: count it, for script/profile; empty: neither")
if(PARAPH_PROFILE)
  # Static functions are counted under their file's name in the repository, wherever that lies.
  string(REGEX MATCHALL "/" above "${CMAKE_SOURCE_DIR}/")
  list(LENGTH above above)
  target_compile_options(paraph_flags INTERFACE "SHELL:-mllvm -static-func-strip-dirname-prefix=${above}")
endif()
if(PARAPH_PROFILE STREQUAL "count")
  set(count -fprofile-generate=${CMAKE_BINARY_DIR}/counts -fprofile-update=atomic)
  target_compile_options(paraph_flags INTERFACE ${count})
  target_link_options(paraph_flags INTERFACE ${count})
elseif(PARAPH_PROFILE STREQUAL "use")
  # A function that has changed since it was counted, or is new, is compiled as without counts.
  target_compile_options(paraph_flags INTERFACE -flto=thin -fprofile-use=${CMAKE_SOURCE_DIR}/tools/profile/release.profdata
    -Wno-profile-instr-out-of-date -Wno-profile-instr-unprofiled -Wno-backend-plugin)
  target_link_options(paraph_flags INTERFACE -flto=thin -Wl,--thinlto-jobs=2 -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/lto)
endif()
