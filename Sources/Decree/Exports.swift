// Who embeds a node writes `import Decree` and has machines, payloads and identifiers with it.
@_exported import PaxosBase
@_exported import PaxosLog
