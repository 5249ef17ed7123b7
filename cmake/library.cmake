# libcostlens: the rooms lib, route, meter, wire, budget, core and base as one object, in which only costlens_* is visible.
# `ld -r` joins them (of the lower rooms only what is needed), `objcopy --localize-hidden` closes the
# names: a host program may have a money_add or a yyjson_read of its own.
room(lib route meter wire budget core base)
if(NOT TARGET lib)
  return()
endif()

set(LIBRARY ${CMAKE_BINARY_DIR}/libcostlens.a)
set(library_object ${CMAKE_BINARY_DIR}/costlens.o)
set(library_below)
foreach(part route meter wire budget core base yyjson)
  if(TARGET ${part})
    list(APPEND library_below ${part})
  endif()
endforeach()
set(library_files)
foreach(part ${library_below})
  list(APPEND library_files $<TARGET_FILE:${part}>)
endforeach()

add_custom_command(
  OUTPUT ${LIBRARY}
  COMMAND ${CMAKE_LINKER} -r -o ${library_object}
          --whole-archive $<TARGET_FILE:lib> --no-whole-archive --start-group ${library_files} --end-group
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden --remove-section=.gnu.lto_* --remove-section=.gnu.debuglto_* ${library_object}
  COMMAND ${CMAKE_COMMAND} -E rm -f ${LIBRARY}
  COMMAND ${CMAKE_AR} rcs ${LIBRARY} ${library_object}
  COMMAND ${CMAKE_COMMAND} -E rm -f ${library_object}
  DEPENDS lib ${library_below}
  COMMENT "Closing libcostlens.a"
  VERBATIM)
add_custom_target(libcostlens ALL DEPENDS ${LIBRARY})

# From lib/<machine>/pkgconfig up to the prefix.
file(RELATIVE_PATH COSTLENS_PC_UP /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(${CMAKE_CURRENT_LIST_DIR}/costlens.pc.in ${CMAKE_BINARY_DIR}/costlens.pc @ONLY)
install(FILES ${LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${CMAKE_SOURCE_DIR}/include/costlens.h ${CMAKE_SOURCE_DIR}/include/costlens_route.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/costlens.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
