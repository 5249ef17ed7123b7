# The warnings of the house; errors when COSTLENS_WERROR is on (CI).
option(COSTLENS_WERROR "Warnings are errors" OFF)
set(COSTLENS_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wvla -Wformat=2
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual
    -Wcast-align -Wwrite-strings -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference
    -Wdouble-promotion -Wfloat-equal -Wredundant-decls)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND COSTLENS_WARNINGS -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Warith-conversion)
else()
  list(APPEND COSTLENS_WARNINGS -Wcomma -Wconditional-uninitialized -Wassign-enum -Wunreachable-code
       -Wmissing-variable-declarations)
endif()
set(COSTLENS_TEST_WARNINGS -Wall -Wextra -Wno-unused-parameter -Wshadow -Wvla -Wstrict-prototypes)
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
  list(APPEND COSTLENS_TEST_WARNINGS -Wno-string-concatenation) # long texts in tables
endif()
option(COSTLENS_ANALYZE "gcc's static analysis (scripts/strict)" OFF)
if(COSTLENS_ANALYZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND COSTLENS_WARNINGS -fanalyzer)
endif()
if(COSTLENS_WERROR)
  list(APPEND COSTLENS_WARNINGS -Werror)
  list(APPEND COSTLENS_TEST_WARNINGS -Werror)
endif()
add_compile_options(-fvisibility=hidden -fstack-protector-strong -fno-strict-aliasing)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -g)
  # What nobody set is zero, not what lay there before. Old clang wants to be asked twice.
  include(CheckCCompilerFlag)
  set(zero -ftrivial-auto-var-init=zero)
  check_c_compiler_flag(${zero} COSTLENS_ZERO_INIT)
  if(NOT COSTLENS_ZERO_INIT)
    list(APPEND zero -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
    string(REPLACE ";" " " words "${zero}")
    check_c_compiler_flag(${words} COSTLENS_ZERO_INIT_ASKED_TWICE)
  endif()
  if(COSTLENS_ZERO_INIT OR COSTLENS_ZERO_INIT_ASKED_TWICE)
    add_compile_options(${zero})
  endif()
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # Else gcc copies and clears with `rep`, which takes longer to begin than most texts to be copied.
    add_compile_options(-mstringop-strategy=libcall)
  endif()
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-fcf-protection)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2") # assertions stay: no NDEBUG
add_link_options(-Wl,-z,relro,-z,now -Wl,--as-needed)
# The calls between small functions of two files cost 3 % of a call's time: the program is optimized as
# a whole. The objects are machine code too, for the library and the tests.
option(COSTLENS_LTO "Optimize the program as a whole (release builds with gcc); off: links ten seconds faster" ON)
set(COSTLENS_WHOLE)
if(COSTLENS_LTO AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT COSTLENS_ANALYZE)
  set(COSTLENS_WHOLE -flto -flto-partition=one) # in one piece: pieces would need make
endif()
