import CLibYAML
import Diagnostics

/// One event of libyaml, with the bytes of the file it covers.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentEnd, sequenceEnd, mappingEnd
        case documentStart(hasDirectives: Bool)
        case alias(name: String)
        case scalar(text: String, style: YAMLScalar.Style)
        case sequenceStart(isFlow: Bool)
        case mappingStart(isFlow: Bool)
    }

    var kind: Kind
    var anchor: String?
    var hasTag: Bool
    /// From the first property (anchor, tag) on; the end of a block collection's end event is the next token's start.
    var bytes: Range<Int>
}

/// What libyaml says about text it cannot read, with its marks as byte offsets.
struct YAMLSyntaxProblem: Error {
    /// libyaml's words for the problem and what it was doing, for example `while scanning a quoted scalar`.
    var problem: String
    var context: String
    var offset: Int
    /// Where what it was doing began.
    var contextOffset: Int?
}

/// Reads libyaml's events one at a time.
///
/// The text must outlive the parser: libyaml keeps a pointer to it.
final class EventParser {
    private let source: SourceText
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Nil only when memory is exhausted.
    init?(_ source: SourceText, text: UnsafeBufferPointer<UInt8>) {
        self.source = source
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLSyntaxProblem) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        let start = source.byteOffset(ofCodePoint: event.start_mark.index)
        let end = source.byteOffset(ofCodePoint: event.end_mark.index)
        return Self.read(event, bytes: start..<max(start, end))
    }

    private static func read(_ event: yaml_event_t, bytes: Range<Int>) -> YAMLEvent {
        let data = event.data
        func result(
            _ kind: YAMLEvent.Kind, anchor: UnsafePointer<UInt8>? = nil, tag: UnsafePointer<UInt8>? = nil
        ) -> YAMLEvent {
            YAMLEvent(kind: kind, anchor: anchor.map { String(cString: $0) }, hasTag: tag != nil, bytes: bytes)
        }
        switch event.type {
        case YAML_STREAM_START_EVENT: return result(.streamStart)
        case YAML_DOCUMENT_START_EVENT:
            let start = data.document_start
            return result(
                .documentStart(
                    hasDirectives: start.version_directive != nil || start.tag_directives.start != start.tag_directives.end))
        case YAML_DOCUMENT_END_EVENT: return result(.documentEnd)
        case YAML_ALIAS_EVENT: return result(.alias(name: String(cString: data.alias.anchor)))
        case YAML_SCALAR_EVENT:
            let scalar = data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return result(.scalar(text: text, style: style(scalar.style)), anchor: scalar.anchor, tag: scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            let start = data.sequence_start
            return result(
                .sequenceStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE), anchor: start.anchor, tag: start.tag)
        case YAML_SEQUENCE_END_EVENT: return result(.sequenceEnd)
        case YAML_MAPPING_START_EVENT:
            let start = data.mapping_start
            return result(
                .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE), anchor: start.anchor, tag: start.tag)
        case YAML_MAPPING_END_EVENT: return result(.mappingEnd)
        default: return result(.streamEnd)
        }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private func problem() -> YAMLSyntaxProblem {
        let state = parser.pointee
        let hasContext = state.context != nil
        // A reader error leaves its mark at 0:0 and counts bytes; `SourceText` lets none of its causes through.
        let offset =
            state.error == YAML_READER_ERROR
            ? min(source.contentStart + state.problem_offset, source.file.bytes.count)
            : source.byteOffset(ofCodePoint: state.problem_mark.index)
        return YAMLSyntaxProblem(
            problem: state.problem.map { String(cString: $0) } ?? "out of memory",
            context: state.context.map { String(cString: $0) } ?? "",
            offset: offset,
            contextOffset: hasContext ? source.byteOffset(ofCodePoint: state.context_mark.index) : nil)
    }
}
