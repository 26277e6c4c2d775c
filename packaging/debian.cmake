# What the Debian package has more, and less, than an installed folder; run by CPack when it has installed into a folder of its own.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
file(REMOVE ${root}/bin/pi)  # an example; Debian's package pi has a program of this name
file(COPY ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${root}/share/doc/${CPACK_PACKAGE_NAME})
# Else folders are as the umask of whoever makes the package has them.
file(CHMOD_RECURSE ${root} DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
