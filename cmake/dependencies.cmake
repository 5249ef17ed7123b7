# Libraries: Debian's, and in .deps/ the two that Debian 12 lacks (scripts/dependencies puts them there).
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(EVENT REQUIRED IMPORTED_TARGET libevent libevent_openssl libevent_pthreads)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(SMARTCOLS REQUIRED IMPORTED_TARGET smartcols)
set(DEPS ${CMAKE_SOURCE_DIR}/.deps)

add_library(llhttp STATIC IMPORTED)
set_target_properties(llhttp PROPERTIES
  IMPORTED_LOCATION ${DEPS}/llhttp/lib/libllhttp.a
  INTERFACE_INCLUDE_DIRECTORIES ${DEPS}/llhttp/include)

add_library(yyjson STATIC ${DEPS}/yyjson/yyjson.c)
target_include_directories(yyjson SYSTEM PUBLIC ${DEPS}/yyjson)
target_compile_options(yyjson PRIVATE -w -O2 ${COSTLENS_TRAINED})
if(CMAKE_C_FLAGS MATCHES "sanitize") # checks of undefined behaviour make this one file a minute's work
  target_compile_options(yyjson PRIVATE -O1 -fno-sanitize=undefined,implicit-conversion)
endif()
target_compile_definitions(yyjson PUBLIC "yyjson_api=") # not exported: -fvisibility=hidden holds for it too
