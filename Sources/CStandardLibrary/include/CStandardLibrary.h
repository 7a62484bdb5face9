#pragma once

#include <stddef.h>

/// One file of `stdlib/`, as it was when the program was built.
struct StandardLibraryFile {
    /// Below `stdlib/`, for example `http/get.yaml`.
    const char *path;
    const unsigned char *bytes;
    size_t size;
};

/// All files, in order of their paths' bytes.
const struct StandardLibraryFile *standardLibraryFiles(size_t *count);
