# What `cmake --install` puts beside the program (the library: library.cmake).
configure_file(${CMAKE_SOURCE_DIR}/packaging/costlens.service.in ${CMAKE_BINARY_DIR}/costlens.service @ONLY)
if(TARGET costlens)
  install(FILES ${CMAKE_BINARY_DIR}/costlens.service DESTINATION lib/systemd/system)
endif()
file(GLOB manuals CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/doc/man/*.1 ${CMAKE_SOURCE_DIR}/doc/*.1)
if(manuals)
  install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
