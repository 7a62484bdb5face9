/// The lines of one file that a message marks, in order, with the marks below them.
struct Snippet {
    /// A stretch of one line to underline.
    struct Mark {
        var columns: Range<Int>
        var label: String?
        var isPrimary: Bool
    }

    struct Line {
        var number: Int
        var text: String
        var marks: [Mark]
    }

    /// Lines longer than this are cropped around their mark.
    static let widestLine = 160
    private static let contextBeforeMark = 60

    let lines: [Line]

    /// Marks of several lines are drawn on their first.
    init(file: SourceFile, marks: [(range: SourceRange, label: String?, isPrimary: Bool)]) {
        var byLine: [Int: [(range: SourceRange, label: String?, isPrimary: Bool)]] = [:]
        for mark in marks { byLine[mark.range.start.line, default: []].append(mark) }
        var numbers = byLine.keys.sorted()
        // One line alone between two others takes the place the ellipsis would.
        for (before, after) in zip(numbers, numbers.dropFirst()) where after - before == 2 { numbers.append(before + 1) }
        lines = numbers.sorted().map { Self.line($0, of: file, marks: byLine[$0] ?? []) }
    }

    private static func line(
        _ number: Int, of file: SourceFile, marks: [(range: SourceRange, label: String?, isPrimary: Bool)]
    ) -> Line {
        let shown = DisplayLine(file: file, number: number)
        var drawn = marks.map { mark in
            let start = shown.column(ofByte: mark.range.bytes.lowerBound)
            let end = mark.range.end.line == number ? shown.column(ofByte: mark.range.bytes.upperBound) : shown.width
            return Mark(columns: start..<max(end, start + 1), label: mark.label, isPrimary: mark.isPrimary)
        }
        guard shown.width > widestLine else { return Line(number: number, text: shown.text, marks: drawn) }
        let middle = (drawn.first { $0.isPrimary } ?? drawn.first)?.columns.lowerBound ?? 0
        let from = max(0, min(middle - contextBeforeMark, shown.width - widestLine))
        drawn = drawn.compactMap { mark in
            let lower = min(max(mark.columns.lowerBound - from, 0), widestLine)
            let upper = min(max(mark.columns.upperBound - from, lower + 1), widestLine + 1)
            return Mark(columns: lower..<upper, label: mark.label, isPrimary: mark.isPrimary)
        }
        return Line(number: number, text: shown.cropped(to: from..<from + widestLine), marks: drawn)
    }
}

extension Snippet.Line {
    /// The lines below the text: first all underlines with the label of the last, then the other labels from right to left.
    func annotations(_ paint: (String, Snippet.Mark) -> String) -> [String] {
        let ordered = marks.enumerated().sorted {
            let (a, b) = ($0.element.columns, $1.element.columns)
            return a.lowerBound == b.lowerBound ? $0.offset < $1.offset : a.lowerBound < b.lowerBound
        }.map(\.element)
        guard let last = ordered.last else { return [] }
        let isLastOutermost = ordered.allSatisfy { $0.columns.upperBound <= last.columns.upperBound }
        var first = underlines(ordered, paint)
        if isLastOutermost, let label = last.label { first += paint(" " + label, last) }
        var lines = [first]
        var pending = (isLastOutermost ? Array(ordered.dropLast()) : ordered).filter { $0.label != nil }
        if !pending.isEmpty { lines.append(bars(pending, paint)) }
        while let mark = pending.popLast() {
            let isSharedColumn = pending.contains { $0.columns.lowerBound == mark.columns.lowerBound }
            let left = isSharedColumn ? pending.filter { $0.columns.lowerBound < mark.columns.lowerBound } : pending
            let prefix = bars(left, paint, width: mark.columns.lowerBound)
            lines.append(prefix + paint(mark.label ?? "", mark))
        }
        return lines
    }

    private func underlines(_ marks: [Snippet.Mark], _ paint: (String, Snippet.Mark) -> String) -> String {
        let width = marks.map(\.columns.upperBound).max() ?? 0
        var owners = [Int?](repeating: nil, count: width)
        for (index, mark) in marks.enumerated() where !mark.isPrimary { for column in mark.columns { owners[column] = index } }
        for (index, mark) in marks.enumerated() where mark.isPrimary { for column in mark.columns { owners[column] = index } }
        var result = ""
        var column = 0
        while column < width {
            let owner = owners[column]
            var end = column
            while end < width, owners[end] == owner { end += 1 }
            if let owner {
                result += paint(String(repeating: marks[owner].isPrimary ? "^" : "-", count: end - column), marks[owner])
            } else {
                result += String(repeating: " ", count: end - column)
            }
            column = end
        }
        return result
    }

    /// A bar under the start of each mark, padded to a width.
    private func bars(_ marks: [Snippet.Mark], _ paint: (String, Snippet.Mark) -> String, width: Int = 0) -> String {
        var result = ""
        var column = 0
        for mark in marks where mark.columns.lowerBound >= column {
            result += String(repeating: " ", count: mark.columns.lowerBound - column) + paint("|", mark)
            column = mark.columns.lowerBound + 1
        }
        return result + String(repeating: " ", count: max(0, width - column))
    }
}
