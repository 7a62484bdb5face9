// StandardLibrary: the files of `stdlib/`, embedded in the binary.
//
// Invariant: imports nothing of ours and reads no file; what is here was fixed when the program was built.
//
// Start at `StandardLibrary.files`; `scripts/embed-stdlib` lists what is embedded.

import CStandardLibrary

/// The actions that come with wfrun: written in its language, and below `builtin/` the signatures of those written in Swift.
package enum StandardLibrary {
    /// Sorted by path; a path is relative to `stdlib/`, for example `http/get.yaml`.
    package static let files: [(path: String, bytes: [UInt8])] = {
        var count = 0
        guard let first = standardLibraryFiles(&count) else { return [] }
        return UnsafeBufferPointer(start: first, count: count).map { file in
            (String(cString: file.path), Array(UnsafeBufferPointer(start: file.bytes, count: file.size)))
        }
    }()
}
