import Values
import WorkflowGraph

/// Deployment settings of workflows: `WFRUN_CONFIG_<NAME>`, else the `config:` section of the file, else the default.
struct ConfigValues: Sendable {
    let environment: [String: String]
    let file: SettingsFile

    init(_ settings: Settings) {
        environment = settings.environment
        file = settings.file
    }

    /// The snapshot for new instances of a workflow, or why there is none: one sentence that says what to do.
    func snapshot(for graph: StepGraph) -> Result<Value, Unresolved> {
        var snapshot = ValueMap()
        for setting in graph.config {
            guard let given = given(setting) ?? setting.defaultValue else {
                return .failure(Unresolved(workflow: graph.workflow, setting: setting.name, violation: nil))
            }
            switch setting.contract.admit(given) {
            case .success(let value): snapshot[setting.name] = JSON.normalised(value)
            case .failure(let violation):
                return .failure(Unresolved(workflow: graph.workflow, setting: setting.name, violation: violation.summary))
            }
        }
        return .success(.map(snapshot))
    }

    private func given(_ setting: StepGraph.ConfigSetting) -> Value? {
        if let text = environment[Self.variable(setting.name)] {
            return fieldTypeName(setting.contract.type, []) == "string"
                ? .string(text) : (try? JSON.parse(text)) ?? .string(text)
        }
        return file.config[setting.name]
    }

    static func variable(_ name: String) -> String { "WFRUN_CONFIG_" + Settings.screamingSnakeCase(name) }

    struct Unresolved: Error, Sendable, CustomStringConvertible {
        var workflow: String
        var setting: String
        /// How the value that was given does not fit; nil: none was given.
        var violation: String?

        var description: String {
            let how = "set \(ConfigValues.variable(setting)), or '\(setting)' in the 'config:' section of wfrun.yaml"
            guard let violation else { return "The workflow '\(workflow)' needs the setting '\(setting)': \(how)." }
            return "The setting '\(setting)' of the workflow '\(workflow)' does not fit its type (\(violation)): \(how)."
        }
    }
}
