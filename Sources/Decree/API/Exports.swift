// Who embeds a node writes `import Decree` and has machines, payloads and identifiers with it, and what a node is asked
// and says of itself.
@_exported import DecreeNode
@_exported import PaxosBase
@_exported import PaxosLog
