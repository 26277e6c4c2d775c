# What the Debian package has more, and less, than an installed folder; run by CPack when it has installed into a folder of its own.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
file(REMOVE ${root}/bin/pi)  # an example; Debian's package pi has a program of this name
file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${root}/share/doc/${CPACK_PACKAGE_NAME})
