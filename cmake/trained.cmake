# Laid out by what a call goes through: scripts/build makes a program that counts its ways (COSTLENS_COUNT),
# has it serve some calls (scripts/train), and reads the counts for the program that stays. What was never
# called, or has changed since it was counted, is compiled as without counts. doc/why/training.md says why.
set(COSTLENS_COUNTS "" CACHE PATH "Counts of calls, by which gcc lays the program out (scripts/build makes them)")
option(COSTLENS_COUNT "The program counts its ways into COSTLENS_COUNTS" OFF)
set(COSTLENS_TRAINED)
if(COSTLENS_COUNTS AND CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
  set(COSTLENS_TRAINED -fprofile-prefix-path=${CMAKE_BINARY_DIR} -fprofile-update=atomic)
  if(COSTLENS_COUNT)
    list(APPEND COSTLENS_TRAINED -fprofile-generate=${COSTLENS_COUNTS})
    set(COSTLENS_WHOLE) # it serves for seconds
  else()
    list(APPEND COSTLENS_TRAINED -fprofile-use=${COSTLENS_COUNTS} -fprofile-partial-training
         -Wno-missing-profile -Wno-coverage-mismatch)
  endif()
endif()
add_executable(train EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tools/train.c) # the calls' client
target_compile_options(train PRIVATE ${COSTLENS_WARNINGS})
