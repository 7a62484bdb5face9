#include "CRE2.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <re2/re2.h>

struct cre2_regex {
    RE2 expression;
    cre2_regex(const re2::StringPiece &pattern, const RE2::Options &options) : expression(pattern, options) {}
};

namespace {

cre2_problem problem_of(RE2::ErrorCode code) {
    switch (code) {
    case RE2::NoError: return cre2_problem_none;
    case RE2::ErrorBadEscape: return cre2_problem_bad_escape;
    case RE2::ErrorBadPerlOp: return cre2_problem_bad_group;
    case RE2::ErrorBadNamedCapture: return cre2_problem_bad_group;
    case RE2::ErrorRepeatSize: return cre2_problem_bad_repetition_size;
    case RE2::ErrorMissingParen: return cre2_problem_missing_parenthesis;
    case RE2::ErrorPatternTooLarge: return cre2_problem_too_large;
    default: return cre2_problem_syntax;
    }
}

template <size_t size> void copy(char (&target)[size], const std::string &text) {
    const size_t length = std::min(text.size(), size - 1);
    std::memcpy(target, text.data(), length);
    target[length] = 0;
}

void report(cre2_error *error, cre2_problem problem, const std::string &message, const std::string &fragment) {
    if (error == nullptr) return;
    error->problem = problem;
    copy(error->message, message);
    copy(error->fragment, fragment);
}

} // namespace

extern "C" cre2_regex *cre2_create(const char *pattern, size_t length, int64_t max_memory, cre2_error *error) {
    try {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(max_memory);
        auto regex = std::make_unique<cre2_regex>(re2::StringPiece(pattern, length), options);
        if (regex->expression.ok()) return regex.release();
        const RE2 &refused = regex->expression;
        report(error, problem_of(refused.error_code()), refused.error(), refused.error_arg());
    } catch (...) {
        // Whatever it was, the texts of `error` need no memory.
        if (error != nullptr) *error = {cre2_problem_out_of_memory, "out of memory", ""};
    }
    return nullptr;
}

extern "C" void cre2_destroy(cre2_regex *regex) {
    delete regex;
}

extern "C" int cre2_group_count(const cre2_regex *regex) {
    return regex->expression.NumberOfCapturingGroups();
}

extern "C" bool cre2_match(
    const cre2_regex *regex, const char *text, size_t length, size_t from, cre2_span *groups, int group_count
) {
    // RE2 reports a group that took no part as a null pointer, so an empty text must not be one.
    if (text == nullptr) text = "";
    try {
        std::vector<re2::StringPiece> found(static_cast<size_t>(std::max(group_count, 0)));
        const re2::StringPiece input(text, length);
        if (!regex->expression.Match(input, from, length, RE2::UNANCHORED, found.data(), group_count)) return false;
        for (int index = 0; index < group_count; index++) {
            const re2::StringPiece &group = found[static_cast<size_t>(index)];
            if (group.data() == nullptr) {
                groups[index] = {-1, -1};
            } else {
                const ptrdiff_t start = group.data() - text;
                groups[index] = {start, start + static_cast<ptrdiff_t>(group.size())};
            }
        }
        return true;
    } catch (...) {
        return false;
    }
}
