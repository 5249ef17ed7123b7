# The price book: prices/*.book joined to one text and put into the room core as bytes. The joined text
# is made anew when a book changes; the room reads no file.
enable_language(ASM)
file(GLOB books CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/prices/*.book)
list(SORT books)
set(book ${CMAKE_BINARY_DIR}/generated/prices.book)
add_custom_command(
  OUTPUT ${book}
  COMMAND ${CMAKE_COMMAND} -E cat ${books} > ${book}
  DEPENDS ${books}
  COMMENT "Joining the price book"
  VERBATIM)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/book.S @ONLY CONTENT [=[
// Made by cmake/catalog.cmake.
#ifdef __APPLE__
#define NAME(n) _##n
#define HIDE(n) .private_extern _##n
.section __TEXT,__const
#else
#define NAME(n) n
#define HIDE(n) .hidden n
.section .rodata
#endif
.globl NAME(core_book_start)
HIDE(core_book_start)
.globl NAME(core_book_end)
HIDE(core_book_end)
NAME(core_book_start):
.incbin "@book@"
NAME(core_book_end):
.byte 0
#ifdef __linux__
.section .note.GNU-stack, "", %progbits
#endif
]=])
set_source_files_properties(${CMAKE_BINARY_DIR}/generated/book.S PROPERTIES OBJECT_DEPENDS ${book})
target_sources(core PRIVATE ${CMAKE_BINARY_DIR}/generated/book.S)
