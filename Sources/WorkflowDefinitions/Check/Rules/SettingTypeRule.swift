import Diagnostics

/// `config` is one namespace for all files: a setting has one type (WF2120).
enum SettingTypeRule {
    static func check(_ project: Project, report: (Diagnostic) -> Void) {
        var first: [String: FileTypes.Setting] = [:]
        for file in project.files {
            for setting in file.types.config {
                guard let known = first[setting.name] else {
                    first[setting.name] = setting
                    continue
                }
                if known.type.expanded != setting.type.expanded {
                    report(.twoTypes(ofSetting: setting.name, at: setting.range, first: known.range))
                }
            }
        }
    }
}
