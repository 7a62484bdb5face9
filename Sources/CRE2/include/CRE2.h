#pragma once
// A C interface to RE2, the linear-time regular expression library: what Swift can call.
//
// Invariant: no C++ exception and no C++ type crosses this line. A regex is immutable and may be used by many threads.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_regex cre2_regex;

/// Why a pattern was refused.
typedef enum cre2_problem {
    cre2_problem_none = 0,
    cre2_problem_syntax,
    cre2_problem_bad_escape,
    cre2_problem_bad_group,
    cre2_problem_bad_repetition_size,
    cre2_problem_missing_parenthesis,
    cre2_problem_too_large,
    cre2_problem_out_of_memory,
} cre2_problem;

/// What RE2 says about a refused pattern; both texts are cut to fit and end in 0.
typedef struct cre2_error {
    cre2_problem problem;
    char message[128];
    /// The part of the pattern that is at fault.
    char fragment[128];
} cre2_error;

/// A stretch of the text in bytes; `start` is -1 for a group that took no part.
typedef struct cre2_span {
    ptrdiff_t start;
    ptrdiff_t end;
} cre2_span;

/// Compiles a UTF-8 pattern. `max_memory` bounds the program and its caches in bytes. NULL when refused: see `error`.
cre2_regex *cre2_create(const char *pattern, size_t length, int64_t max_memory, cre2_error *error);

void cre2_destroy(cre2_regex *regex);

/// Capturing groups, the whole match not counted.
int cre2_group_count(const cre2_regex *regex);

/// Finds the first match at or after byte `from`. Fills `groups[0]` with the whole match and the rest with the groups.
/// `group_count` is the size of `groups` and may be 0, which is fastest.
bool cre2_match(const cre2_regex *regex, const char *text, size_t length, size_t from, cre2_span *groups, int group_count);

#ifdef __cplusplus
}
#endif
