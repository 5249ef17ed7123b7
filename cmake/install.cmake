# What `cmake --install` puts beside the program (the library: library.cmake).
if(TARGET costlens)
  # The prefix is known when it is installed: `cmake --install build --prefix /usr`.
  install(CODE "
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX OUTPUT_VARIABLE prefix)
    cmake_path(APPEND prefix \"${CMAKE_INSTALL_BINDIR}\" OUTPUT_VARIABLE CMAKE_INSTALL_FULL_BINDIR)
    configure_file(\"${CMAKE_SOURCE_DIR}/packaging/costlens.service.in\" \"${CMAKE_BINARY_DIR}/costlens.service\" @ONLY)")
  install(FILES ${CMAKE_BINARY_DIR}/costlens.service DESTINATION lib/systemd/system)
endif()
file(GLOB manuals CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/doc/man/*.1 ${CMAKE_SOURCE_DIR}/doc/*.1)
if(manuals)
  install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
