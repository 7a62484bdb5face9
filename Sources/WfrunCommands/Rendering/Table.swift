import Glibc

/// Columns aligned by their widest cell; two spaces between, nothing after the last.
struct Table {
    private var rows: [[String]] = []
    private let style: Style

    init(header: [String], style: Style) {
        self.style = style
        rows = [header]
    }

    var isEmpty: Bool { rows.count == 1 }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { $0.count > column ? displayWidth($0[column]) : 0 }.max() ?? 0 }
        let lines = rows.enumerated().map { index, row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - displayWidth(cell))
            }
            let line = cells.joined(separator: "  ")
            return index == 0 ? style(line, .faint) : line
        }
        return lines.joined(separator: "\n")
    }
}

/// Columns a text takes on a terminal; escape sequences take none.
func displayWidth(_ text: String) -> Int {
    var width = 0
    var isEscape = false
    for scalar in text.unicodeScalars {
        if scalar == "\u{1B}" {
            isEscape = true
        } else if isEscape {
            if scalar == "m" { isEscape = false }
        } else {
            width += 1
        }
    }
    return width
}
