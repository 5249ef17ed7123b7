# The model that routing begins with, put into the room route as it is (doc/router.md). The room reads no file.
enable_language(ASM)
set(prior ${CMAKE_SOURCE_DIR}/models/prior.model)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/prior.S @ONLY CONTENT [=[
// Made by cmake/prior.cmake.
#ifdef __APPLE__
#define NAME(n) _##n
#define HIDE(n) .private_extern _##n
.section __TEXT,__const
#else
#define NAME(n) n
#define HIDE(n) .hidden n
.section .rodata
#endif
.balign 16
.globl NAME(route_prior_start)
HIDE(route_prior_start)
.globl NAME(route_prior_end)
HIDE(route_prior_end)
NAME(route_prior_start):
.incbin "@prior@"
NAME(route_prior_end):
.byte 0
#ifdef __linux__
.section .note.GNU-stack, "", %progbits
#endif
]=])
set_source_files_properties(${CMAKE_BINARY_DIR}/generated/prior.S PROPERTIES OBJECT_DEPENDS ${prior})
target_sources(route PRIVATE ${CMAKE_BINARY_DIR}/generated/prior.S)
