import LinearRegex

/// The formats of Validation §7.3.
enum StandardFormat: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration
    case email
    case idnEmail = "idn-email"
    case hostname
    case idnHostname = "idn-hostname"
    case ipv4, ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uuid
    case uriTemplate = "uri-template"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    func accepts(_ text: String) -> Bool {
        switch self {
        case .dateTime: TimeFormats.isDateTime(text)
        case .date: TimeFormats.isDate(text)
        case .time: TimeFormats.isTime(text)
        case .duration: TimeFormats.isDuration(text)
        case .email: MailFormats.isEmail(text, isInternational: false)
        case .idnEmail: MailFormats.isEmail(text, isInternational: true)
        case .hostname: HostFormats.isHostname(text)
        case .idnHostname: HostFormats.isInternationalHostname(text)
        case .ipv4: AddressFormats.isIPv4(text)
        case .ipv6: AddressFormats.isIPv6(text)
        case .uri: URIFormats.isReference(text, isAbsolute: true, isInternational: false)
        case .uriReference: URIFormats.isReference(text, isAbsolute: false, isInternational: false)
        case .iri: URIFormats.isReference(text, isAbsolute: true, isInternational: true)
        case .iriReference: URIFormats.isReference(text, isAbsolute: false, isInternational: true)
        case .uuid: IdentifierFormats.isUUID(text)
        case .uriTemplate: IdentifierFormats.isURITemplate(text)
        case .jsonPointer: JSONPointer.tokens(text) != nil
        case .relativeJSONPointer: IdentifierFormats.isRelativeJSONPointer(text)
        case .regex: IdentifierFormats.isRegularExpression(text)
        }
    }

    /// As in "expected an email address, found …".
    var description: String {
        switch self {
        case .dateTime: "a timestamp such as 2026-01-31T12:00:00Z"
        case .date: "a date such as 2026-01-31"
        case .time: "a time with an offset, such as 12:00:00Z"
        case .duration: "an ISO 8601 duration such as P1DT12H"
        case .email, .idnEmail: "an email address"
        case .hostname, .idnHostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "an absolute URI"
        case .uriReference: "a URI or a relative reference"
        case .iri: "an absolute IRI"
        case .iriReference: "an IRI or a relative reference"
        case .uuid: "a UUID"
        case .uriTemplate: "a URI template"
        case .jsonPointer: "a JSON pointer"
        case .relativeJSONPointer: "a relative JSON pointer"
        case .regex: "a regular expression"
        }
    }
}

/// A format that is asserted.
struct FormatRule: Sendable {
    /// As in "expected an email address".
    var description: String
    var accepts: @Sendable (String) -> Bool

    init(description: String, accepts: @escaping @Sendable (String) -> Bool) {
        self.description = description
        self.accepts = accepts
    }

    init(_ format: StandardFormat) { self.init(description: format.description, accepts: format.accepts) }
}
