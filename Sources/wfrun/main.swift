import Glibc
import WfrunCommands

exit(await runWfrun(Array(CommandLine.arguments.dropFirst())))
